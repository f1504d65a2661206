/**
 * Makes a folder with the page and everything beside it, as `portray review` writes it, from real reports and their scans:
 *
 *     portray scan samples --out reports --no-timings
 *     node tests/demo/make.mjs --reports reports --scans samples --out demo --count 200
 *
 * `--reports` and `--scans` may come several times, in pairs. With more scans than there are reports the same ones come again
 * under other names, containers and scores. What a report does not hold is made up: the model's map (from the regions), the
 * clean scans' scores, times and failed scans. `--share` lets the copies have the files of the first ones.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encode as encodePng } from 'fast-png';
import { median, pack, read } from './planes.mjs';
import { bands, container, pValue, random, sha256, stem } from './rules.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    reports: { type: 'string', multiple: true },
    scans: { type: 'string', multiple: true },
    out: { type: 'string' },
    count: { type: 'string', default: '200' },
    share: { type: 'boolean', default: false },
    clean: { type: 'string', default: '1999' },
    page: { type: 'string', default: join(HERE, '../../../page.html') },
  },
});

/** What a scan's file holds beside its report, and its small picture. */
function pictured(report, path) {
  const { preparation: frame } = report;
  const steps = (name) => frame.steps.filter((step) => step.name === name).map((step) => step.found);
  const dark = steps('polarity')[0]?.polarity === 'air_dark';
  const energies = report.scan.metadata.energies_mv;
  const planes = read(path).map(({ width, height, data }, index) => {
    const { energy, full_scale: full } = report.scan.planes[index];
    const counts = dark ? data.map((value) => full - value) : data;
    const found = (name) => steps(name).find((step) => (step.plane ?? 0) === index) ?? steps(name)[0] ?? {};
    const level = found('dark').level ?? 0;
    const air = found('air').level + level;
    const rows = rowLevels(counts, width, height, level, air, found('air'));
    const { rows_px = [], boxes_px = [] } = found('dropouts');
    return {
      energy,
      width,
      height,
      dark: level,
      air,
      ...(rows && { rows }),
      repaired: { rows: rows_px, boxes: boxes_px },
      samples: pack(counts, width),
      counts,
    };
  });
  const map = mapOf(report);
  const thumb = small(planes[0], frame);
  return {
    thumb,
    file: {
      planes: planes.map(({ counts: _, ...plane }) => plane),
      map,
      bands: planes.length > 1 && energies?.length === 2 ? bands(energies) : null,
    },
  };
}

/** Each row's air level over the mean one, from the columns beside the load. */
function rowLevels(counts, width, height, dark, air, { left = 0, right = 0 }) {
  if (left + right < 6) return null;
  const columns = [...Array(left).keys(), ...Array.from({ length: right }, (_, i) => width - 1 - i)];
  return Array.from({ length: height }, (_, y) => {
    const share = (median(columns.map((x) => counts[y * width + x])) - dark) / (air - dark);
    return share > 0.5 && share < 2 ? Number(share.toFixed(5)) : 1;
  });
}

/** The reports do not hold the model's map: one that its regions would come of. */
function mapOf({ preparation: frame, regions }) {
  const cell = Math.max(1, Math.round(40 / frame.pixel_mm.x));
  const [wide, high] = [frame.pixel_mm.x / frame.source_pixel_mm.x, frame.pixel_mm.y / frame.source_pixel_mm.y];
  const columns = Math.ceil(frame.crop_px.width / wide / cell);
  const rows = Math.ceil(frame.crop_px.height / high / cell);
  const [cell_x, cell_y] = [cell * wide, cell * high];
  const scores = new Uint16Array(columns * rows);
  const noise = random(columns * 7919 + rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = frame.crop_px.x + (column + 0.5) * cell_x;
      const y = frame.crop_px.y + (row + 0.5) * cell_y;
      let score = 0.04 * noise();
      for (const { polygons, box_px: box, score: peak, mean_score: mean } of regions) {
        if (!polygons.some((polygon) => within(polygon, x, y))) continue;
        const away = Math.hypot((x - box.x - box.width / 2) / box.width, (y - box.y - box.height / 2) / box.height);
        score = Math.max(score, mean * 0.8 + (peak - mean * 0.8) * Math.max(0, 1 - 2 * away));
      }
      scores[row * columns + column] = Math.round(score * 65535);
    }
  }
  return { columns, rows, x: frame.crop_px.x, y: frame.crop_px.y, cell_x, cell_y, scale: 1, samples: pack(scores, columns) };
}

function within(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i], polygon[j]];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

/** The container in 8 bits, 224 wide: root of attenuation, as portray's pictures have it. */
function small({ width, counts, dark, air }, { crop_px: crop, source_pixel_mm: pixel }) {
  const wide = 224;
  const high = Math.max(1, Math.round((wide * crop.height * pixel.y) / (crop.width * pixel.x)));
  const data = new Uint8Array(wide * high);
  const values = new Float64Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.floor((y / high) * crop.height); v < ((y + 1) / high) * crop.height; v++) {
        for (let u = Math.floor((x / wide) * crop.width); u < ((x + 1) / wide) * crop.width; u++, count++) {
          sum += counts[(crop.y + v) * width + crop.x + u];
        }
      }
      values[y * wide + x] = -Math.log(Math.max((sum / count - dark) / (air - dark), 0.001));
    }
  }
  const most = Math.max(0.5, Float64Array.from(values).sort()[Math.floor(values.length * 0.995)]);
  values.forEach((value, i) => (data[i] = 12 + 235 * (1 - Math.sqrt(Math.min(Math.max(value / most, 0), 1)))));
  return encodePng({ width: wide, height: high, data, channels: 1, depth: 8 });
}

const unique = (values) => [...new Set(values.filter((value) => value !== null && value !== undefined))];

const clean = ((draw) => Array.from({ length: Number(flags.clean) }, () => 0.09 + 0.073 * -Math.log(1 - draw())))(random(5))
  .map((score) => Math.min(0.99, Number(score.toFixed(5))))
  .sort((a, b) => a - b);
const FALSE_ALARMS = 0.004;
const allowed = Math.floor(FALSE_ALARMS * (clean.length + 1));
const calibration = clean.length > 0 && {
  sha256: sha256(JSON.stringify(clean)),
  false_alarms: FALSE_ALARMS,
  groups: [
    {
      group: { of: 'all' },
      containers: clean.length,
      promised: allowed / (clean.length + 1),
      threshold: Number((clean[clean.length - allowed] + 1e-5).toFixed(5)),
      attained: { low: 0.0018, high: 0.0072, level: 0.95 },
      histogram: Array.from({ length: 50 }, (_, bin) => clean.filter((one) => Math.floor(one * 50) === bin).length),
    },
  ],
};

/** Reports of real scans, each with what is shown of it. */
const bases = flags.reports.flatMap((folder, index) =>
  readdirSync(join(folder, 'scans'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, 'scans', name), 'utf8')))
    .filter((report) => report.verdict !== 'failed')
    .map((report) => ({ report, ...pictured(report, join(flags.scans[index], report.scan.name)) })),
);

const SCANNERS = ['gate 1', 'gate 2', 'rail north'];
const HOSTILE = '"><script>alert(1)</script>.png';
const FAILURES = [
  { fault: 'format', place: 'page 1, strip 4', message: 'strip ends after 18211 bytes, 32768 are needed', help: 'was the copy interrupted? copy the file again' },
  { fault: 'io', place: null, message: 'permission denied', help: null },
  { fault: 'limit', place: null, message: 'image is 40960x9000, limit is 64000000 pixels', help: 'raise --max-pixels' },
];

function judged(base, index) {
  const copy = Math.floor(index / bases.length);
  const draw = random(index + 11);
  const report = structuredClone(base.report);
  const { metadata } = report.scan;
  if (copy > 0) {
    const day = `2026-11-${String(9 + (index % 2)).padStart(2, '0')}`;
    const ending = basename(report.scan.name).match(/\.[a-z]+$/)[0];
    report.scan.name = `${day}/${basename(report.scan.name, ending)}-${String(copy).padStart(3, '0')}${ending}`;
    if (!flags.share) report.scan.sha256 = sha256(report.scan.name);
    if (metadata.container) {
      metadata.container = { number: container(parseInt(sha256(`${metadata.container.number}${copy}`).slice(0, 7), 16)), check_digit: 'valid' };
    }
    if (report.score !== null) {
      const factor = 0.86 + 0.18 * draw();
      const scaled = (score) => Number(Math.min(0.999, score * factor).toFixed(5));
      report.score = scaled(report.score);
      for (const region of report.regions) {
        region.score = scaled(region.score);
        region.mean_score = scaled(region.mean_score);
        if (region.mass) region.mass.kg = Number((region.mass.kg * (0.8 + 0.4 * draw())).toFixed(2));
      }
    }
  }
  metadata.scanner = SCANNERS[index % SCANNERS.length];
  metadata.time = new Date(Date.UTC(2026, 10, 9, 4, index * 7 + Math.floor(5 * draw()))).toISOString().replace('.000', '');
  if (calibration) calibrate(report, calibration.groups[0]);
  return report;
}

function calibrate(report, { threshold, group, containers, promised }) {
  report.threshold = threshold;
  report.reasons = report.reasons.filter((reason) => reason.code !== 'score');
  const p_value = pValue(clean, report.score);
  report.calibration = { sha256: calibration.sha256, false_alarms: FALSE_ALARMS, against: { group, containers, promised, score: report.score, p_value } };
  for (const region of report.regions) region.p_value = Math.max(p_value, pValue(clean, region.score));
  if (report.score >= threshold) {
    report.verdict = 'flagged';
    const one = Math.floor((containers + 1) / (p_value * (containers + 1)));
    report.reasons.unshift({ code: 'score', message: `score ${report.score.toFixed(3)} reaches the threshold ${threshold.toFixed(3)}: at most 1 clean container in ${one} looks this unusual` });
  } else report.verdict = report.reasons.length > 0 ? 'inconclusive' : 'clear';
}

function row(report, data, thumb) {
  const [top] = report.regions;
  const { container: number, scanner, cargo, time, view } = report.scan.metadata;
  return {
    name: report.scan.name,
    verdict: report.verdict,
    score: report.score,
    ...(report.calibration?.against && { p_value: report.calibration.against.p_value }),
    container: number ?? null,
    regions: report.regions.length,
    zone: top?.zone ?? null,
    mass_kg: top?.mass ? [top.mass.kg, top.mass.sigma_kg] : null,
    mass_at_least: top?.mass?.at_least ?? false,
    reason: report.reasons[0]?.message ?? null,
    warnings: report.warnings.length,
    report: `scans/${stem(report.scan.name)}.json`,
    overlay: report.overlay,
    sha256: report.scan.sha256,
    threshold: report.threshold,
    scanner,
    cargo,
    time,
    view,
    zones: unique(report.regions.map((region) => region.zone)),
    bands: unique(report.regions.map((region) => region.material?.band)),
    labels: unique(report.regions.map((region) => region.label)),
    data,
    thumb,
  };
}

const failedRow = (name, error, index) => ({
  ...row(
    { scan: { name, sha256: null, metadata: { scanner: SCANNERS[index % 3] } }, verdict: 'failed', score: null, regions: [], reasons: [{ message: `${error.fault} error: ${error.message}` }], warnings: [], overlay: null, threshold: null },
    null,
    null,
  ),
});

rmSync(flags.out, { recursive: true, force: true });
mkdirSync(join(flags.out, 'review'), { recursive: true });
const count = Number(flags.count);
const scans = [];
const failed = [];
for (let index = 0; index < count; index++) {
  if (index >= bases.length && index % 47 === 46) {
    const error = FAILURES[failed.length % FAILURES.length];
    const name = `2026-11-09/damaged-${String(index).padStart(4, '0')}.tif`;
    failed.push({ name, error });
    scans.push(failedRow(name, error, index));
    continue;
  }
  const base = bases[index % bases.length];
  const report = judged(base, index);
  if (index === bases.length - 1 && count > 20) report.scan.name = HOSTILE;
  const shared = flags.share && index >= bases.length;
  const own = shared ? base.own : stem(report.scan.name);
  if (!shared) {
    base.own ??= own;
    const file = { review_version: 1, stem: own, report, ...base.file };
    writeFileSync(join(flags.out, 'review', `${own}.js`), `portrayScan(${JSON.stringify(file).replaceAll('<', '\\u003c')});\n`);
    writeFileSync(join(flags.out, 'review', `${own}.png`), base.thumb);
  }
  scans.push(row(report, `review/${own}.js`, `review/${own}.png`));
}

const verdicts = (verdict) => scans.filter((one) => one.verdict === verdict).length;
const [{ report: any }] = bases;
const page = {
  review_version: 1,
  generator: any.generator,
  batch: {
    digest: sha256(scans.map((one) => `${one.name} ${one.sha256}`).join('\n')),
    name: basename(flags.out),
    counts: { scans: scans.length, clear: verdicts('clear'), inconclusive: verdicts('inconclusive'), flagged: verdicts('flagged'), failed: failed.length },
    model: any.model,
    ...(calibration && { calibration_sha256: calibration.sha256 }),
    failed,
    stale: [],
    ignored: [{ name: 'README.md', reason: 'a document' }, { name: 'coco.json', reason: 'truth or annotations' }],
    interrupted: false,
    timings: { wall_s: count / 11.4, scans_per_s: 11.4, runtime_share: 0.62, workers: 2, threads_per_scan: 1 },
  },
  calibration: calibration || null,
  drift: calibration
    ? {
        ending: 'fits',
        false_drift: 0.01,
        left_out_share: failed.length / scans.length,
        running: false,
        groups: [
          {
            group: { of: 'all' },
            ending: 'fits',
            scans: scans.length - failed.length,
            containers: scans.length - failed.length,
            clean: clean.length,
            median: median(scans.flatMap((one) => one.score ?? [])),
            clean_median: median(clean),
            kolmogorov_smirnov: { distance: 0.071, p_value: 0.34, alarm_at: 0.005 },
            martingale: { highest_log10: 0.6, alarm_at_log10: 2.3 },
          },
        ],
      }
    : null,
  scans,
};
const data = JSON.stringify(page).replaceAll('<', '\\u003c');
const place = '<script type="application/json" id="portray-review"></script>';
const html = readFileSync(flags.page, 'utf8');
if (!html.includes(place)) throw new Error('the page has no place for the data');
writeFileSync(join(flags.out, 'review.html'), html.replace(place, () => place.replace('></', `>${data}</`)));
console.log(`${scans.length} scans (${bases.length} of their own) in ${flags.out}`);
