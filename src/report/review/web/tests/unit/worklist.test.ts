import { expect, test } from 'vitest';
import type { Row } from '../../src/contract';
import { choices, filtersSet, listed, nextPlace, NO_FILTERS, passes, rank, type Filters, type Order } from '../../src/worklist';
import { row } from './rows';

const nobody = (): null => null;
const names = (rows: Row[], order: Order, filters: Partial<Filters> = {}): string[] =>
  listed(rows, { ...NO_FILTERS, ...filters }, order, nobody).map((place) => rows[place]!.name);

test('rows are ranked as the summary ranks them', () => {
  // The cases of report::summary's own test.
  const rows = [
    row('uncovered', { score: 0.99 }),
    row('usual', { score: 0.9, p_value: 0.004 }),
    row('unusual', { score: 0.6, p_value: 0.001 }),
    row('higher', { score: 0.95, p_value: 0.004 }),
    row('clear', { verdict: 'clear', score: 0.2, p_value: 0.0001 }),
    row('lower', { score: 0.9 }),
    row('failed', { verdict: 'failed', score: null }),
    row('odd', { verdict: 'inconclusive', score: 0.1 }),
  ];
  expect([...rows].sort(rank).map((one) => one.name)).toEqual([
    'unusual', 'higher', 'usual', 'uncovered', 'lower', 'failed', 'odd', 'clear',
  ]);
  expect(names(rows, 'p_value')).toEqual([...rows].sort(rank).map((one) => one.name));
});

test('other orders put what is missing last', () => {
  const rows = [
    row('b', { score: null, time: '2026-11-09T08:00:00+01:00', mass_kg: [5, 1] }),
    row('a', { score: 0.2, mass_kg: [80, 10], container: { number: 'PTYU2', check_digit: 'valid' } }),
    row('c', { score: 0.9, time: '2026-11-09T07:30:00Z', container: { number: 'PTYU1', check_digit: 'valid' } }),
  ];
  expect(names(rows, 'score')).toEqual(['c', 'a', 'b']);
  expect(names(rows, 'mass')).toEqual(['a', 'b', 'c']);
  // 08:00+01:00 is 07:00Z: the later one first.
  expect(names(rows, 'time')).toEqual(['c', 'b', 'a']);
  expect(names(rows, 'container')).toEqual(['c', 'a', 'b']);
  expect(names(rows, 'name')).toEqual(['a', 'b', 'c']);
});

test('a container is found however its number is spaced, and other words all have to occur', () => {
  const rows = [
    row('x.tif', { container: { number: 'PTYU4337786', check_digit: 'valid' }, cargo: 'coffee', zone: 'door_end' }),
    row('y.tif', { cargo: 'coffee' }),
  ];
  for (const text of ['ptyu 433778 6', 'PTYU-433778-6', '433778', 'coffee x.tif', 'door_end']) {
    expect(names(rows, 'name', { text })).toEqual(['x.tif']);
  }
  expect(names(rows, 'name', { text: 'coffee' })).toEqual(['x.tif', 'y.tif']);
  expect(names(rows, 'name', { text: 'coffee tiles' })).toEqual([]);
  expect(names(rows, 'name', { text: '  ' })).toEqual(['x.tif', 'y.tif']);
  // Nothing of a search is a pattern.
  expect(names(rows, 'name', { text: '.*' })).toEqual([]);
});

test('filters of one kind widen, of several kinds narrow', () => {
  const rows = [
    row('a', { zones: ['roof'], bands: ['metal'], scanner: 'gate 1' }),
    row('b', { zones: ['floor', 'load'], verdict: 'clear', labels: ['weapon'] }),
    row('c', { zones: ['roof'], scanner: 'gate 2' }),
  ];
  expect(names(rows, 'name', { zones: ['roof', 'load'] })).toEqual(['a', 'b', 'c']);
  expect(names(rows, 'name', { zones: ['roof'], scanners: ['gate 2'] })).toEqual(['c']);
  expect(names(rows, 'name', { bands: ['metal'] })).toEqual(['a']);
  expect(names(rows, 'name', { labels: ['weapon'] })).toEqual(['b']);
  expect(names(rows, 'name', { verdicts: ['clear'] })).toEqual(['b']);
  expect(names(rows, 'name', { scanners: ['(none named)'] })).toEqual(['b']);
  expect(filtersSet({ ...NO_FILTERS, zones: ['roof'], decision: 'undecided', text: 'x' })).toBe(2);
});

test('decisions are filtered by', () => {
  const decided = (one: Row): 'clear' | null => (one.name === 'a' ? 'clear' : null);
  const with_ = (decision: Filters['decision'], name: string): boolean =>
    passes(row(name), { ...NO_FILTERS, decision }, decided);
  expect([with_('undecided', 'a'), with_('undecided', 'b')]).toEqual([false, true]);
  expect([with_('clear', 'a'), with_('search', 'a'), with_('any', 'b')]).toEqual([true, false, true]);
});

test('the counts beside a choice say what it would leave, whatever its own filter is', () => {
  const rows = [row('a', { zones: ['roof'] }), row('b', { zones: ['floor'], verdict: 'clear' }), row('c', { zones: ['floor'] })];
  const filters: Filters = { ...NO_FILTERS, zones: ['roof'], verdicts: ['flagged'] };
  expect(choices(rows, filters, nobody, 'zones', (one) => one.zones)).toEqual(new Map([['roof', 1], ['floor', 1]]));
});

test('the next undecided one is looked for round the list', () => {
  const open = (place: number): boolean => place !== 5;
  expect(nextPlace([4, 5, 6], 0, open)).toBe(2);
  expect(nextPlace([4, 5, 6], 2, open)).toBe(0);
  expect(nextPlace([4, 5], -1, open)).toBe(0);
  expect(nextPlace([5], 0, open)).toBe(-1);
  expect(nextPlace([], 0, open)).toBe(-1);
});
