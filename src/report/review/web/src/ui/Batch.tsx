/** The batch as a whole: counts, what failed and why, throughput, scores against the calibration, drift. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { hourly, spread } from '../batch';
import type { Drift } from '../contract';
import { VERB_WORDS, VERBS } from '../decisions';
import type { Desk } from '../desk';
import { counted, countWords, groupWords, pWords, shareWords, timeWords, VERDICTS } from '../words';
import { Sign } from './marks';

export function Batch({ desk }: { desk: Desk }): JSX.Element {
  const { batch, scans, generator } = desk.page;
  const { counts } = batch;
  const decided = desk.decidedCount;
  const flagged = scans.flatMap((row, place) => (row.verdict === 'flagged' && row.data ? [place] : []));
  return (
    <main class="batch" id="batch" aria-label="Batch">
      <header>
        <h2>{batch.name}</h2>
        <p class="muted">
          {generator.name} {generator.version} · batch {batch.digest.slice(0, 12)}
          {batch.interrupted && <strong class="odd"> · the run was stopped before every scan was done</strong>}
        </p>
        <button type="button" disabled={flagged.length === 0} onClick={() => desk.set({ sheets: flagged })}>
          Print {counted(flagged.length, 'sheet')} of flagged containers
        </button>
      </header>
      <DriftBanner drift={desk.page.drift} calibrated={desk.page.calibration !== null} />
      <div class="tiles">
        <Tile words="scans" value={counts.scans} />
        {VERDICTS.map((verdict) => (
          <button
            key={verdict}
            type="button"
            class={`tile ${verdict}`}
            onClick={() => {
              desk.filter({ verdicts: [verdict] });
              desk.set({ tab: 'worklist' });
            }}
          >
            <b>{countWords(counts[verdict])}</b>
            <span>
              <Sign verdict={verdict} /> {verdict}
            </span>
            <small>{counts.scans > 0 ? shareWords(counts[verdict] / counts.scans) : ''}</small>
          </button>
        ))}
        <Tile words="decided" value={decided} small={`${countWords(scans.length - decided)} left`} />
      </div>
      <div class="panels">
        <Scores desk={desk} />
        <Throughput desk={desk} />
        <Decided desk={desk} />
        <Drifted drift={desk.page.drift} />
        <Failed desk={desk} />
        <About desk={desk} />
      </div>
    </main>
  );
}

const Tile = ({ words, value, small }: { words: string; value: number; small?: string }): JSX.Element => (
  <div class="tile">
    <b>{countWords(value)}</b>
    <span>{words}</span>
    <small>{small}</small>
  </div>
);

const ENDINGS: Record<Drift['ending'], string> = {
  fits: 'The scores look like those of the clean scans.',
  inconclusive: 'Too few scans, or too many left out, to tell whether the calibration still fits.',
  drift: 'The scores no longer look like those of the clean scans: look at scanner, cargo and settings, and calibrate again.',
};

function DriftBanner({ drift, calibrated }: { drift: Drift | null; calibrated: boolean }): JSX.Element | null {
  if (drift?.ending === 'drift') {
    return (
      <p class="banner bad" role="alert">
        <b>Drift.</b> {ENDINGS.drift}
      </p>
    );
  }
  if (drift || calibrated) return null;
  return (
    <p class="banner">
      <b>Not calibrated.</b> Without clean scans of this station nothing says how often it flags clean containers:{' '}
      <code>portray calibrate</code>.
    </p>
  );
}

function Scores({ desk }: { desk: Desk }): JSX.Element {
  const { calibration, scans } = desk.page;
  const groups = calibration?.groups ?? [];
  const [at, setAt] = useState(Math.max(0, groups.findIndex(({ group }) => group.of === 'all')));
  const group = groups[at] ?? null;
  const of = scans.filter((row) => !group || group.group.scanner === undefined || row.scanner === group.group.scanner);
  const inCargo = of.filter((row) => group?.group.of !== 'cargo' || row.cargo === group.group.cargo);
  const { bins, clean } = spread(inCargo, group);
  const totals = bins.map((bin) => VERDICTS.reduce((sum, verdict) => sum + bin[verdict], 0));
  const highest = Math.max(1, ...totals, ...(clean ?? []));
  const [width, height] = [600, 180];
  const wide = width / bins.length;
  const y = (count: number): number => height - (Math.sqrt(count) / Math.sqrt(highest)) * (height - 8);
  const threshold = group?.threshold ?? inCargo.find((row) => row.threshold !== null)?.threshold ?? null;
  const line = clean
    ?.map((count, bin) => `${bin === 0 ? 'M' : 'L'}${(bin * wide).toFixed(1)} ${y(count).toFixed(1)}H${((bin + 1) * wide).toFixed(1)}`)
    .join('');
  return (
    <section class="panel wide">
      <h3>Scores{clean ? ' against clean scans' : ''}</h3>
      {groups.length > 1 && (
        <label class="pair">
          <span>Group</span>
          <select value={at} onChange={(event) => setAt(Number(event.currentTarget.value))}>
            {groups.map((one, index) => (
              <option key={index} value={index}>
                {groupWords(one.group)}
              </option>
            ))}
          </select>
        </label>
      )}
      <svg
        class="scores"
        viewBox={`-30 -14 ${width + 40} ${height + 46}`}
        role="img"
        aria-label={`Scores of ${counted(inCargo.length, 'scan')} from 0 to 1${threshold !== null ? `, threshold ${threshold.toFixed(3)}` : ''}`}
      >
        {bins.map((bin, index) => {
          let below = 0;
          return (['clear', 'inconclusive', 'failed', 'flagged'] as const).map((verdict) => {
            const count = bin[verdict];
            if (count === 0) return null;
            const [from, to] = [y(below), y(below + count)];
            below += count;
            return (
              <rect key={verdict} class={verdict} x={index * wide + 0.5} width={wide - 1} y={to} height={Math.max(from - to, 0.5)}>
                <title>
                  {(index / bins.length).toFixed(3)} to {((index + 1) / bins.length).toFixed(3)}: {count} {verdict}
                </title>
              </rect>
            );
          });
        })}
        {line && <path class="clean" d={line} />}
        {threshold !== null && threshold <= 1 && (
          <g class="threshold">
            <line x1={threshold * width} x2={threshold * width} y1={-4} y2={height} />
            <text x={threshold * width} y={-6} text-anchor="middle">
              threshold {threshold.toFixed(3)}
            </text>
          </g>
        )}
        <line class="axis" x1={0} x2={width} y1={height} y2={height} />
        {[0, 0.2, 0.4, 0.6, 0.8, 1].map((tick) => (
          <text key={tick} x={tick * width} y={height + 15} text-anchor="middle">
            {tick}
          </text>
        ))}
        {[1, highest].map((tick) => (
          <text key={tick} x={-5} y={y(tick) + 4} text-anchor="end">
            {countWords(tick)}
          </text>
        ))}
        <text x={width / 2} y={height + 30} text-anchor="middle">
          score (heights as square roots)
        </text>
      </svg>
      {group ? (
        <p class="muted">
          Line: {counted(group.containers, 'clean container')}, scaled to as many scans. At most {shareWords(group.promised)} of such
          containers are flagged, on average; this calibration’s own share lies between {shareWords(group.attained.low)} and{' '}
          {shareWords(group.attained.high)}.
        </p>
      ) : (
        <p class="muted">No calibration: the threshold is the model’s own.</p>
      )}
    </section>
  );
}

function Throughput({ desk }: { desk: Desk }): JSX.Element {
  const { batch, scans } = desk.page;
  const { hours, untimed } = hourly(scans);
  const most = Math.max(1, ...hours.map((hour) => hour.scans));
  const { timings } = batch;
  return (
    <section class="panel">
      <h3>Throughput</h3>
      {timings ? (
        <dl class="figures">
          <div>
            <dt>scans a second</dt>
            <dd>{timings.scans_per_s.toFixed(1)}</dd>
          </div>
          <div>
            <dt>in all</dt>
            <dd>{timings.wall_s < 120 ? `${timings.wall_s.toFixed(1)} s` : `${(timings.wall_s / 60).toFixed(0)} min`}</dd>
          </div>
          <div>
            <dt>at once</dt>
            <dd>
              {timings.workers} × {counted(timings.threads_per_scan, 'thread')}
            </dd>
          </div>
          <div>
            <dt>in the runtime</dt>
            <dd>{shareWords(timings.runtime_share)}</dd>
          </div>
        </dl>
      ) : (
        <p class="muted">The run was made without timings.</p>
      )}
      {hours.length > 1 && (
        <>
          <h4>Scans an hour, as they were taken</h4>
          <div class="hours" role="img" aria-label={`Scans an hour, at most ${most}`}>
            {hours.map(({ hour, scans: count, flagged }) => (
              <i key={hour} style={{ height: `${(count / most) * 100}%` }} title={`${hour} h: ${counted(count, 'scan')}, ${flagged} flagged`}>
                <b style={{ height: `${(flagged / count) * 100}%` }} />
              </i>
            ))}
          </div>
          <p class="muted ends">
            <span>{hours[0]!.hour} h</span>
            <span>at most {countWords(most)}</span>
            <span>{hours.at(-1)!.hour} h</span>
          </p>
        </>
      )}
      {untimed > 0 && <p class="muted">{counted(untimed, 'scan')} without a time.</p>}
    </section>
  );
}

function Decided({ desk }: { desk: Desk }): JSX.Element {
  const { scans } = desk.page;
  const count = (verdict: string, verb: string | null): number =>
    scans.filter((row) => row.verdict === verdict && desk.decided(row) === verb).length;
  return (
    <section class="panel">
      <h3>Decisions</h3>
      <table class="cross">
        <thead>
          <tr>
            <th scope="col">Verdict</th>
            {VERBS.map((verb) => (
              <th key={verb} scope="col">
                {VERB_WORDS[verb]}
              </th>
            ))}
            <th scope="col">Undecided</th>
          </tr>
        </thead>
        <tbody>
          {VERDICTS.map((verdict) => (
            <tr key={verdict}>
              <th scope="row">
                <Sign verdict={verdict} /> {verdict}
              </th>
              {[...VERBS, null].map((verb) => (
                <td key={verb}>{countWords(count(verdict, verb))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Drifted({ drift }: { drift: Drift | null }): JSX.Element {
  if (!drift) {
    return (
      <section class="panel">
        <h3>Drift</h3>
        <p class="muted">
          Not checked. <code>portray calibrate --check calibration.json reports</code> tells when the calibration no longer fits.
        </p>
      </section>
    );
  }
  return (
    <section class="panel">
      <h3>Drift: {drift.ending}</h3>
      <p>{ENDINGS[drift.ending]}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Median, clean</th>
            <th scope="col">Distance</th>
            <th scope="col">p</th>
            <th scope="col">Says</th>
          </tr>
        </thead>
        <tbody>
          {drift.groups.map((one) => (
            <tr key={groupWords(one.group)}>
              <th scope="row">{groupWords(one.group)}</th>
              <td>
                {one.median.toFixed(3)}, {one.clean_median.toFixed(3)}
              </td>
              <td>{one.kolmogorov_smirnov?.distance.toFixed(3) ?? ''}</td>
              <td>{one.kolmogorov_smirnov ? pWords(one.kolmogorov_smirnov.p_value) : ''}</td>
              <td>{one.ending}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        Where nothing changed, drift is said with a probability of at most {shareWords(drift.false_drift)}
        {drift.running ? ' over all looks' : ' by this look'}; {shareWords(drift.left_out_share)} of the scans were left out.
      </p>
    </section>
  );
}

function Failed({ desk }: { desk: Desk }): JSX.Element {
  const { failed, ignored, stale } = desk.page.batch;
  return (
    <section class="panel wide">
      <h3>{failed.length === 0 ? 'No scan failed' : `${counted(failed.length, 'scan')} failed`}</h3>
      {failed.length > 0 && (
        <div class="scroll" tabindex={0} role="region" aria-label="Failed scans">
          <table>
            <thead>
              <tr>
                <th scope="col">Scan</th>
                <th scope="col">Fault</th>
                <th scope="col">What was found</th>
                <th scope="col">What to do</th>
              </tr>
            </thead>
            <tbody>
              {failed.slice(0, 500).map(({ name, error }) => (
                <tr key={name}>
                  <th scope="row" class="path">
                    {name}
                  </th>
                  <td>{error.fault}</td>
                  <td>
                    {error.place ? `${error.place}: ` : ''}
                    {error.message}
                  </td>
                  <td>{error.help ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {failed.length > 500 && <p class="muted">and {countWords(failed.length - 500)} more in summary.json</p>}
      {ignored.length > 0 && (
        <details class="more">
          <summary>{counted(ignored.length, 'other file')} passed over</summary>
          <ul class="paths">
            {ignored.slice(0, 500).map(({ name, reason }) => (
              <li key={name}>
                <span class="path">{name}</span> {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      {stale.length > 0 && (
        <details class="more">
          <summary>{counted(stale.length, 'report')} of earlier runs</summary>
          <ul class="paths">
            {stale.slice(0, 500).map((name) => (
              <li key={name} class="path">
                {name}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function About({ desk }: { desk: Desk }): JSX.Element {
  const { batch, calibration, generator } = desk.page;
  const { model } = batch;
  const facts: [string, string][] = [
    ['Model', `${model.name} ${model.version}${model.baseline ? ', an untrained baseline' : ''} (${model.licence})`],
    ['Model SHA-256', model.sha256],
    ['Runtime', `${model.runtime}, ${model.provider}`],
    ['Calibration SHA-256', calibration?.sha256 ?? 'none'],
    ['Batch', batch.digest],
    ['Program', `${generator.name} ${generator.version}${generator.build ? ` build ${generator.build}` : ''}`],
  ];
  const times = desk.page.scans.map((row) => row.time ?? '').filter(Boolean).sort();
  if (times.length > 0) facts.push(['Taken', `${timeWords(times[0])} to ${timeWords(times.at(-1))}`]);
  return (
    <section class="panel wide">
      <h3>Made with</h3>
      <dl class="about">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="path">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
