import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BIG, DEMO, FOLDER, ONE } from './folders';

const path = (below: string): string => fileURLToPath(new URL(`../../${below}`, import.meta.url));
const ROOT = path('../../../..');

/** Scans the samples and makes the pages that the tests open. */
export default function setup(): void {
  mkdirSync(FOLDER, { recursive: true });
  const reports = process.env['PORTRAY_REPORTS'] ?? `${FOLDER}/reports`;
  if (!existsSync(`${reports}/scans`)) {
    const portray = process.env['PORTRAY'] ?? `${ROOT}/target/release/portray`;
    try {
      execFileSync(portray, ['scan', `${ROOT}/samples`, '--out', reports, '--no-timings', '--quiet']);
    } catch (error) {
      // 1 says that a scan is flagged, which is what the samples are for.
      if ((error as { status?: number }).status !== 1) throw error;
    }
  }
  const make = (out: string, ...more: string[]): void => {
    const made = `${out}/review.html`;
    const sources = ['../page.html', 'tests/demo/make.mjs'].map((name) => statSync(path(name)).mtimeMs);
    if (existsSync(made) && statSync(made).mtimeMs > Math.max(...sources)) return;
    const flags = ['--reports', reports, '--scans', `${ROOT}/samples`, '--out', out, ...more];
    execFileSync(process.execPath, [path('tests/demo/make.mjs'), ...flags], { stdio: 'inherit' });
  };
  make(DEMO, '--count', '200');
  make(BIG, '--count', '5000', '--share');
  make(ONE, '--count', '10', '--clean', '0');
}
