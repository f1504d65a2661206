import { expect, type Page } from '@playwright/test';

/** Opens a page from its file and fails on anything that it should never do. */
export async function open(page: Page, folder: string): Promise<void> {
  watch(page);
  await page.goto(`file://${folder}/review.html`);
  await painted(page);
}

export function watch(page: Page): void {
  page.on('pageerror', (error) => expect.soft(error.message).toBe('no error'));
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') expect.soft(dialog.message()).toBe('no dialog');
    void dialog.accept();
  });
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' || /Content Security Policy|TrustedScript/i.test(text)) expect.soft(text).toBe('no complaint');
  });
  page.on('request', (request) => {
    expect.soft(request.url()).toMatch(/^(file|data|blob):|^http:\/\/127\.0\.0\.1:/);
  });
}

export const painted = (page: Page): Promise<unknown> => page.waitForSelector('.picture canvas[data-painted]');

/** The name of the scan whose picture is shown. */
export const shown = (page: Page): Promise<string | null> =>
  page.locator('.picture canvas[data-painted]').first().getAttribute('data-painted');

/** What the analyst sees of the main picture. */
export const picture = (page: Page): Promise<Buffer> => page.locator('.picture .canvases').first().screenshot();

export const rows = (page: Page): ReturnType<Page['locator']> => page.locator('#rows [role=option]');

/** The first line of the row that is open. */
export const openRow = (page: Page): Promise<string> => page.locator('.row.open .name').innerText();

export async function steps(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
