import type { Row, Scan } from './types';

/** A row with what a test does not care about filled in. */
export function row(name: string, over: Partial<Row> = {}): Row {
  return {
    name,
    verdict: 'flagged',
    score: 0.5,
    container: null,
    regions: 0,
    zone: null,
    mass_kg: null,
    mass_at_least: false,
    reason: null,
    warnings: 0,
    report: `scans/${name}.json`,
    overlay: null,
    sha256: name.padEnd(64, '0'),
    threshold: 0.5,
    zones: [],
    bands: [],
    labels: [],
    data: `review/${name}.js`,
    thumb: null,
    ...over,
  };
}

/** A scan of 40 x 20 pixels with two energies: air, a step wedge, a block that nothing gets through. */
export function scan(): Scan {
  const [width, height] = [40, 20];
  const of = (gain: number): Float32Array =>
    Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      if (x >= 30 && y >= 10) return 0.0005;
      return Math.exp(-gain * Math.floor(x / 5) * 0.3);
    });
  const plane = (energy: 'high' | 'low', gain: number): Scan['planes'][number] => {
    const transmission = of(gain);
    return { energy, width, height, dark: 0, air: 50000, counts: Uint16Array.from(transmission, (t) => Math.round(t * 50000)), transmission };
  };
  return {
    row: row('wedge'),
    report: { threshold: 0.5, regions: [], unseen: [] } as unknown as Scan['report'],
    planes: [plane('high', 1), plane('low', 1.22)],
    map: { columns: 4, rows: 2, x: 0, y: 0, cell_x: 10, cell_y: 10, scale: 1, scores: Uint16Array.from([0, 0, 60000, 65535, 0, 0, 0, 0]) },
    bands: { metal: 1.18, mineral: 1.22, organic: 1.245 },
    crop: { x: 0, y: 0, width, height },
    frame: null,
    aspect: 1,
    noiseFloor: 0.001,
    shieldedBelow: 0.002,
    most: -Math.log(0.001),
    darkest: 2,
  };
}
