import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/contract';
import { checkEntry, decisionsOf, exported, imported, standings, united, type Entry } from '../../src/decisions';
import { Keep } from '../../src/keep';
import { row } from './rows';

const batch = { digest: 'd'.repeat(64), name: 'day', model: { sha256: 'e'.repeat(64) } } as Batch;
const at = (minute: number): string => `2026-11-09T08:${String(minute).padStart(2, '0')}:00.000Z`;
const entry = (id: string, minute: number, over: Partial<Entry> = {}): Entry => ({
  id,
  at: at(minute),
  by: 'ab',
  scan: 'a',
  sha256: 'a'.padEnd(64, '0'),
  decision: 'search',
  note: '',
  ...over,
});
const region = { number: 2, box_px: { x: 1, y: 2, width: 3, height: 4 }, score: 0.7, zone: 'roof' as const };

test('the latest entry stands, whichever way entries came together', () => {
  const [a, b, c] = [entry('1', 1), entry('2', 3, { decision: 'clear' }), entry('3', 2, { decision: null })];
  for (const order of [[a, b, c], [c, b, a], [b, a, c]]) {
    expect(standings(order).scans.get('a')?.decision).toBe('clear');
  }
  expect(united([a, b], [b, c])).toEqual([a, c, b]);
  expect(united(united([a], [b]), [c])).toEqual(united([c], united([b], [a])));
});

test('regions stand by themselves', () => {
  const found = standings([entry('1', 1), entry('2', 2, { region, decision: 'clear' })]);
  expect(found.scans.get('a')?.decision).toBe('search');
  expect(found.regions.get('a')?.get(2)?.decision).toBe('clear');
  expect(found.regions.get('a')?.get(1)).toBeUndefined();
});

test('what is exported fits its schema and comes back the same', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../../../../docs/schema/decisions-v1.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { float: true, uint32: true, uint64: true } }).compile(schema);
  const entries = [
    entry('1', 1, { note: '"><script>alert(1)</script> &  \u2028' }),
    entry('2', 2, { region, decision: 'clear' }),
    entry('3', 3, { scan: 'b', sha256: null, decision: null, note: 'only a note' }),
    entry('4', 4, { scan: 'c', sha256: 'c'.padEnd(64, '0'), decision: 'clear' }),
    entry('5', 5, { scan: 'c', sha256: 'c'.padEnd(64, '0'), decision: null }),
  ];
  const rows = ['a', 'b', 'c', 'd'].map((name) => row(name, name === 'b' ? { sha256: null, score: null, verdict: 'failed' } : {}));
  const document = exported(batch, '0.1.0', rows, entries, 'ab', new Date(at(9)));
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  // What was taken back is no decision, and stays in the history.
  expect(document.scans.map((scan) => scan.name)).toEqual(['a', 'b']);
  expect(document.history).toHaveLength(5);
  expect(document.scans[0]!.regions).toMatchObject([{ number: 2, decision: 'clear', box_px: region.box_px }]);

  const back = imported(JSON.stringify(document), batch, rows, []);
  expect(back).toMatchObject({ known: 0, foreign: 0, changed: [], other_batch: false });
  expect(exported(batch, '0.1.0', rows, back.entries, 'ab', new Date(at(9)))).toEqual(document);
  expect(imported(JSON.stringify(document), batch, rows, entries)).toMatchObject({ entries: [], known: 5 });
});

test('an import says which decisions change and what it leaves out', () => {
  const rows = [row('a'), row('other name', { sha256: 'b'.padEnd(64, '0') })];
  const theirs = [
    entry('8', 5, { decision: 'clear' }),
    entry('9', 6, { scan: 'b', sha256: 'b'.padEnd(64, '0') }),
    entry('10', 7, { scan: 'gone', sha256: 'f'.padEnd(64, '0') }),
    // The same name, other bytes: not this scan.
    entry('11', 8, { sha256: 'f'.padEnd(64, '0') }),
  ];
  const document = exported({ ...batch, digest: 'f'.repeat(64) }, '0.1.0', [], theirs, '', new Date(at(9)));
  const found = imported(JSON.stringify(document), batch, rows, [entry('1', 1)]);
  expect(found).toMatchObject({ foreign: 2, changed: ['a'], other_batch: true });
  expect(found.entries.map((one) => one.scan)).toEqual(['a', 'other name']);
});

test('documents that are none are refused with the place', () => {
  const good = exported(batch, '0.1.0', [row('a')], [entry('1', 1, { region })], '', new Date(at(9)));
  expect(decisionsOf(JSON.stringify(good))).toEqual(good);
  const cases: [unknown, RegExp][] = [
    ['', /no JSON/],
    ['[]', /no object/],
    [{ ...good, schema_version: 2 }, /schema_version is 2/],
    [{ ...good, extra: 1 }, /unknown key "extra"/],
    [{ ...good, history: 7 }, /history is no list/],
    [{ ...good, history: [{ ...entry('1', 1), decision: 'burn' }] }, /history\[0\]\.decision/],
    [{ ...good, history: [{ ...entry('1', 1), at: 'noon' }] }, /history\[0\]\.at is no time/],
    [{ ...good, history: [{ ...entry('1', 1), region: { ...region, box_px: { x: '1' } } }] }, /holds no number/],
    [{ ...good, history: [{ ...entry('1', 1), __proto__x: 1 }] }, /unknown key/],
  ];
  for (const [document, why] of cases) {
    expect(() => decisionsOf(typeof document === 'string' ? document : JSON.stringify(document))).toThrow(why);
  }
  expect(() => checkEntry(null, 'x')).toThrow(/x is no object/);
});

/** The browser's storage, for two windows. */
class Memory implements Storage {
  private readonly values = new Map<string, string>();
  full = false;
  get length(): number {
    return this.values.size;
  }
  clear = (): void => this.values.clear();
  key = (at: number): string | null => [...this.values.keys()][at] ?? null;
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  removeItem = (key: string): void => void this.values.delete(key);
  setItem = (key: string, value: string): void => {
    if (this.full) throw new Error('quota');
    this.values.set(key, value);
  };
}

test('two windows keep everything of both', () => {
  const storage = new Memory();
  const [one, other] = [new Keep(storage, 'day', 'w1'), new Keep(storage, 'day', 'w2')];
  for (let i = 0; i < 150; i++) {
    one.add([entry(`a${i}`, i % 60)]);
    other.add([entry(`b${i}`, i % 60, { scan: 'b' })]);
  }
  expect(new Keep(storage, 'day', 'w3').all()).toHaveLength(300);
  expect(new Keep(storage, 'another day', 'w3').all()).toHaveLength(0);
  expect(one.all()).toEqual(other.all());
});

test('what cannot be kept or read is said, and nothing is lost in the page', () => {
  const storage = new Memory();
  const keep = new Keep(storage, 'day', 'w1');
  keep.add([entry('1', 1)]);
  storage.full = true;
  keep.add([entry('2', 2)]);
  expect(keep.trouble).toMatch(/export/);
  expect(keep.all()).toHaveLength(2);
  storage.full = false;
  storage.setItem('portray-review:day:w0:0', '[{"id":1}]');
  const later = new Keep(storage, 'day', 'w2');
  expect(later.all()).toHaveLength(1);
  expect(later.trouble).toMatch(/could not be read/);
  expect(new Keep(null, 'day', 'w1').trouble).not.toBeNull();
});
