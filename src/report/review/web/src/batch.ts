/** Figures of the batch page: how scores are spread, against clean ones, and how many scans an hour came. */

import type { CleanGroup, Row, Verdict } from './contract';
import { VERDICTS } from './words';

export interface Spread {
  /** Scans of each verdict in each of as many equal parts of 0 to 1. */
  bins: Record<Verdict, number>[];
  /** Clean containers in the same parts, scaled to as many as there are scans; null without a calibration. */
  clean: number[] | null;
}

export function spread(rows: Row[], group: CleanGroup | null, bins = 40): Spread {
  const counts = Array.from(
    { length: bins },
    () => Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>,
  );
  let scans = 0;
  for (const { score, verdict } of rows) {
    if (score === null) continue;
    counts[Math.min(Math.floor(score * bins), bins - 1)]![verdict]++;
    scans++;
  }
  if (!group) return { bins: counts, clean: null };
  const total = group.histogram.reduce((sum, count) => sum + count, 0);
  const clean = new Array<number>(bins).fill(0);
  // Parts of another width are shared out by how far they overlap.
  group.histogram.forEach((count, at) => {
    const [from, to] = [(at / group.histogram.length) * bins, ((at + 1) / group.histogram.length) * bins];
    for (let bin = Math.floor(from); bin < Math.min(Math.ceil(to - 1e-9), bins); bin++) {
      const overlap = Math.min(to, bin + 1) - Math.max(from, bin);
      clean[bin]! += ((count * overlap) / (to - from)) * (scans / Math.max(total, 1));
    }
  });
  return { bins: counts, clean };
}

export interface Hours {
  /** Each hour from the first scan's to the last one's, as `2026-11-09 08`. */
  hours: { hour: string; scans: number; flagged: number }[];
  untimed: number;
}

/** How many scans were taken in each hour, by the times that they state. Of more than `most` hours the last ones. */
export function hourly(rows: Row[], most = 48): Hours {
  const found = new Map<string, { scans: number; flagged: number }>();
  let untimed = 0;
  for (const { time, verdict } of rows) {
    const hour = time?.match(/^\d{4}-\d{2}-\d{2}[T ]\d{2}/)?.[0].replace('T', ' ');
    if (!hour) {
      untimed++;
      continue;
    }
    const counts = found.get(hour) ?? { scans: 0, flagged: 0 };
    counts.scans++;
    if (verdict === 'flagged') counts.flagged++;
    found.set(hour, counts);
  }
  const hours = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([hour, counts]) => ({ hour, ...counts }));
  return { hours: hours.slice(-most), untimed };
}
