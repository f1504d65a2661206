import { describe, expect, test } from 'vitest';
import { hourly, spread } from '../../src/batch';
import type { CleanGroup, Preparation } from '../../src/contract';
import { urlOf } from '../../src/data';
import { HELP } from '../../src/keys';
import { countedFrom, lengthWords, rulerStep, scaleBar, toMm, toPx, zoneAreas } from '../../src/place';
import { scrolledTo, span } from '../../src/rows';
import { calibrationSentence, containerWords, massWords, placeWords, pWords, rarity, shareWords, sizeWords, timeWords } from '../../src/words';
import { row } from './rows';

describe('the list', () => {
  test('only rows in sight and a few beside them are drawn', () => {
    expect(span(5000, 70, 0, 700)).toEqual({ first: 0, end: 14, above: 0, height: 350000 });
    const middle = span(5000, 70, 70000, 700);
    expect([middle.first, middle.end, middle.above]).toEqual([996, 1014, 996 * 70]);
    expect(span(5000, 70, 1e9, 700).end).toBe(5000);
    expect(span(3, 70, 0, 700)).toEqual({ first: 0, end: 3, above: 0, height: 210 });
    expect(span(0, 70, 500, 700)).toEqual({ first: 0, end: 0, above: 0, height: 0 });
    for (let at = 0; at < 350000; at += 997) {
      const { first, end } = span(5000, 70, at, 700);
      expect(end - first).toBeLessThan(22);
      expect(first * 70).toBeLessThanOrEqual(Math.min(at, 350000 - 700));
      expect(end * 70).toBeGreaterThanOrEqual(Math.min(at + 700, 350000));
    }
  });

  test('a row is scrolled to by as little as it takes', () => {
    expect(scrolledTo(5, 70, 0, 700)).toBe(0);
    expect(scrolledTo(10, 70, 0, 700)).toBe(70);
    expect(scrolledTo(2, 70, 700, 700)).toBe(140);
  });
});

describe('words', () => {
  test('are those of the reports', () => {
    expect(massWords(79.82, 31.7, false)).toBe('80 ± 32 kg');
    expect(massWords(173.84, 72.54, true)).toBe('over 174 ± 73 kg');
    expect([massWords(0, 3, true), massWords(-4, 3, false)]).toEqual(['', '']);
    expect([0.004, 0.012345, 1, 0.5, 0.000041].map(pWords)).toEqual(['0.0040', '0.012', '1.00', '0.50', '4.1e-5']);
  });

  test('a p-value is said so that it promises no more than was counted', () => {
    expect([0.0005, 0.001, 0.0051, 0.25, 1].map(rarity)).toEqual(['1 in 2,000', '1 in 1,000', '1 in 190', '1 in 4', 'all']);
    const against = { group: { of: 'all' as const }, containers: 1999 };
    expect(calibrationSentence(0.0005, against, 'scan')).toBe('None of 1,999 clean containers looked this unusual (all scanners).');
    expect(calibrationSentence(0.001, against, 'scan')).toBe('1 clean container in 1,000 looks this unusual (all scanners, 1,999 containers).');
    expect(calibrationSentence(0.8, against, 'scan')).toMatch(/^Most clean containers/);
    expect(calibrationSentence(undefined, undefined, 'scan')).toMatch(/^No calibration covers this scan/);
  });

  test('lengths, places, shares and times', () => {
    expect(sizeWords({ width: 880, height: 72.4 })).toBe('0.88 × 0.07 m');
    expect(sizeWords({ width: 12000, height: 999 })).toBe('12.0 × 1.0 m');
    expect(placeWords({ x: 11020, y: 320, width: 880, height: 720 }, 'front')).toBe('11.5 m from the front, 0.7 m up');
    expect([0, 0.004, 0.0342, 0.24].map(shareWords)).toEqual(['0 %', '0.40 %', '3.4 %', '24 %']);
    expect([timeWords('2026-11-09T08:48:00Z'), timeWords('noon'), timeWords(undefined)]).toEqual(['2026-11-09 08:48', 'noon', '']);
    expect([containerWords('PTYU4337786'), containerWords('odd')]).toEqual(['PTYU 433778 6', 'odd']);
  });
});

test('paths below the page become URLs, whatever names hold', () => {
  expect(urlOf('review/a b#1%.js')).toBe('review/a%20b%231%25.js');
  expect(urlOf('review/コンテナ~1.png')).toBe('review/%E3%82%B3%E3%83%B3%E3%83%86%E3%83%8A~1.png');
  expect(urlOf('review/"><script>.js')).toBe('review/%22%3E%3Cscript%3E.js');
});

describe('places', () => {
  const frame = (over: Partial<Preparation> = {}): Preparation => ({
    crop_px: { x: 23, y: 26, width: 2460, height: 612 },
    crop_mm: { width: 12300, height: 3060 },
    located: 'container',
    source_pixel_mm: { x: 5, y: 5 },
    pixel_mm: { x: 5, y: 5 },
    doors: 'left',
    doors_known: true,
    noise_floor: 0.001,
    steps: [],
    ...over,
  });

  test('mm count from the front, as box_mm does', () => {
    // The region of the coffee sample: box_px 103,430 176x144 is box_mm 11020,320 880x720.
    expect(toMm(frame(), { x: 279, y: 574 })).toEqual({ x: 11020, y: 320 });
    expect(toMm(frame({ doors: 'right' }), { x: 23, y: 638 })).toEqual({ x: 0, y: 0 });
    expect(toPx(frame(), { x: 11020, y: 320 })).toEqual({ x: 279, y: 574 });
    expect(countedFrom(frame())).toBe('front');
    expect(countedFrom(frame({ doors_known: false, doors: 'right' }))).toBe('left');
    expect(countedFrom(frame({ located: 'object', doors: 'left' }))).toBe('right');
  });

  test('zones tile the container and are named as regions are', () => {
    const areas = zoneAreas(frame(), 'side');
    expect(areas.map((area) => area.zone)).toEqual(['roof', 'floor', 'front_wall', 'door_end', 'load']);
    const area = areas.reduce((sum, { box }) => sum + box.width * box.height, 0);
    expect(area).toBeCloseTo(2460 * 612);
    // The doors are left: the door end is the leftmost 1.2 m.
    expect(areas[3]!.box.x).toBeCloseTo(23);
    expect(areas[3]!.box.width).toBeCloseTo(240);
    expect(zoneAreas(frame({ doors_known: false }), undefined).map((one) => one.zone)).toEqual(['roof', 'floor', 'end', 'end', 'load']);
    expect(zoneAreas(frame(), 'top').filter((one) => one.zone === 'side')).toHaveLength(2);
    expect(zoneAreas(frame({ located: 'object' }), 'side')).toEqual([]);
    expect(zoneAreas(frame(), 'oblique')).toEqual([]);
  });

  test('a scale bar is a round length that fits', () => {
    expect(scaleBar(100, 160)).toEqual({ metres: 1, px: 100 });
    expect(scaleBar(1000, 160).metres).toBeCloseTo(0.1);
    expect([lengthWords(5), lengthWords(0.2), lengthWords(0.002)]).toEqual(['5 m', '20 cm', '2 mm']);
    expect([rulerStep(131), rulerStep(30), rulerStep(10), rulerStep(0.1)]).toEqual([0.5, 2, 5, 100]);
  });
});

describe('the batch', () => {
  test('scores are counted by verdict, clean ones scaled to as many', () => {
    const group = { histogram: [30, 10], containers: 40 } as unknown as CleanGroup;
    const rows = [row('a', { score: 1 }), row('b', { score: 0.1, verdict: 'clear' }), row('c', { score: null, verdict: 'failed' })];
    const { bins, clean } = spread(rows, group, 4);
    expect(bins.map((bin) => [bin.flagged, bin.clear])).toEqual([[0, 1], [0, 0], [0, 0], [1, 0]]);
    expect(clean).toEqual([0.75, 0.75, 0.25, 0.25]);
    expect(spread(rows, null, 4).clean).toBeNull();
  });

  test('hours are those that scans state', () => {
    const rows = [row('a', { time: '2026-11-09T08:48:00Z' }), row('b', { time: '2026-11-09T08:01:00Z', verdict: 'clear' }), row('c')];
    expect(hourly(rows)).toEqual({ hours: [{ hour: '2026-11-09 08', scans: 2, flagged: 1 }], untimed: 1 });
  });
});

test('no key is told twice', () => {
  const keys = HELP.flatMap(([, list]) => list.map(([key]) => key));
  expect(new Set(keys).size).toBe(keys.length);
});
