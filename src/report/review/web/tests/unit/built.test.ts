import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the committed page is what the sources build', () => {
  const web = fileURLToPath(new URL('../..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'portray-page-'));
  try {
    const page = join(folder, 'page.html');
    const vite = join(web, 'node_modules/vite/bin/vite.js');
    execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: web, env: { ...process.env, NODE_ENV: 'production', PORTRAY_PAGE: page } });
    // A checkout may have other line ends.
    const committed = readFileSync(join(web, '../page.html'), 'utf8').replaceAll('\r\n', '\n');
    expect(readFileSync(page, 'utf8') === committed, 'run npm run build and commit ../page.html').toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
