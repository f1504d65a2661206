/** One page with everything in it, ../page.html: portray puts its data where `portray-review` stands, and nothing else. */

import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** Where the page goes; a test has it go elsewhere. */
const built = process.env['PORTRAY_PAGE'] ?? fileURLToPath(new URL('../page.html', import.meta.url));
const out = `${built}.parts`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Nothing but this page's own script and style, and scripts and pictures beside it. Opened from a file, 'self' stands for
 * nothing, so `file:` is named; over HTTP `file:` stands for nothing.
 */
const policy = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${hash(script)} 'self' file:`,
    `style-src ${hash(style)}`,
    "img-src 'self' file: blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types portray',
  ].join('; ');

function onePage(): Plugin {
  return {
    name: 'one-page',
    closeBundle() {
      const read = (name: string): string => readFileSync(`${out}/${name}`, 'utf8').trim();
      const script = read('page.js').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
      const style = read('page.css');
      const page = readFileSync(new URL('index.html', import.meta.url), 'utf8')
        .replace(/^\s+/gm, '')
        .replace('<meta charset="utf-8" />', () => `<meta charset="utf-8" />\n<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}" />`)
        .replace('</head>', () => `<style>${style}</style>\n</head>`)
        .replace('<script type="module" src="/src/main.tsx"></script>', () => `<script>${script}</script>`);
      writeFileSync(built, page);
      rmSync(out, { recursive: true, force: true });
    },
  };
}

export default defineConfig({
  publicDir: false,
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssMinify: true,
    lib: { entry: 'src/main.tsx', formats: ['iife'], name: 'review', fileName: () => 'page.js', cssFileName: 'page' },
  },
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [onePage()],
  test: { include: ['tests/unit/**/*.test.ts'], maxWorkers: 1 },
} as never);
