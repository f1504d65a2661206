/**
 * What `portray review` writes and this page reads: version 1 of the layout. ../../README.md says the same in words.
 * Names and values are those of reports and summaries (docs/reports.md) wherever those have one.
 */

export const REVIEW_VERSION = 1;

export type Verdict = 'flagged' | 'failed' | 'inconclusive' | 'clear';
export type Zone = 'door_end' | 'front_wall' | 'end' | 'roof' | 'floor' | 'side' | 'load';
export type Band = 'organic' | 'mineral' | 'metal';

export interface BoxPx {
  x: number;
  y: number;
  width: number;
  height: number;
}
/** As `BoxPx`, in mm: x from the front towards the doors, y from the floor upwards. */
export type BoxMm = BoxPx;
export interface Point {
  x: number;
  y: number;
}
export interface Container {
  number: string;
  check_digit: 'valid' | 'invalid';
}
export interface ErrorInfo {
  fault: string;
  place: string | null;
  message: string;
  help: string | null;
}
export interface Model {
  name: string;
  version: string;
  sha256: string;
  contract_sha256: string;
  licence: string;
  baseline: boolean;
  runtime: string;
  provider: string;
}
export interface GroupKey {
  of: 'cargo' | 'other_cargo' | 'scanner' | 'all';
  scanner?: string;
  cargo?: string;
}

/** A row of the summary's `scans`, and what the list filters and sorts by. */
export interface Row {
  name: string;
  verdict: Verdict;
  score: number | null;
  p_value?: number;
  container: Container | null;
  regions: number;
  zone: Zone | null;
  mass_kg: [number, number] | null;
  mass_at_least: boolean;
  reason: string | null;
  warnings: number;
  report: string;
  overlay: string | null;
  sha256: string | null;
  threshold: number | null;
  scanner?: string;
  cargo?: string;
  time?: string;
  view?: string;
  /** Zones, material bands and a detector's classes of all regions, each once. */
  zones: Zone[];
  bands: Band[];
  labels: string[];
  /** The scan's file beside the page, `review/STEM.js`, and its small picture; null where it failed. */
  data: string | null;
  thumb: string | null;
}

export interface Timings {
  wall_s: number;
  scans_per_s: number;
  runtime_share: number;
  workers: number;
  threads_per_scan: number;
}

export interface Batch {
  /** SHA-256 that tells this batch from others: decisions are kept under it. */
  digest: string;
  /** What people call it: the folder's name. */
  name: string;
  counts: { scans: number; clear: number; inconclusive: number; flagged: number; failed: number };
  model: Model;
  calibration_sha256?: string;
  failed: { name: string; error: ErrorInfo }[];
  stale: string[];
  ignored: { name: string; reason: string }[];
  interrupted: boolean;
  timings?: Timings;
}

export interface CleanGroup {
  group: GroupKey;
  containers: number;
  promised: number;
  threshold: number;
  attained: { low: number; high: number; level: number };
  /** How many clean containers score in each of as many equal parts of 0 to 1. */
  histogram: number[];
}

export interface CalibrationFacts {
  sha256: string;
  false_alarms: number;
  groups: CleanGroup[];
}

/** The drift check as `calibrate --check --json` writes it; only what is shown is named here. */
export interface Drift {
  ending: 'fits' | 'inconclusive' | 'drift';
  false_drift: number;
  left_out_share: number;
  running: boolean;
  groups: {
    group: GroupKey;
    ending: 'fits' | 'inconclusive' | 'drift';
    scans: number;
    containers: number;
    clean: number;
    median: number;
    clean_median: number;
    kolmogorov_smirnov?: { distance: number; p_value: number; alarm_at: number } | null;
    martingale: { highest_log10: number; alarm_at_log10: number };
  }[];
}

/** What stands in the page. */
export interface Page {
  review_version: number;
  generator: { name: string; version: string; build?: string };
  batch: Batch;
  calibration: CalibrationFacts | null;
  drift: Drift | null;
  scans: Row[];
}

export interface Mass {
  kg: number;
  at_least: boolean;
  sigma_kg: number;
}
export interface Region {
  box_px: BoxPx;
  box_mm: BoxMm;
  polygons: Point[][];
  area_mm2: number;
  score: number;
  mean_score: number;
  p_value?: number;
  zone: Zone | null;
  mass: Mass | null;
  material: { band: Band | null; ratio: number; sigma: number } | null;
  shielded_share: number;
  label?: string;
}
export interface Unseen {
  cause: 'shielded' | 'repaired';
  box_px: BoxPx;
  box_mm: BoxMm;
  area_mm2: number;
  zone: Zone | null;
}
export interface Step {
  name: string;
  applied: boolean;
  found: Record<string, unknown>;
}
export interface Preparation {
  crop_px: BoxPx;
  crop_mm: { width: number; height: number };
  located: 'container' | 'object' | 'whole_image';
  source_pixel_mm: Point;
  pixel_mm: Point;
  doors: 'left' | 'right';
  doors_known: boolean;
  noise_floor: number;
  steps: Step[];
}

/** A report, version 1; only what is shown is named here. */
export interface Report {
  schema_version: number;
  generator: { name: string; version: string; build?: string };
  scan: {
    name: string;
    sha256: string | null;
    bytes: number | null;
    format: string | null;
    width: number | null;
    height: number | null;
    planes: { energy: Energy; samples: string; full_scale: number }[];
    metadata: {
      container?: Container;
      scanner?: string;
      time?: string;
      view?: string;
      cargo?: string;
      energies_mv?: number[];
      source?: string;
    };
  };
  verdict: Verdict;
  reasons: { code: string; message: string }[];
  score: number | null;
  threshold: number | null;
  calibration?: {
    sha256: string;
    false_alarms: number;
    against?: { group: GroupKey; containers: number; promised: number; score: number; p_value: number };
  };
  regions: Region[];
  unseen: Unseen[];
  error: ErrorInfo | null;
  warnings: { code: string; message: string }[];
  model: Model;
  preparation: Preparation | null;
}

export type Energy = 'single' | 'high' | 'low' | 'other';

/**
 * Unsigned 16-bit samples: each row less the row above it (modulo 65536), all high bytes, then all low bytes, as a zlib
 * stream in base64.
 */
export type Packed = string;

/** The counts of one plane, of the whole picture, air bright. */
export interface PlaneData {
  energy: Energy;
  width: number;
  height: number;
  /** Counts without beam and in air: transmission is (count - dark) / ((air - dark) x rows[y] x drift[x]). */
  dark: number;
  air: number;
  /** The air level of each row and column over `air`; 1 where left out. */
  rows?: number[];
  drift?: number[];
  /** What was not measured: rows, and parts of columns. */
  repaired: { rows: number[]; boxes: BoxPx[] };
  samples: Packed;
}

/** The model's scores as it gave them. */
export interface MapData {
  columns: number;
  rows: number;
  /** The upper left corner and the sides of a cell in source pixels. */
  x: number;
  y: number;
  cell_x: number;
  cell_y: number;
  /** The score of 65535. */
  scale: number;
  samples: Packed;
}

/** What the file of one scan gives to `portrayScan`. */
export interface ScanFile {
  review_version: number;
  stem: string;
  report: Report;
  planes: PlaneData[];
  map: MapData | null;
  /** The ratio of attenuations (low over high energy) of each band at this scan's energies; null with one energy. */
  bands: Record<Band, number> | null;
}
