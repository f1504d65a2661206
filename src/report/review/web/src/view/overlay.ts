/** What is drawn over a picture: zones, rulers, regions with their labels, what was repaired. Sizes in CSS px. */

import type { BoxPx, Point, Region } from '../contract';
import { VERB_WORDS, type Verb } from '../decisions';
import { countedFrom, lengthWords, rulerStep, scaleBar, toPx, zoneAreas } from '../place';
import type { Scan } from '../scan';
import { massOf, zoneWords } from '../words';
import { FLAGGED, REPAIRED, SHIELDED } from './look';
import { toView, type Size, type Transform } from './transform';

export interface Marks {
  regions: boolean;
  zones: boolean;
  repaired: boolean;
  rulers: boolean;
  /** The region that is chosen, from 0; -1 for none. */
  chosen: number;
  /** What was decided of each region, by its number from 1. */
  decided: (number: number) => Verb | null;
}

export const MARGIN = { left: 34, top: 10, right: 12, bottom: 24 };

const INK = '#10141a';
const PAPER = '#eceff3';
const MUTED = '#b6c0cc';
const rgb = ([r, g, b]: readonly [number, number, number], alpha = 1): string => `rgb(${r} ${g} ${b} / ${alpha})`;
const ORANGE = rgb(FLAGGED);
const FONT = '12px ui-sans-serif, system-ui, sans-serif';
const BOLD = '600 12px ui-sans-serif, system-ui, sans-serif';

interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function drawOverlay(context: CanvasRenderingContext2D, scan: Scan, t: Transform, size: Size, marks: Marks): void {
  context.font = FONT;
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  if (marks.repaired) drawRepaired(context, scan, t);
  if (marks.zones) drawZones(context, scan, t);
  if (marks.regions) {
    drawUnseen(context, scan, t);
    drawRegions(context, scan, t, size, marks);
  }
  if (marks.rulers) drawRulers(context, scan, t, size);
}

function bounds(t: Transform, box: BoxPx): Rect {
  const [a, b] = [toView(t, box), toView(t, { x: box.x + box.width, y: box.y + box.height })];
  return { left: a.x, top: a.y, right: b.x, bottom: b.y };
}

function drawRepaired(context: CanvasRenderingContext2D, scan: Scan, t: Transform): void {
  context.fillStyle = rgb(REPAIRED, 0.55);
  const { crop } = scan;
  for (const step of scan.frame?.steps.filter((found) => found.name === 'dropouts') ?? []) {
    const rows = (step.found['rows_px'] as number[] | undefined) ?? [];
    const boxes = (step.found['boxes_px'] as BoxPx[] | undefined) ?? [];
    for (const box of [...boxes, ...rows.map((y) => ({ x: crop.x, y, width: crop.width, height: 1 }))]) {
      const at = bounds(t, box);
      context.fillRect(at.left, at.top, Math.max(at.right - at.left, 1), Math.max(at.bottom - at.top, 1));
    }
  }
}

function drawZones(context: CanvasRenderingContext2D, scan: Scan, t: Transform): void {
  if (!scan.frame) return;
  context.save();
  for (const { zone, box } of zoneAreas(scan.frame, scan.report.scan.metadata.view)) {
    const at = bounds(t, box);
    context.setLineDash([5, 4]);
    for (const [colour, width] of [
      [INK, 2.5],
      ['#7cc7ff', 1],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.strokeRect(at.left, at.top, at.right - at.left, at.bottom - at.top);
    }
    const words = zoneWords(zone);
    const wide = context.measureText(words).width;
    const [across, down] = [at.right - at.left, at.bottom - at.top];
    if (wide + 10 > across) continue;
    const middle = Math.min(Math.max((at.left + at.right) / 2, wide / 2 + 4), context.canvas.width);
    const y = down > 30 ? at.top + 11 : (at.top + at.bottom) / 2;
    plate(context, { left: middle - wide / 2 - 4, right: middle + wide / 2 + 4, top: y - 8, bottom: y + 8 }, 0.72);
    context.fillStyle = '#a9dbff';
    context.fillText(words, middle - wide / 2, y);
  }
  context.restore();
}

function plate(context: CanvasRenderingContext2D, rect: Rect, alpha = 0.88, colour = INK): void {
  context.save();
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top, 3);
  context.fill();
  context.restore();
}

/** Of a scan that nothing flags, the largest place that was not seen is what someone has to look at. */
function drawUnseen(context: CanvasRenderingContext2D, scan: Scan, t: Transform): void {
  const place = scan.report.unseen[0];
  if (!place || scan.report.verdict !== 'inconclusive') return;
  const at = bounds(t, place.box_px);
  context.strokeStyle = rgb(SHIELDED);
  context.lineWidth = 2;
  context.setLineDash([6, 3]);
  context.strokeRect(at.left, at.top, at.right - at.left, at.bottom - at.top);
  context.setLineDash([]);
  plate(context, { left: at.left, top: at.top - 18, right: at.left + 16, bottom: at.top - 1 }, 1, rgb(SHIELDED));
  context.font = BOLD;
  context.fillStyle = INK;
  context.fillText('?', at.left + 5, at.top - 9);
  context.font = FONT;
}

function outline(context: CanvasRenderingContext2D, t: Transform, polygon: Point[]): void {
  context.beginPath();
  polygon.forEach((point, at) => {
    const { x, y } = toView(t, point);
    if (at === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.closePath();
}

function drawRegions(context: CanvasRenderingContext2D, scan: Scan, t: Transform, size: Size, marks: Marks): void {
  const { regions } = scan.report;
  const taken: Rect[] = [];
  const boxes = regions.map((region) => bounds(t, region.box_px));
  regions.forEach((region, index) => {
    const chosen = index === marks.chosen;
    const verb = marks.decided(index + 1);
    for (const polygon of region.polygons.length > 0 ? region.polygons : [corners(region.box_px)]) {
      outline(context, t, polygon);
      context.setLineDash(verb === 'clear' ? [4, 3] : []);
      context.strokeStyle = INK;
      context.lineWidth = chosen ? 5.5 : 4;
      context.stroke();
      context.strokeStyle = chosen ? '#ffd24a' : ORANGE;
      context.lineWidth = chosen ? 2.5 : 2;
      context.stroke();
      context.setLineDash([]);
    }
  });
  // The chosen one's label comes first, so that it has its place.
  const order = regions.map((_, index) => index).sort((a, b) => Number(b === marks.chosen) - Number(a === marks.chosen));
  for (const index of order) {
    const region = regions[index]!;
    const verb = marks.decided(index + 1);
    label(context, boxes[index]!, index, text(region, verb), index === marks.chosen, size, taken, boxes);
  }
}

const text = (region: Region, verb: Verb | null): string =>
  [
    region.score.toFixed(2),
    massOf(region.mass),
    region.label ?? '',
    region.zone ? zoneWords(region.zone) : '',
    verb ? VERB_WORDS[verb].toLowerCase() : '',
  ]
    .filter(Boolean)
    .join(' · ');

const corners = ({ x, y, width, height }: BoxPx): Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

const overlaps = (a: Rect, b: Rect): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function label(
  context: CanvasRenderingContext2D,
  box: Rect,
  index: number,
  words: string,
  chosen: boolean,
  size: Size,
  taken: Rect[],
  boxes: Rect[],
): void {
  if (box.right < 0 || box.bottom < 0 || box.left > size.width || box.top > size.height) return;
  const number = String(index + 1);
  context.font = BOLD;
  const badge = context.measureText(number).width + 10;
  context.font = FONT;
  const full = badge + context.measureText(words).width + 12;
  const room = { left: 2, top: 2, right: size.width - 2, bottom: size.height - 2 };
  const places = (wide: number): Rect[] => {
    const left = Math.min(Math.max(box.left, room.left), room.right - wide);
    const top = Math.min(Math.max(box.top, room.top), room.bottom - 18);
    const at = (x: number, y: number): Rect => ({ left: x, top: y, right: x + wide, bottom: y + 18 });
    return [at(left, box.top - 22), at(left, box.bottom + 4), at(box.right + 4, top), at(box.left - wide - 4, top)];
  };
  const inside = (rect: Rect): boolean =>
    rect.left >= room.left && rect.right <= room.right && rect.top >= room.top && rect.bottom <= room.bottom;
  const free = (rect: Rect): boolean =>
    inside(rect) &&
    !taken.some((other) => overlaps(rect, other)) &&
    !boxes.some((other, at) => at !== index && overlaps(rect, other));
  let place = places(full).find(free);
  const short = !place;
  if (!place) place = places(badge).find((rect) => inside(rect) && !taken.some((other) => overlaps(rect, other)));
  if (!place) return;
  taken.push(place);
  plate(context, place, 0.9);
  plate(context, { ...place, right: place.left + badge }, 1, chosen ? '#ffd24a' : ORANGE);
  context.font = BOLD;
  context.fillStyle = INK;
  context.fillText(number, place.left + 5, place.top + 9.5);
  context.font = FONT;
  if (short) return;
  context.fillStyle = PAPER;
  context.fillText(words, place.left + badge + 6, place.top + 9.5);
}

/** Metres along the lower and the left side, and a scale bar. */
function drawRulers(context: CanvasRenderingContext2D, scan: Scan, t: Transform, size: Size): void {
  const { frame } = scan;
  if (!frame) return;
  context.fillStyle = rgb([16, 20, 26], 0.78);
  context.fillRect(0, size.height - 20, size.width, 20);
  context.fillRect(0, 0, 28, size.height - 20);
  context.strokeStyle = MUTED;
  context.fillStyle = MUTED;
  context.lineWidth = 1;
  const perMetre = (1000 / frame.source_pixel_mm.x) * t.scale;
  const decimals = (step: number): number => (step < 1 ? 1 : 0);
  const line = (from: Point, to: Point): void => {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  };
  let every = rulerStep(perMetre);
  for (let metre = 0; metre <= frame.crop_mm.width / 1000 + 1e-6; metre += every) {
    const { x } = toView(t, toPx(frame, { x: metre * 1000, y: 0 }));
    if (x < 30 || x > size.width - 4) continue;
    line({ x, y: size.height - 20 }, { x, y: size.height - 15 });
    const words = metre.toFixed(decimals(every));
    context.fillText(words, Math.min(x - context.measureText(words).width / 2, size.width - 20), size.height - 8);
  }
  every = rulerStep(perMetre, 26);
  for (let metre = 0; metre <= frame.crop_mm.height / 1000 + 1e-6; metre += every) {
    const { y } = toView(t, toPx(frame, { x: 0, y: metre * 1000 }));
    if (y < 8 || y > size.height - 28) continue;
    line({ x: 23, y }, { x: 28, y });
    const words = metre.toFixed(decimals(every));
    context.fillText(words, 20 - context.measureText(words).width, y);
  }
  const bar = scaleBar(perMetre, Math.min(160, size.width / 4));
  const words = `${lengthWords(bar.metres)}`;
  const from = `m from the ${countedFrom(frame)}`;
  const wide = context.measureText(from).width;
  const right = size.width - 12;
  plate(context, { left: right - bar.px - 8, right: right + 6, top: size.height - 48, bottom: size.height - 24 }, 0.78);
  context.fillStyle = PAPER;
  context.fillRect(right - bar.px, size.height - 30, bar.px, 2);
  context.fillRect(right - bar.px, size.height - 33, 1.5, 8);
  context.fillRect(right - 1.5, size.height - 33, 1.5, 8);
  context.fillText(words, right - bar.px / 2 - context.measureText(words).width / 2, size.height - 40);
  plate(context, { left: 32, right: 32 + wide + 10, top: size.height - 42, bottom: size.height - 24 }, 0.6);
  context.fillStyle = MUTED;
  context.fillText(from, 37, size.height - 33);
}

/** The region under a view position, from 0; the smallest where several lie there, -1 where none does. */
export function regionAt(scan: Scan, t: Transform, at: Point): number {
  let [found, least] = [-1, Infinity];
  scan.report.regions.forEach((region, index) => {
    const { left, top, right, bottom } = bounds(t, region.box_px);
    const inside = at.x >= left - 4 && at.x <= right + 4 && at.y >= top - 4 && at.y <= bottom + 4;
    if (inside && region.area_mm2 < least) [found, least] = [index, region.area_mm2];
  });
  return found;
}
