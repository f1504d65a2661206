/** How things are put, in the words of reports and tables. */

import type { Band, GroupKey, Mass, Verdict, Zone } from './contract';

export const VERDICTS: Verdict[] = ['flagged', 'failed', 'inconclusive', 'clear'];

const ZONES: Record<Zone, string> = {
  door_end: 'door end',
  front_wall: 'front wall',
  end: 'end',
  roof: 'roof',
  floor: 'floor',
  side: 'side',
  load: 'load',
};
export const ZONE_ORDER = Object.keys(ZONES) as Zone[];
export const zoneWords = (zone: Zone | null): string => (zone ? (ZONES[zone] ?? zone) : 'not told');

export const BANDS: Band[] = ['organic', 'mineral', 'metal'];

/** `80 ± 32 kg`, or `over 174 ± 73 kg` where the beam did not get through parts; nothing where none was measured. */
export function massWords(kg: number, sigma: number, atLeast: boolean): string {
  return kg > 0 ? `${atLeast ? 'over ' : ''}${kg.toFixed(0)} ± ${sigma.toFixed(0)} kg` : '';
}
export const massOf = (mass: Mass | null): string => (mass ? massWords(mass.kg, mass.sigma_kg, mass.at_least) : '');

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
/** A whole number with its thousands set apart. */
export const countWords = (n: number): string => grouped.format(n);
export const counted = (n: number, noun: string): string => `${countWords(n)} ${noun}${n === 1 ? '' : 's'}`;

/** Two digits that say something. */
export function pWords(p: number): string {
  const places = p > 0 ? 1 - Math.floor(Math.log10(p)) : 2;
  return places > 5 ? p.toExponential(1) : p.toFixed(Math.max(places, 2));
}

/** `1 in 2,000`: how often clean scans look this unusual. */
export function rarity(p: number): string {
  return p < 1 ? `1 in ${countWords(rounded(1 / p))}` : 'all';
}

/** Down to two digits: rounding up would promise more than was counted. */
function rounded(n: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return n < 100 ? Math.floor(n + 1e-9) : Math.floor(n / step + 1e-9) * step;
}

export interface Against {
  group: GroupKey;
  containers: number;
}

/** What the calibration says, in a sentence. */
export function calibrationSentence(p: number | undefined, against: Against | undefined, what: string): string {
  if (p === undefined) return `No calibration covers this ${what}: how unusual it is at this station is not known.`;
  const among = against ? ` (${groupWords(against.group)}, ${counted(against.containers, 'container')})` : '';
  if (against && p * (against.containers + 1) < 1.5) {
    return `None of ${counted(against.containers, 'clean container')} looked this unusual${against ? ` (${groupWords(against.group)})` : ''}.`;
  }
  if (p >= 0.5) return `Most clean containers look like this${among}.`;
  return `1 clean container in ${countWords(rounded(1 / p))} looks this unusual${among}.`;
}

export function groupWords(group: GroupKey): string {
  const scanner = group.scanner === undefined ? 'no scanner named' : `scanner ${group.scanner}`;
  switch (group.of) {
    case 'cargo':
      return `${scanner}, cargo ${group.cargo ?? ''}`;
    case 'other_cargo':
      return group.cargo ? `${scanner}, cargo ${group.cargo} and other` : `${scanner}, other cargo`;
    case 'scanner':
      return scanner;
    case 'all':
      return 'all scanners';
  }
}

const metres = (mm: number): string => (mm / 1000).toFixed(mm < 995 ? 2 : 1);
/** `0.88 × 0.72 m`. */
export const sizeWords = (box: { width: number; height: number }): string =>
  `${metres(box.width)} × ${metres(box.height)} m`;
/** `11.0 m from the front, 0.3 m up`. */
export const placeWords = (box: { x: number; y: number; width: number; height: number }, from: string): string =>
  `${((box.x + box.width / 2) / 1000).toFixed(1)} m from the ${from}, ${((box.y + box.height / 2) / 1000).toFixed(1)} m up`;

export const shareWords = (share: number): string => {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toPrecision(2)} %`;
};

/** The scan's own local time, as it was stated: `2026-11-09 08:48`. */
export function timeWords(time: string | undefined): string {
  const found = time?.match(/^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})/);
  return found ? `${found[1]} ${found[2]}` : (time ?? '');
}

/** Container numbers as they stand on the doors: `PTYU 433778 6`. */
export function containerWords(number: string): string {
  const found = number.match(/^([A-Z]{4})(\d{6})(\d)$/);
  return found ? `${found[1]} ${found[2]} ${found[3]}` : number;
}
