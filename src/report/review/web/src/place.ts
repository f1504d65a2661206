/** Where things are in the container: metres, and the zones in which loads are hidden. As prepare::Frame and judge::Zone do it. */

import type { BoxPx, Point, Preparation, Zone } from './contract';

/** mm from the crop's front bottom corner: x towards the doors, y upwards. */
export function toMm(frame: Preparation, at: Point): Point {
  const left = (at.x - frame.crop_px.x) * frame.source_pixel_mm.x;
  const length = frame.crop_px.width * frame.source_pixel_mm.x;
  return {
    x: frame.doors === 'right' ? left : length - left,
    y: (frame.crop_px.y + frame.crop_px.height - at.y) * frame.source_pixel_mm.y,
  };
}

/** The inverse of `toMm`. */
export function toPx(frame: Preparation, at: Point): Point {
  const length = frame.crop_px.width * frame.source_pixel_mm.x;
  const left = frame.doors === 'right' ? at.x : length - at.x;
  return {
    x: frame.crop_px.x + left / frame.source_pixel_mm.x,
    y: frame.crop_px.y + frame.crop_px.height - at.y / frame.source_pixel_mm.y,
  };
}

/** What lengths are counted from, in a word: only a container with known doors has a front. */
export function countedFrom(frame: Preparation): 'front' | 'left' | 'right' {
  if (frame.located === 'container' && frame.doors_known) return 'front';
  return frame.doors === 'right' ? 'left' : 'right';
}

export interface ZoneArea {
  zone: Zone;
  box: BoxPx;
}

/** Height of a high-cube container (ISO 668) in mm: what exceeds it a fan beam adds to roof and floor. */
const TALLEST_MM = 2896;

/** The zones of a container as areas of the picture; none where no container was told apart or the view has none. */
export function zoneAreas(frame: Preparation, view: string | undefined): ZoneArea[] {
  const above = view === 'top';
  if (frame.located !== 'container' || (view !== undefined && view !== 'side' && !above)) return [];
  const [length, height] = [frame.crop_mm.width, frame.crop_mm.height];
  const fan = Math.max(height - TALLEST_MM, 0);
  const [bottom, top] = above ? [150, height - 150] : [200 + fan, height - 150 - fan];
  const area = (zone: Zone, x: [number, number], y: [number, number]): ZoneArea => {
    const [a, b] = [toPx(frame, { x: x[0], y: y[0] }), toPx(frame, { x: x[1], y: y[1] })];
    const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
    return { zone, box };
  };
  const [front, doors] = frame.doors_known ? [600, length - 1200] : [1200, length - 1200];
  return [
    area(above ? 'side' : 'roof', [0, length], [top, height]),
    area(above ? 'side' : 'floor', [0, length], [0, bottom]),
    area(frame.doors_known ? 'front_wall' : 'end', [0, front], [bottom, top]),
    area(frame.doors_known ? 'door_end' : 'end', [doors, length], [bottom, top]),
    area('load', [front, doors], [bottom, top]),
  ].filter(({ box }) => box.width > 0 && box.height > 0);
}

/** A length for a scale bar: the longest of 1, 2 or 5 times a power of ten that takes at most `room` px. */
export function scaleBar(pxPerMetre: number, room: number): { metres: number; px: number } {
  const most = room / pxPerMetre;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((times) => times * power).find((length) => length <= most) ?? power;
  return { metres, px: metres * pxPerMetre };
}

export const lengthWords = (metres: number): string =>
  metres >= 1 ? `${metres} m` : metres >= 0.01 ? `${+(metres * 100).toFixed(1)} cm` : `${+(metres * 1000).toFixed(1)} mm`;

/** How many metres lie between two numbers of a ruler. */
export const rulerStep = (pxPerMetre: number, apart = 44): number =>
  [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((every) => every * pxPerMetre >= apart) ?? 100;
