/** A scan as the page works on it: counts as they were read, and transmission as portray saw it. */

import type { Band, BoxPx, MapData, PlaneData, Preparation, Report, Row, ScanFile } from './contract';
import { unpacked } from './samples';
import { highestAttenuation, valueOf, type Curve } from './window';

export interface Plane {
  energy: PlaneData['energy'];
  width: number;
  height: number;
  dark: number;
  air: number;
  /** As in the file, air bright. */
  counts: Uint16Array;
  /** Transmission by air level, row levels and drift, repaired pixels filled: what portray saw. */
  transmission: Float32Array;
}

export interface ScoreMap extends Omit<MapData, 'samples'> {
  scores: Uint16Array;
}

export interface Scan {
  row: Row;
  report: Report;
  planes: Plane[];
  map: ScoreMap | null;
  bands: Record<Band, number> | null;
  /** The container's part of the picture; all of it where none was told apart. */
  crop: BoxPx;
  frame: Preparation | null;
  /** The height of a pixel over its width. */
  aspect: number;
  /** The lowest transmission that counts as measured, and that under which a place counts as not penetrated. */
  noiseFloor: number;
  shieldedBelow: number;
  /** The attenuation of the noise floor, and what nearly all of the container stays under. */
  most: number;
  darkest: number;
}

/** @throws where the file is of another version, another scan, or damaged. */
export async function scanOf(row: Row, file: ScanFile): Promise<Scan> {
  if (file.report.scan.sha256 !== row.sha256) throw new Error('this file holds another scan than the list says');
  const planes = await Promise.all(file.planes.map(planeOf));
  const first = planes[0];
  if (!first) throw new Error('this file holds no plane');
  const frame = file.report.preparation;
  const whole = { x: 0, y: 0, width: first.width, height: first.height };
  const crop = frame?.crop_px ?? whole;
  const noiseFloor = frame?.noise_floor ?? 0.001;
  const below = frame?.steps.find((step) => step.name === 'shielded')?.found['below'];
  const most = highestAttenuation(noiseFloor);
  const { map } = file;
  return {
    row,
    report: file.report,
    planes,
    map: map && { ...map, scores: await unpacked(map.samples, map.columns, map.rows) },
    bands: planes.length > 1 ? file.bands : null,
    crop,
    frame,
    aspect: frame ? frame.source_pixel_mm.y / frame.source_pixel_mm.x : 1,
    noiseFloor,
    shieldedBelow: typeof below === 'number' ? below : 0.002,
    most,
    darkest: quantile(sampled(first, crop, 'log', noiseFloor), 0.995),
  };
}

async function planeOf(data: PlaneData): Promise<Plane> {
  const { energy, width, height, dark, air } = data;
  const counts = await unpacked(data.samples, width, height);
  const transmission = transmissionOf(data, counts);
  mend(transmission, width, height, data.repaired);
  return { energy, width, height, dark, air, counts, transmission };
}

export function transmissionOf(
  { width, height, dark, air, rows, drift }: Omit<PlaneData, 'samples' | 'energy' | 'repaired'>,
  counts: Uint16Array,
): Float32Array {
  const out = new Float32Array(counts.length);
  const columns = Float32Array.from({ length: width }, (_, x) => 1 / (drift?.[x] || 1));
  for (let y = 0, i = 0; y < height; y++) {
    const per = 1 / ((air - dark) * (rows?.[y] || 1));
    for (let x = 0; x < width; x++, i++) out[i] = (counts[i]! - dark) * per * columns[x]!;
  }
  return out;
}

/** Transmission by dark and air level alone: the detector's own rows, drift and dropouts stay. */
export const unprocessed = (plane: Plane): Float32Array =>
  transmissionOf({ width: plane.width, height: plane.height, dark: plane.dark, air: plane.air }, plane.counts);

/** Fills what was not measured from beside it: rows from above and below, parts of columns from left and right. */
export function mend(values: Float32Array, width: number, height: number, repaired: PlaneData['repaired']): void {
  const lost = new Set(repaired.rows);
  for (const row of repaired.rows) {
    let [above, below] = [row - 1, row + 1];
    while (lost.has(above)) above--;
    while (lost.has(below)) below++;
    if (above < 0) above = below;
    if (below >= height) below = above;
    if (above < 0 || above >= height) continue;
    const share = below > above ? (row - above) / (below - above) : 0;
    for (let x = 0; x < width; x++) {
      values[row * width + x] = values[above * width + x]! * (1 - share) + values[below * width + x]! * share;
    }
  }
  for (const box of repaired.boxes) {
    const [left, right] = [box.x > 0 ? box.x - 1 : box.x + box.width, Math.min(box.x + box.width, width - 1)];
    for (let y = box.y; y < Math.min(box.y + box.height, height); y++) {
      for (let x = box.x; x < Math.min(box.x + box.width, width); x++) {
        const share = right > left ? (x - left) / (right - left) : 0;
        values[y * width + x] = values[y * width + left]! * (1 - share) + values[y * width + right]! * share;
      }
    }
  }
}

/** About 20,000 values of a part of a plane, spread evenly. */
export function sampled(
  plane: Pick<Plane, 'width' | 'height' | 'transmission'>,
  box: BoxPx,
  curve: Curve,
  noiseFloor: number,
): Float32Array {
  const [left, top] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))];
  const right = Math.min(plane.width, Math.ceil(box.x + box.width));
  const bottom = Math.min(plane.height, Math.ceil(box.y + box.height));
  const every = Math.max(1, Math.floor(Math.sqrt(((right - left) * (bottom - top)) / 20000)));
  const values: number[] = [];
  for (let y = top; y < bottom; y += every) {
    for (let x = left; x < right; x += every) {
      values.push(valueOf(plane.transmission[y * plane.width + x]!, curve, noiseFloor));
    }
  }
  return Float32Array.from(values);
}

function quantile(values: Float32Array, share: number): number {
  if (values.length === 0) return 1;
  return values.sort()[Math.min(Math.floor(share * values.length), values.length - 1)]!;
}

/** Pixels that take part, along a line, in the ratio of one. */
const REACH = 3;

/**
 * The ratio of attenuations, low over high energy, of every pixel: means over neighbours that absorb about as much, first along
 * rows, then along columns, so that noise is smoothed and edges are not. 1 where too little absorbs.
 */
export function ratioOf(scan: Scan): Float32Array | null {
  const [high, low] = scan.planes;
  if (!high || !low) return null;
  const { width, height } = high;
  const floor = scan.noiseFloor;
  const of = (plane: Plane): Float32Array =>
    plane.transmission.map((transmission) => -Math.log(Math.max(transmission, floor)));
  let planes: [Float32Array, Float32Array] = [of(high), of(low)];
  for (const stride of [1, width]) planes = smoothed(planes, width, height, stride);
  const [a, b] = planes;
  return a.map((value, at) => (value > 0.03 ? b[at]! / value : 1));
}

function smoothed([a, b]: [Float32Array, Float32Array], width: number, height: number, stride: number): [Float32Array, Float32Array] {
  const [outA, outB] = [new Float32Array(a.length), new Float32Array(a.length)];
  const [across, last] = stride === 1 ? [1, width - 1] : [width, height - 1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const at = stride === 1 ? x : y;
      const [from, to] = [Math.max(at - REACH, 0) - at, Math.min(at + REACH, last) - at];
      const like = 0.06 + 0.08 * a[i]!;
      let [sumA, sumB, count] = [0, 0, 0];
      for (let step = from; step <= to; step++) {
        const j = i + step * across;
        if (Math.abs(a[j]! - a[i]!) > like) continue;
        sumA += a[j]!;
        sumB += b[j]!;
        count++;
      }
      outA[i] = sumA / count;
      outB[i] = sumB / count;
    }
  }
  return [outA, outB];
}
