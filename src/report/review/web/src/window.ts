/** Window and level: which values a picture spreads from white to black. */

/**
 * How values become grey. `log` shows attenuation -ln T, in which the same goods twice as thick are twice as dark; `root` its
 * square root, which opens up thin goods without losing what is behind steel; `linear` what was absorbed, 1 - T, as the detector
 * saw it.
 */
export type Curve = 'root' | 'log' | 'linear';

export interface Shade {
  curve: Curve;
  /** The values shown white and black: attenuation, or with `linear` the absorbed share. */
  low: number;
  high: number;
}

export type PresetName = 'whole' | 'light' | 'medium' | 'dense' | 'linear';
export const PRESETS: { name: PresetName; words: string; title: string }[] = [
  { name: 'whole', words: 'Whole', title: 'Everything at once: thin goods opened up, steel still told apart' },
  { name: 'light', words: 'Light', title: 'Walls, paper, garments: attenuation 0 to 0.8' },
  { name: 'medium', words: 'Medium', title: 'Most cargo: attenuation 0.3 to 3' },
  { name: 'dense', words: 'Dense', title: 'Behind dense cargo: attenuation 2 to what was measured' },
  { name: 'linear', words: 'Linear', title: 'What the detector counted, without a logarithm' },
];

/** The highest attenuation that was measured, from the lowest transmission that counts. */
export const highestAttenuation = (noiseFloor: number): number => -Math.log(Math.max(noiseFloor, 1e-5));

/** `darkest` is what nearly all of the container stays under; `most` the highest attenuation that was measured. */
export function preset(name: PresetName, darkest: number, most: number): Shade {
  switch (name) {
    case 'whole':
      return { curve: 'root', low: 0, high: Math.min(Math.max(darkest, 0.5), most) };
    case 'light':
      return { curve: 'log', low: 0, high: 0.8 };
    case 'medium':
      return { curve: 'log', low: 0.3, high: 3 };
    case 'dense':
      return { curve: 'log', low: Math.min(2, most / 2), high: most };
    case 'linear':
      return { curve: 'linear', low: 0, high: 1 };
  }
}

/** The value that a curve spreads, of a transmission. */
export function valueOf(transmission: number, curve: Curve, noiseFloor: number): number {
  return curve === 'linear' ? 1 - transmission : -Math.log(Math.max(transmission, noiseFloor));
}

/** Grey of a transmission, 0 black to 1 white. Air is white. */
export function grey(transmission: number, shade: Shade, noiseFloor: number): number {
  const share = (valueOf(transmission, shade.curve, noiseFloor) - shade.low) / Math.max(shade.high - shade.low, 1e-6);
  const clamped = Math.min(Math.max(share, 0), 1);
  return 1 - (shade.curve === 'root' ? Math.sqrt(clamped) : clamped);
}

/** The least width that a window may have: about a standard deviation of air's noise. */
const NARROWEST = 0.02;

/** The whole range that a curve may spread. */
export const rangeOf = (curve: Curve, most: number): [number, number] => (curve === 'linear' ? [0, 1] : [-0.1, most]);

/** A window that was moved by `level` and widened by the factor `width`, kept within what there is to see. */
export function adjusted(shade: Shade, level: number, width: number, most: number): Shade {
  const [least, greatest] = rangeOf(shade.curve, most);
  const wide = Math.min(Math.max((shade.high - shade.low) * width, NARROWEST), greatest - least);
  const middle = (shade.high + shade.low) / 2 + level;
  const low = Math.min(Math.max(middle - wide / 2, least), greatest - wide);
  return { ...shade, low, high: low + wide };
}

/** The window over a sample of values: from nearly the lowest to nearly the highest. */
export function fitted(values: number[] | Float32Array, curve: Curve, most: number): Shade {
  const sorted = Float32Array.from(values).sort();
  if (sorted.length === 0) return { curve, low: 0, high: curve === 'linear' ? 1 : most };
  const at = (share: number): number => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)]!;
  const [low, high] = [at(0.01), at(0.995)];
  return adjusted({ curve, low, high: Math.max(high, low + NARROWEST) }, 0, 1, most);
}

/** How many values lie in each of `bins` equal parts of a range. */
export function histogram(values: Float32Array, [least, greatest]: [number, number], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - least) / (greatest - least)) * bins);
    if (bin >= 0 && bin < bins) counts[bin]!++;
  }
  return counts;
}
