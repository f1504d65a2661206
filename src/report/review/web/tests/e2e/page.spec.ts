import { chromium, expect, test, type Page } from '@playwright/test';
import axe from 'axe-core';
import { createServer } from 'node:http';
import { readFileSync, statSync } from 'node:fs';
import { decode } from 'fast-png';
import { BIG, DEMO, ONE } from './folders';
import { open, openRow, painted, steps, watch } from './open';

test('the page is one file of under 200 KB that names no other place', () => {
  const page = new URL('../../../page.html', import.meta.url);
  expect(statSync(page).size).toBeLessThan(200_000);
  const text = readFileSync(page, 'utf8');
  const places = [...text.matchAll(/https?:\/\/[^\s"'`]+/g)].map(([place]) => place);
  expect(places.filter((place) => !/^http:\/\/www\.w3\.org\//.test(place))).toEqual([]);
});

async function serious(page: Page): Promise<string[]> {
  const found = await page.evaluate(`${axe.source}; axe.run(document, { resultTypes: ['violations'] })`);
  const { violations } = found as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nothing serious for people who see or point otherwise, ${colorScheme}`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
    const page = await context.newPage();
    await open(page, DEMO);
    await page.locator('.filters > summary').click();
    await steps(page, 'c', 'x', '1', 'k', 'r');
    await page.waitForTimeout(300);
    expect(await serious(page), 'worklist').toEqual([]);
    await steps(page, '?');
    expect(await serious(page), 'help').toEqual([]);
    await steps(page, 'Escape', 'b');
    await page.waitForSelector('.batch');
    expect(await serious(page), 'batch').toEqual([]);
    await steps(page, 'b', 'p');
    await page.waitForSelector('.sheets[data-ready]');
    expect(await serious(page), 'sheets').toEqual([]);
    await context.close();
  });
}

test('every control is reached and seen with Tab', async ({ page }) => {
  await open(page, DEMO);
  const seen = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await steps(page, 'Tab');
    const focus = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const name = element.getAttribute('aria-label') ?? element.innerText ?? '';
      return { name: `${element.tagName} ${name}`.trim(), shown: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    // After the last control comes the browser's own frame.
    if (focus.name.startsWith('BODY')) continue;
    expect(focus.shown, focus.name).toBe(true);
    seen.add(focus.name.split('\n')[0]!);
  }
  for (const name of ['INPUT Search scans', 'DIV Scans', 'CANVAS', 'SELECT Order', 'BUTTON Edges']) {
    expect([...seen].some((one) => one.startsWith(name)), name).toBe(true);
  }
});

test('5,000 scans stay fluid', async ({ page }) => {
  await open(page, BIG);
  await expect(page.locator('#progress')).toHaveText('0 of 5,000 decided');
  expect(await page.locator('#rows [role=option]').count()).toBeLessThan(40);
  // The main thread's time on a core: wall time would count what else the machine does.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await busy();
    await work();
    return (await busy()) - before;
  };
  const FRAMES = 60;
  const scrolled = await timed(() =>
    page.evaluate(async (frames) => {
      const list = document.getElementById('rows')!;
      for (let i = 0; i < frames; i++) {
        list.scrollTop += 1500;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, FRAMES),
  );
  const filtered = await timed(async () => {
    await page.locator('#search').fill('coffee');
    await expect(page.locator('.count [role=status]')).toHaveText(/ of 5,000 scans/);
  });
  await page.locator('#search').fill('');
  await page.getByRole('listbox').focus();
  const STEPS = 20;
  const stepped = await timed(async () => {
    for (let i = 0; i < STEPS; i++) await steps(page, 'j');
  });
  const [frame, step] = [scrolled / FRAMES, stepped / STEPS];
  console.log(`scrolling ${frame.toFixed(1)} ms a frame, filter ${filtered.toFixed(0)} ms, step ${step.toFixed(1)} ms`);
  expect(frame).toBeLessThan(30);
  expect(filtered).toBeLessThan(600);
  expect(step).toBeLessThan(60);
});

test('each sheet takes one page', async ({ page }) => {
  await open(page, ONE);
  const pages = async (): Promise<number> => {
    await page.waitForSelector('.sheets[data-ready]');
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    return [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
  };
  await steps(page, '2', 'p');
  expect(await pages()).toBe(1);
  await steps(page, 'Escape', 'b');
  await page.getByRole('button', { name: /^Print \d+ sheets/ }).click();
  await expect(page.locator('.sheet')).toHaveCount(6);
  expect(await pages()).toBe(6);
});

for (const width of [390, 1024, 1280]) {
  test(`nothing is cut off on a screen ${width} wide`, async ({ browser }) => {
    const small = width < 500;
    const context = await browser.newContext({ viewport: { width, height: 800 }, hasTouch: small, isMobile: small });
    const page = await context.newPage();
    await open(page, DEMO);
    // The toolbar and the table of a small screen scroll by themselves.
    const cut = (): Promise<string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, input:not([hidden]), select, textarea, h1, h2, h3, p, dd')]
          .filter((element) => !element.closest('.tools, .regions, .scroll') && element.getClientRects().length > 0)
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => `${element.tagName} ${element.className} ${element.innerText}`),
      );
    await expect(page.locator('#search')).toBeAttached();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await cut()).toEqual([]);
    const search = page.locator('.big .verb.search');
    await (small ? search.tap() : search.click());
    await expect(page.locator('#progress')).toHaveText('1 of 200 decided');
    await page.getByRole('button', { name: 'Batch' }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await cut()).toEqual([]);
    await context.close();
  });
}

test('the picture is the same without WebGL', async ({ browser }) => {
  const { executablePath, args } = test.info().project.use.launchOptions!;
  const plain = await chromium.launch({ executablePath: executablePath!, args: [...args!, '--disable-3d-apis'] });
  const shots: { painter: string; data: Uint8Array }[] = [];
  for (const one of [browser, plain]) {
    const page = await one.newPage({ viewport: { width: 1440, height: 900 } });
    await open(page, DEMO);
    await steps(page, 'c', 'e');
    await page.waitForTimeout(1500);
    const painter = (await page.locator('[data-painter]').getAttribute('data-painter'))!;
    const png = decode(await page.locator('.picture .canvases').screenshot());
    shots.push({ painter, data: Uint8Array.from(png.data) });
    await page.close();
  }
  await plain.close();
  const [gl, flat] = shots;
  test.skip(gl!.painter !== 'webgl', 'this browser has no WebGL at all');
  expect(flat!.painter).toBe('canvas');
  const apart = gl!.data.map((value, i) => Math.abs(value - flat!.data[i]!));
  const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
  console.log(`WebGL and canvas differ by ${mean.toFixed(2)} of 255 on average`);
  expect(mean).toBeLessThan(4);
});

test('over HTTP it works the same, under the same policy', async ({ page }) => {
  const types: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', png: 'image/png' };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://x').pathname);
    try {
      const body = readFileSync(`${DEMO}${path}`);
      response.setHeader('content-type', types[path.split('.').at(-1)!] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  watch(page);
  await page.goto(`http://127.0.0.1:${port}/review.html`);
  await painted(page);
  const first = await openRow(page);
  await steps(page, 'j', '1');
  await expect(page.locator('#progress')).toHaveText('1 of 200 decided');
  expect(await openRow(page)).not.toBe(first);
  // What comes next in the list is still being read: not from a server that is gone.
  await page.close();
  server.close();
});

test('the policy holds: no other script, no other place', async ({ page }) => {
  await page.goto(`file://${DEMO}/review.html`);
  await painted(page);
  const refused = await page.evaluate(async () => {
    const found: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
    const inline = document.createElement('div');
    try {
      inline.innerHTML = '<img src=x onerror="window.hacked = 1">';
    } catch {
      found.push('trusted-types');
    }
    const image = new Image();
    image.src = 'https://example.invalid/x.png';
    await fetch('https://example.invalid/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { found, hacked: 'hacked' in window };
  });
  expect(refused.hacked).toBe(false);
  expect(refused.found).toEqual(expect.arrayContaining(['trusted-types', 'img-src', 'connect-src']));
});
