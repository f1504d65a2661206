/**
 * What the analyst decided. Every change is an entry of its own and none is ever taken away: the decision that counts is that
 * of the latest entry on a scan or region. So two people's files, or two windows, are put together by taking the entries of both.
 */

import type { Batch, BoxPx, Row, Zone } from './contract';

export const DECISIONS_VERSION = 1;

/** Clear, search the container, or have a second analyst look. */
export type Verb = 'clear' | 'search' | 'second_look';
export const VERBS: Verb[] = ['clear', 'search', 'second_look'];
export const VERB_WORDS: Record<Verb, string> = { clear: 'Clear', search: 'Search', second_look: 'Second look' };

/** The region of a report that an entry is about. */
export interface RegionRef {
  /** Its number in the report, from 1. */
  number: number;
  box_px: BoxPx;
  score: number;
  zone: Zone | null;
}

export interface Entry {
  /** Unlike any other's: entries that meet again are told by it. */
  id: string;
  /** When, RFC 3339 in UTC. */
  at: string;
  /** Who; may be empty. */
  by: string;
  /** The scan's name in its report, and the digest of its file. */
  scan: string;
  sha256: string | null;
  /** Absent: the scan as a whole. */
  region?: RegionRef;
  /** Null where a decision was taken back. */
  decision: Verb | null;
  note: string;
}

export interface Standing {
  decision: Verb | null;
  note: string;
  by: string;
  at: string;
}

/** The standing of scans and regions. */
export interface Standings {
  scans: Map<string, Standing>;
  /** By scan, then by the region's number. */
  regions: Map<string, Map<number, Standing & { ref: RegionRef }>>;
}

/** Earlier before later; where two windows wrote in the same ms, by id, the same everywhere. */
export const inOrder = (a: Entry, b: Entry): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

export function standings(entries: Entry[]): Standings {
  const found: Standings = { scans: new Map(), regions: new Map() };
  for (const { scan, region, decision, note, by, at } of [...entries].sort(inOrder)) {
    const standing = { decision, note, by, at };
    if (!region) {
      found.scans.set(scan, standing);
      continue;
    }
    const regions = found.regions.get(scan) ?? new Map<number, Standing & { ref: RegionRef }>();
    regions.set(region.number, { ...standing, ref: region });
    found.regions.set(scan, regions);
  }
  return found;
}

/** The entries of both, each once, in their order. */
export function united(a: Entry[], b: Entry[]): Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of [...a, ...b]) if (!all.has(entry.id)) all.set(entry.id, entry);
  return [...all.values()].sort(inOrder);
}

/** A scan in an exported document. */
export interface DecidedScan {
  name: string;
  sha256: string | null;
  container: string | null;
  verdict: string;
  score: number | null;
  decision: Verb | null;
  note: string;
  by: string;
  at: string | null;
  regions: (RegionRef & Standing)[];
}

/** What is exported: docs/schema/decisions-v1.schema.json. */
export interface Decisions {
  schema_version: number;
  generator: { name: string; version: string };
  batch: { digest: string; name: string; model_sha256: string; calibration_sha256: string | null; scans: number };
  exported: string;
  by: string;
  scans: DecidedScan[];
  history: Entry[];
}

export function exported(batch: Batch, version: string, rows: Row[], entries: Entry[], by: string, now: Date): Decisions {
  const found = standings(entries);
  const scans: DecidedScan[] = [];
  for (const row of rows) {
    const scan = found.scans.get(row.name);
    const regions = [...(found.regions.get(row.name)?.values() ?? [])].sort((a, b) => a.ref.number - b.ref.number);
    const said = (standing: Standing): boolean => standing.decision !== null || standing.note !== '';
    const kept = regions.filter(said).map(({ ref, ...standing }) => ({ ...ref, ...standing }));
    if ((scan === undefined || !said(scan)) && kept.length === 0) continue;
    scans.push({
      name: row.name,
      sha256: row.sha256,
      container: row.container?.number ?? null,
      verdict: row.verdict,
      score: row.score,
      decision: scan?.decision ?? null,
      note: scan?.note ?? '',
      by: scan?.by ?? '',
      at: scan?.at ?? null,
      regions: kept,
    });
  }
  return {
    schema_version: DECISIONS_VERSION,
    generator: { name: 'portray review', version },
    batch: {
      digest: batch.digest,
      name: batch.name,
      model_sha256: batch.model.sha256,
      calibration_sha256: batch.calibration_sha256 ?? null,
      scans: rows.length,
    },
    exported: now.toISOString(),
    by,
    scans,
    history: [...entries].sort(inOrder),
  };
}

export interface Imported {
  /** Entries of the document on scans of this batch that are not there yet. */
  entries: Entry[];
  /** Entries that were there already. */
  known: number;
  /** Entries on scans that are not in this batch. */
  foreign: number;
  /** Scans whose decision changes from one to another. */
  changed: string[];
  /** Whether the document is of another batch. */
  other_batch: boolean;
}

/** What importing a document would add. Of another batch, scans with the same bytes count. */
export function imported(text: string, batch: Batch, rows: Row[], have: Entry[]): Imported {
  const document = decisionsOf(text);
  const bySha = new Map(rows.flatMap((row) => (row.sha256 ? [[row.sha256, row] as const] : [])));
  const byName = new Map(rows.map((row) => [row.name, row]));
  const ids = new Set(have.map((entry) => entry.id));
  const entries: Entry[] = [];
  let [known, foreign] = [0, 0];
  for (const entry of document.history) {
    const same = byName.get(entry.scan);
    const row = same && same.sha256 === entry.sha256 ? same : entry.sha256 ? bySha.get(entry.sha256) : undefined;
    if (!row) foreign++;
    else if (ids.has(entry.id)) known++;
    else entries.push({ ...entry, scan: row.name });
  }
  const [before, after] = [standings(have).scans, standings(united(have, entries)).scans];
  const changed = [...after].filter(([scan, standing]) => {
    const old = before.get(scan)?.decision ?? null;
    return old !== null && old !== standing.decision;
  });
  return { entries, known, foreign, changed: changed.map(([scan]) => scan), other_batch: document.batch.digest !== batch.digest };
}

/**
 * A document, checked field by field.
 * @throws with what is wrong and where.
 */
export function decisionsOf(text: string): Decisions {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`this is no JSON: ${(error as Error).message}`);
  }
  const document = object(value, 'the document', [
    'schema_version',
    'generator',
    'batch',
    'exported',
    'by',
    'scans',
    'history',
  ]);
  if (document['schema_version'] !== DECISIONS_VERSION) {
    throw new Error(`schema_version is ${String(document['schema_version'])}, this page reads ${DECISIONS_VERSION}`);
  }
  const batch = object(document['batch'], 'batch', ['digest', 'name', 'model_sha256', 'calibration_sha256', 'scans']);
  string(batch['digest'], 'batch.digest');
  if (!Array.isArray(document['history'])) throw new Error('history is no list');
  document['history'].forEach((entry, at) => checkEntry(entry, `history[${at}]`));
  return value as Decisions;
}

const ENTRY = ['id', 'at', 'by', 'scan', 'sha256', 'region', 'decision', 'note'];

/** @throws where a value is no entry. */
export function checkEntry(value: unknown, where: string): asserts value is Entry {
  const entry = object(value, where, ENTRY);
  for (const key of ['id', 'at', 'by', 'scan', 'note']) string(entry[key], `${where}.${key}`);
  if (Number.isNaN(Date.parse(entry['at'] as string))) throw new Error(`${where}.at is no time`);
  if (entry['sha256'] !== null) string(entry['sha256'], `${where}.sha256`);
  if (entry['decision'] !== null && !VERBS.includes(entry['decision'] as Verb)) {
    throw new Error(`${where}.decision is none of ${VERBS.join(', ')}`);
  }
  if (entry['region'] === undefined) return;
  const region = object(entry['region'], `${where}.region`, ['number', 'box_px', 'score', 'zone']);
  const box = object(region['box_px'], `${where}.region.box_px`, ['x', 'y', 'width', 'height']);
  for (const number of [region['number'], region['score'], box['x'], box['y'], box['width'], box['height']]) {
    if (typeof number !== 'number' || !Number.isFinite(number)) throw new Error(`${where}.region holds no number`);
  }
}

function object(value: unknown, where: string, keys: string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is no object`);
  const odd = Object.keys(value).find((key) => !keys.includes(key));
  if (odd !== undefined) throw new Error(`${where} has the unknown key ${JSON.stringify(odd)}`);
  return value as Record<string, unknown>;
}

function string(value: unknown, where: string): asserts value is string {
  if (typeof value !== 'string') throw new Error(`${where} is no text`);
}
