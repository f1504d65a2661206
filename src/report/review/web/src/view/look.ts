/** How a picture is shown. */

import type { Scan } from '../scan';
import type { Shade } from '../window';
import type { Size, Transform } from './transform';

export interface Look {
  shade: Shade;
  /** Goods bright on dark. */
  inverse: boolean;
  /** Edges brought out. */
  edge: boolean;
  /** Dual-energy pseudo-colour. */
  colour: boolean;
  /** What is added to ratios before they are coloured: beams harden, and a scanner's bands lie where its filters put them. */
  balance: number;
  /** Which plane, and whether as the detector gave it. */
  plane: number;
  raw: boolean;
  /** The opacity of the model's scores, 0 to 1. */
  heat: number;
  /** Whether what the beam did not get through is hatched. */
  hatch: boolean;
}

export interface Painter {
  readonly kind: 'webgl' | 'canvas';
  /** Paints a scan's part that `transform` shows; sizes and scales in device pixels. */
  paint(scan: Scan, look: Look, transform: Transform, size: Size): void;
  dispose(): void;
}

/** Scores are shown from so much of the threshold on. */
export const HEAT_FROM = 0.5;
/** How much sharper edges become. */
export const EDGE_GAIN = 2.5;
/** How far away, in shown pixels, the surroundings are that an edge is told by. */
export const edgeReach = (scale: number): number => Math.max(2, Math.round(1.5 * scale));
/** Of the colour-blind-safe palette that portray's pictures have: regions and scores, not penetrated, repaired. */
export const FLAGGED = [255, 110, 20] as const;
export const SHIELDED = [222, 120, 190] as const;
export const REPAIRED = [86, 180, 233] as const;
/** A view that magnifies more than this shows pixels as squares. */
export const SQUARES_FROM = 3;
/** The most samples along a side that a shown pixel is the mean of. */
export const MOST_SAMPLES = 4;
