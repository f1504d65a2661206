/**
 * Dual-energy pseudo-colour as scanners show it: orange organic, green mineral and light metal, blue metal. The hue is the ratio
 * of attenuations at both energies, placed between those of the bands; the lightness is the picture's grey. Where too little
 * absorbs, or hardly anything got through, the ratio says nothing, and there is no colour.
 */

import type { Band } from './contract';

export type Rgb = [number, number, number];
export const BAND_COLOURS: Record<Band, Rgb> = {
  organic: [240, 130, 20],
  mineral: [50, 160, 60],
  metal: [45, 95, 225],
};
export const BAND_WORDS: Record<Band, string> = { organic: 'organic', mineral: 'mineral, light metal', metal: 'metal' };

/** The ratio's place between metal (0), mineral (1) and organic (2); further out it stays at the ends. */
export function bandPlace(ratio: number, bands: Record<Band, number>): number {
  const { metal, mineral, organic } = bands;
  const place = ratio < mineral ? (ratio - metal) / (mineral - metal) : 1 + (ratio - mineral) / (organic - mineral);
  return Math.min(Math.max(place, 0), 2);
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

export function hue(place: number): Rgb {
  return place < 1
    ? mix(BAND_COLOURS.metal, BAND_COLOURS.mineral, place)
    : mix(BAND_COLOURS.mineral, BAND_COLOURS.organic, place - 1);
}

/** How much colour there is: none in air and none where the beam hardly got through. */
export function strength(attenuation: number, most: number): number {
  const ramp = (from: number, to: number): number => {
    const share = Math.min(Math.max((attenuation - from) / (to - from), 0), 1);
    return share * share * (3 - 2 * share);
  };
  return ramp(0.04, 0.25) * (1 - ramp(most - 1.6, most - 0.5));
}

/** The colour of a pixel: its hue in the lightness of its grey (0 to 1). */
export function coloured(light: number, place: number, much: number): Rgb {
  const base = hue(place);
  const full = light < 0.5 ? mix([0, 0, 0], base, light * 2) : mix(base, [255, 255, 255], light * 2 - 1);
  return mix([light * 255, light * 255, light * 255], full, much);
}
