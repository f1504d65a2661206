/** Which scans stand in the list, and in which order. */

import type { Band, Row, Verdict, Zone } from './contract';
import type { Verb } from './decisions';

export type Order = 'p_value' | 'score' | 'mass' | 'time' | 'container' | 'name';
export const ORDERS: [Order, string][] = [
  ['p_value', 'most unusual first'],
  ['score', 'highest score first'],
  ['mass', 'heaviest first'],
  ['time', 'newest first'],
  ['container', 'container number'],
  ['name', 'name'],
];

export type DecisionFilter = 'any' | 'undecided' | Verb;

export interface Filters {
  text: string;
  verdicts: Verdict[];
  zones: Zone[];
  bands: Band[];
  labels: string[];
  scanners: string[];
  decision: DecisionFilter;
}
export const NO_FILTERS: Filters = {
  text: '',
  verdicts: [],
  zones: [],
  bands: [],
  labels: [],
  scanners: [],
  decision: 'any',
};
/** How many filters beside the search and the verdicts are set. */
export const filtersSet = (filters: Filters): number =>
  [filters.zones, filters.bands, filters.labels, filters.scanners].filter((list) => list.length > 0).length +
  Number(filters.decision !== 'any');

export const NO_SCANNER = '(none named)';
export const scannerOf = (row: Row): string => row.scanner ?? NO_SCANNER;

/** Letters and digits alone: container numbers are searched however they are spaced. */
const plain = (text: string): string => text.toLowerCase().replace(/[\s-]+/g, '');

function found(row: Row, words: string[]): boolean {
  if (words.length === 0) return true;
  const texts = [row.name, row.container?.number, row.cargo, row.scanner, row.reason, row.verdict, row.zone];
  const all = texts.map((text) => text?.toLowerCase() ?? '').join('\n');
  const number = plain(row.container?.number ?? '');
  return words.every((word) => all.includes(word)) || (number !== '' && number.includes(plain(words.join(''))));
}

const any = <T>(wanted: T[], has: readonly T[]): boolean => wanted.length === 0 || wanted.some((one) => has.includes(one));

export type Decided = (row: Row) => Verb | null;

/** Whether the filters let a row through; `but` names one that does not count, for the counts beside its choices. */
export function passes(row: Row, filters: Filters, decided: Decided, but?: keyof Filters): boolean {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    (but === 'verdicts' || any(filters.verdicts, [row.verdict])) &&
    (but === 'zones' || any(filters.zones, row.zones)) &&
    (but === 'bands' || any(filters.bands, row.bands)) &&
    (but === 'labels' || any(filters.labels, row.labels)) &&
    (but === 'scanners' || any(filters.scanners, [scannerOf(row)])) &&
    (but === 'decision' ||
      filters.decision === 'any' ||
      (filters.decision === 'undecided' ? decided(row) === null : decided(row) === filters.decision)) &&
    found(row, words)
  );
}

const RANK: Record<Verdict, number> = { flagged: 0, failed: 1, inconclusive: 2, clear: 3 };
const byName = (a: Row, b: Row): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
/** Numbers upwards, missing ones last. */
const upwards = (a: number | null | undefined, b: number | null | undefined): number =>
  (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
const downwards = (a: number | null | undefined, b: number | null | undefined): number =>
  upwards(a == null ? a : -a, b == null ? b : -b);
const text = (a: string | undefined, b: string | undefined): number =>
  a === b ? 0 : a === undefined ? 1 : b === undefined ? -1 : a < b ? -1 : 1;

/** The ranking of table and summary: verdict, then p-value, then score, then name. */
export function rank(a: Row, b: Row): number {
  return RANK[a.verdict] - RANK[b.verdict] || upwards(a.p_value, b.p_value) || downwards(a.score, b.score) || byName(a, b);
}

/** A stated time in ms; null where none is stated or it is no time. */
const moment = (row: Row): number | null => {
  const ms = Date.parse(row.time ?? '');
  return Number.isNaN(ms) ? null : ms;
};

const COMPARE: Record<Order, (a: Row, b: Row) => number> = {
  p_value: rank,
  score: (a, b) => downwards(a.score, b.score) || rank(a, b),
  mass: (a, b) => downwards(a.mass_kg?.[0], b.mass_kg?.[0]) || rank(a, b),
  time: (a, b) => downwards(moment(a), moment(b)) || rank(a, b),
  container: (a, b) => text(a.container?.number, b.container?.number) || rank(a, b),
  name: byName,
};

/** The places, in `rows`, of what the list shows. */
export function listed(rows: Row[], filters: Filters, order: Order, decided: Decided): number[] {
  const compare = COMPARE[order];
  const places: number[] = [];
  rows.forEach((row, place) => passes(row, filters, decided) && places.push(place));
  return places.sort((a, b) => compare(rows[a]!, rows[b]!));
}

/** How many rows each choice of one filter would leave. */
export function choices<T extends string>(
  rows: Row[],
  filters: Filters,
  decided: Decided,
  but: keyof Filters,
  of: (row: Row) => readonly T[],
): Map<T, number> {
  const counts = new Map<T, number>();
  for (const row of rows) {
    const has = of(row);
    const counts_ = passes(row, filters, decided, but) ? 1 : 0;
    for (const one of has) counts.set(one, (counts.get(one) ?? 0) + counts_);
  }
  return counts;
}

/** The next place in `list` after `from` whose row fulfils `wanted`, going round once; -1 where there is none. */
export function nextPlace(list: number[], from: number, wanted: (place: number) => boolean): number {
  for (let step = 1; step <= list.length; step++) {
    const at = (from + step) % list.length;
    if (wanted(list[at]!)) return at;
  }
  return -1;
}
