/** Takes the pictures of docs/review.md: node tests/demo/shots.mjs DEMO FOLDER */

import { chromium } from '@playwright/test';

const [, , demo, out] = process.argv;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-quic'] });

async function shot(name, { theme = 'dark', size = [1440, 900], search, keys = [], wait }) {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(`file://${demo}/review.html`);
  await page.waitForSelector('.picture canvas[data-painted]');
  await page.locator('.by input').fill('kv');
  await page.locator('.by input').blur();
  if (search) {
    await page.locator('#search').fill(search);
    await page.locator('#rows [role=option]').first().click();
    await page.waitForTimeout(600);
    const shown = await page.locator('.row.open').getAttribute('id');
    await page.locator('#search').fill('');
    await page.waitForSelector(`#${shown}`);
    await page.locator('#search').blur();
  }
  // The ones before it are decided; deciding the last of them leads back to it.
  const verbs = ['2', '1', '3', '1', '2', '1'];
  for (const key of [...(search ? verbs.map(() => 'k') : []), ...verbs]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(100);
  }
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(250);
  }
  if (wait) await page.waitForSelector(wait);
  // Until the line about the last decision is gone.
  await page.waitForTimeout(7000);
  await page.screenshot({ path: `${out}/${name}.jpg`, type: 'jpeg', quality: 84 });
  await context.close();
}

await shot('review-dark', { search: 'coffee-rip-off.tif' });
await shot('review-light', { theme: 'light', search: 'rip_off_any_s41_test_00000.tif', keys: ['c', 'x'] });
await shot('review-region', { search: 'cartons-structure.tif', keys: ['r', 'g'] });
await shot('review-batch', { theme: 'light', keys: ['b'] });
await shot('review-sheet', { theme: 'light', search: 'coffee-rip-off.tif', keys: ['2', 'k', 'p'], wait: '.sheets[data-ready]' });
await shot('review-small', { size: [390, 844], search: 'tiles-rip-off-0' });
await browser.close();
