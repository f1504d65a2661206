/** Paints pixel by pixel where there is no WebGL 2; the same picture, the slower way. */

import { bandPlace, coloured, strength } from '../colour';
import { ratioOf, unprocessed, type Scan, type ScoreMap } from '../scan';
import { EDGE_GAIN, edgeReach, FLAGGED, HEAT_FROM, MOST_SAMPLES, SHIELDED, SQUARES_FROM, type Look, type Painter } from './look';
import type { Size, Transform } from './transform';

export class FlatPainter implements Painter {
  readonly kind = 'canvas';
  private readonly context: CanvasRenderingContext2D;
  private readonly made = new WeakMap<Scan, Map<string, Float32Array>>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser draws nothing');
    this.context = context;
  }

  paint(scan: Scan, look: Look, transform: Transform, size: Size): void {
    if (size.width < 1 || size.height < 1) return;
    const plane = scan.planes[look.plane] ?? scan.planes[0]!;
    const values = look.raw
      ? this.of(scan, `raw ${look.plane}`, () => unprocessed(plane))
      : plane.transmission;
    const ratios =
      look.colour && scan.bands && !look.raw ? this.of(scan, 'ratios', () => ratioOf(scan) ?? new Float32Array(1)) : null;
    const picture = this.context.createImageData(size.width, size.height);
    render(picture.data, scan, look, transform, size, values, ratios);
    this.context.putImageData(picture, 0, 0);
  }

  dispose(): void {
    this.canvas.width = 0;
  }

  private of(scan: Scan, name: string, make: () => Float32Array): Float32Array {
    const made = this.made.get(scan) ?? new Map<string, Float32Array>();
    this.made.set(scan, made);
    const found = made.get(name) ?? make();
    made.set(name, found);
    return found;
  }
}

/** The means of transmission that shown pixels have. */
function means(values: Float32Array, width: number, height: number, transform: Transform, size: Size): Float32Array {
  const [paceX, paceY] = [1 / transform.scale, 1 / (transform.scale * transform.aspect)];
  const out = new Float32Array(size.width * size.height).fill(NaN);
  const squares = paceX < 1 / SQUARES_FROM;
  const [footX, footY] = [Math.max(paceX, 1), Math.max(paceY, 1)];
  const of = (foot: number): number => (squares ? 1 : Math.min(Math.max(Math.ceil(foot), 2), MOST_SAMPLES));
  const [across, down] = [of(footX), of(footY)];
  const steps = (count: number, foot: number): number[] =>
    Array.from({ length: count }, (_, i) => (squares ? 0 : ((i + 0.5) / count - 0.5) * foot));
  const [stepsX, stepsY] = [steps(across, footX), steps(down, footY)];
  const columns = Int32Array.from({ length: size.width * across }, (_, i) => {
    const at = transform.x + (Math.floor(i / across) + 0.5) * paceX;
    if (at < 0 || at >= width) return -1;
    return Math.min(Math.max(Math.floor(at + stepsX[i % across]!), 0), width - 1);
  });
  const share = 1 / (across * down);
  for (let y = 0; y < size.height; y++) {
    const at = transform.y + (y + 0.5) * paceY;
    if (at < 0 || at >= height) continue;
    const rows = stepsY.map((step) => Math.min(Math.max(Math.floor(at + step), 0), height - 1) * width);
    for (let x = 0; x < size.width; x++) {
      if (columns[x * across]! < 0) continue;
      let sum = 0;
      for (const row of rows) for (let i = 0; i < across; i++) sum += values[row + columns[x * across + i]!]!;
      out[y * size.width + x] = sum * share;
    }
  }
  return out;
}

export function render(
  out: Uint8ClampedArray,
  scan: Scan,
  look: Look,
  transform: Transform,
  size: Size,
  values: Float32Array,
  ratios: Float32Array | null,
): void {
  const { width, height } = scan.planes[0]!;
  const { shade } = look;
  const [paceX, paceY] = [1 / transform.scale, 1 / (transform.scale * transform.aspect)];
  const shown = means(values, width, height, transform, size);
  const value = (t: number): number => (shade.curve === 'linear' ? 1 - t : -Math.log(Math.max(t, scan.noiseFloor)));
  const plain = look.edge ? shown.map(value) : null;
  const reach = edgeReach(transform.scale);
  const per = 1 / Math.max(shade.high - shade.low, 1e-6);
  const { crop, map } = scan;
  const heatFrom = HEAT_FROM * (scan.report.threshold ?? 1);
  for (let y = 0, i = 0; y < size.height; y++) {
    const sourceY = transform.y + (y + 0.5) * paceY;
    for (let x = 0; x < size.width; x++, i++) {
      const t = shown[i]!;
      if (Number.isNaN(t)) continue;
      let v = plain ? plain[i]! : value(t);
      if (plain) v += EDGE_GAIN * (v - around(plain, size, x, y, reach, v));
      const share = Math.min(Math.max((v - shade.low) * per, 0), 1);
      let light = 1 - (shade.curve === 'root' ? Math.sqrt(share) : share);
      if (look.inverse) light = 1 - light;
      let [r, g, b] = [light * 255, light * 255, light * 255];
      const sourceX = transform.x + (x + 0.5) * paceX;
      if (ratios && scan.bands) {
        const ratio = ratios[Math.floor(sourceY) * width + Math.floor(sourceX)]! + look.balance;
        const much = strength(-Math.log(Math.max(t, scan.noiseFloor)), scan.most);
        [r, g, b] = coloured(light, bandPlace(ratio, scan.bands), much);
      }
      const inside =
        sourceX >= crop.x && sourceY >= crop.y && sourceX < crop.x + crop.width && sourceY < crop.y + crop.height;
      const tint = (by: readonly [number, number, number], much: number): void => {
        r += (by[0] - r) * much;
        g += (by[1] - g) * much;
        b += (by[2] - b) * much;
      };
      if (inside && look.hatch && !look.raw && t < scan.shieldedBelow) tint(SHIELDED, (x + y) % 8 < 3 ? 0.6 : 0.06);
      if (inside && look.heat > 0 && map) {
        const score = scoreAt(map, sourceX, sourceY);
        const much = (score - heatFrom) / Math.max(1 - heatFrom, 0.01);
        if (much > 0) tint(FLAGGED, look.heat * (0.25 + 0.75 * much));
      }
      out[4 * i] = r;
      out[4 * i + 1] = g;
      out[4 * i + 2] = b;
      out[4 * i + 3] = 255;
    }
  }
}

/** The mean of eight values around a place; its own value stands in for those beyond the picture. */
function around(values: Float32Array, size: Size, x: number, y: number, reach: number, own: number): number {
  let sum = 0;
  for (let dy = -reach; dy <= reach; dy += reach) {
    for (let dx = -reach; dx <= reach; dx += reach) {
      if (dx === 0 && dy === 0) continue;
      const [column, row] = [x + dx, y + dy];
      const inside = column >= 0 && row >= 0 && column < size.width && row < size.height;
      const value = inside ? values[row * size.width + column]! : own;
      sum += Number.isNaN(value) ? own : value;
    }
  }
  return sum / 8;
}

/** The score at a source position, between the middles of cells. */
export function scoreAt(map: ScoreMap, x: number, y: number): number {
  const [cx, cy] = [(x - map.x) / map.cell_x - 0.5, (y - map.y) / map.cell_y - 0.5];
  const [left, top] = [Math.floor(cx), Math.floor(cy)];
  const cell = (column: number, row: number): number =>
    map.scores[
      Math.min(Math.max(row, 0), map.rows - 1) * map.columns + Math.min(Math.max(column, 0), map.columns - 1)
    ]!;
  const [px, py] = [cx - left, cy - top];
  const upper = cell(left, top) * (1 - px) + cell(left + 1, top) * px;
  const lower = cell(left, top + 1) * (1 - px) + cell(left + 1, top + 1) * px;
  return ((upper * (1 - py) + lower * py) * map.scale) / 65535;
}
