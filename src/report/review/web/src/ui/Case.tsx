/** The open scan: what is said of it, its picture, its regions, and the decision. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Row } from '../contract';
import type { Desk, State } from '../desk';
import type { Scan } from '../scan';
import type { Look } from '../view/look';
import type { Marks } from '../view/overlay';
import { Link, type View } from '../view/view';
import { preset, type Shade } from '../window';
import { calibrationSentence, containerWords, groupWords, shareWords, timeWords, zoneWords } from '../words';
import { Decide } from './Decide';
import { useScan } from './hooks';
import { gist } from './List';
import { Badge } from './marks';
import { Picture } from './Picture';
import { Regions } from './Regions';
import { Legend, Tools } from './Tools';

export interface Views {
  main: View | null;
}

export function Case({ desk, views }: { desk: Desk; views: Views }): JSX.Element {
  const { state } = desk;
  const row = desk.open;
  const loaded = useScan(desk, row);
  // What comes next is read while this one is looked at.
  useEffect(() => {
    const next = state.list[state.cursor + 1];
    if (!loaded?.scan || next === undefined) return;
    const after = desk.row(next);
    const timer = setTimeout(() => after.data && void desk.ready.scan(after).catch(() => undefined), 150);
    return () => clearTimeout(timer);
  }, [desk, loaded, state.list, state.cursor]);
  if (!row) return <main class="case empty" id="case"><p>There are no scans in this batch.</p></main>;
  return (
    <main class="case" id="case" aria-label="Open scan">
      <Head row={row} desk={desk} scan={loaded?.scan ?? null} />
      {loaded?.scan ? (
        <Looked desk={desk} scan={loaded.scan} views={views} />
      ) : (
        <Waiting desk={desk} row={row} error={loaded?.error ?? null} />
      )}
      <Decide desk={desk} row={row} />
    </main>
  );
}

function Head({ row, desk, scan }: { row: Row; desk: Desk; scan: Scan | null }): JSX.Element {
  const { list, cursor, current } = desk.state;
  const at = list[cursor] === current ? cursor + 1 : null;
  // That the score reaches the threshold is what the line of the calibration says, in more words.
  const reasons = scan
    ? scan.report.reasons.filter((reason) => reason.code !== 'score').map((reason) => reason.message)
    : [row.verdict !== 'flagged' ? row.reason : null].filter((reason) => reason !== null);
  const [first, ...others] = reasons;
  const facts: [string, string][] = [
    ['Cargo', row.cargo ?? ''],
    ['Scanner', row.scanner ?? ''],
    ['View', row.view ?? ''],
    ['Taken', timeWords(row.time)],
    ['File', row.name],
  ];
  return (
    <header class="head">
      <div class="title">
        <Badge verdict={row.verdict} />
        <h2 id="open-scan">{row.container ? containerWords(row.container.number) : row.name}</h2>
        {row.container?.check_digit === 'invalid' && <span class="odd">check digit does not agree</span>}
        <div class="steps">
          <button type="button" onClick={() => desk.step(-1)} aria-label="Previous scan (k)" title="Previous (k)">
            ‹
          </button>
          <span class="muted">{at === null ? 'not in the list' : `${at} / ${list.length}`}</span>
          <button type="button" onClick={() => desk.step(1)} aria-label="Next scan (j)" title="Next (j)">
            ›
          </button>
        </div>
      </div>
      <div class="reason">
        {row.verdict === 'flagged' && <strong>{gist(row)}</strong>}
        {scan && <Calibration scan={scan} />}
      </div>
      {first !== undefined && (
        <div class="reason">
          <span>{first}</span>
          {others.length > 0 && (
            <details class="more">
              <summary>and {others.length} more</summary>
              <ul>
                {others.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            </details>
          )}
        </div>
      )}
      <div class="facts">
        <dl>
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd title={value}>{value}</dd>
              </div>
            ))}
        </dl>
        {scan && <Warnings scan={scan} />}
      </div>
    </header>
  );
}

function Calibration({ scan }: { scan: Scan }): JSX.Element {
  const { report } = scan;
  const against = report.calibration?.against;
  const sentence = calibrationSentence(against?.p_value, against, 'scan');
  const title = against
    ? `p ${against.p_value}; ${groupWords(against.group)}; at most ${shareWords(against.promised)} of clean containers are flagged`
    : 'portray calibrate sets thresholds from clean scans of a station';
  return (
    <p class="sentence" title={title}>
      {sentence}
      {report.score !== null && report.threshold !== null && (
        <span class="muted">
          {' '}
          Score {report.score.toFixed(3)}, threshold {report.threshold > 1 ? 'out of reach' : report.threshold.toFixed(3)}.
        </span>
      )}
    </p>
  );
}

function Warnings({ scan }: { scan: Scan }): JSX.Element | null {
  const { warnings } = scan.report;
  if (warnings.length === 0) return null;
  return (
    <details class="more warnings">
      <summary>
        {warnings.length} {warnings.length === 1 ? 'warning' : 'warnings'}
      </summary>
      <ul>
        {warnings.map(({ code, message }) => (
          <li key={code + message}>
            <code>{code}</code> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** While a picture is read, the small one stands for it. */
function Waiting({ row, desk, error }: { row: Row; desk: Desk; error: string | null }): JSX.Element {
  const failed = desk.page.batch.failed.find(({ name }) => name === row.name)?.error;
  return (
    <div class="waiting">
      {failed ? (
        <div class="failure" role="alert">
          <h3>This scan could not be read</h3>
          <p>{failed.message}</p>
          {failed.place && <p class="muted">{failed.place}</p>}
          {failed.help && <p>{failed.help}</p>}
        </div>
      ) : error ? (
        <div class="failure" role="alert">
          <h3>The picture cannot be shown</h3>
          <p>{error}</p>
        </div>
      ) : (
        <p class="muted">Reading the scan …</p>
      )}
    </div>
  );
}

/** The window of a scan: the one set by hand, or the preset's. */
export const shadeOf = (scan: Scan, shown: State['shown']): Shade =>
  shown.shade ?? preset(shown.preset, scan.darkest, scan.most);

export const lookOf = (scan: Scan, shown: State['shown'], shade: Shade): Look => ({
  ...shown,
  shade,
  raw: false,
  plane: Math.min(shown.plane, scan.planes.length - 1),
  heat: shown.marks ? shown.heat : 0,
  hatch: shown.marks && shown.hatch,
});

function Looked({ desk, scan, views }: { desk: Desk; scan: Scan; views: Views }): JSX.Element {
  const { state } = desk;
  const { shown, region } = state;
  const link = useMemo(() => new Link(), []);
  const shade = shadeOf(scan, shown);
  const look = lookOf(scan, shown, shade);
  const marks: Marks = {
    regions: shown.marks,
    zones: shown.zones,
    repaired: shown.repaired,
    rulers: true,
    chosen: region,
    decided: (number) => desk.regionStanding(scan.row, number)?.decision ?? null,
  };
  const jumped = useRef<string>('');
  useEffect(() => {
    const chosen = scan.report.regions[region];
    const key = `${scan.row.name} ${region}`;
    if (chosen && jumped.current !== key && views.main) views.main.fitBox(chosen.box_px);
    jumped.current = key;
  }, [region, scan, views]);
  return (
    <>
      <Tools desk={desk} scan={scan} shade={shade} />
      <Legend desk={desk} scan={scan} />
      <div class={`pictures${state.compare.with === 'nothing' ? '' : ' two'}`}>
        <Picture
          scan={scan}
          look={look}
          marks={marks}
          link={link}
          follows={false}
          label={labelOf(scan)}
          caption={captionOf(scan, look.plane)}
          onWindow={(next) => desk.show({ shade: next })}
          onRegion={(found) => desk.chooseRegion(found)}
          onView={(view) => {
            views.main = view;
          }}
        >
          <>
            <Zoom views={views} link={link} two={state.compare.with !== 'nothing'} />
            <CompareChoice desk={desk} scan={scan} />
          </>
        </Picture>
        <Beside desk={desk} scan={scan} look={look} marks={marks} link={link} />
      </div>
      <Regions desk={desk} scan={scan} />
    </>
  );
}

const captionOf = (scan: Scan, plane: number): string => {
  const energy = scan.planes[plane]?.energy ?? 'single';
  const mv = scan.report.scan.metadata.energies_mv?.[plane];
  const unit = scan.report.scan.metadata.source === 'gamma' ? 'MeV' : 'MV';
  const size = `${scan.planes[0]!.width} × ${scan.planes[0]!.height}`;
  return [energy === 'single' ? '' : `${energy} energy`, mv ? `${mv} ${unit}` : '', scan.row.view ?? '', `${size} pixels`]
    .filter(Boolean)
    .join(' · ');
};

const labelOf = (scan: Scan): string => {
  const { regions, verdict } = scan.report;
  const words = regions
    .slice(0, 5)
    .map((region, at) => `region ${at + 1} in zone ${zoneWords(region.zone)}, score ${region.score.toFixed(2)}`);
  return `X-ray picture of ${scan.row.container?.number ?? scan.row.name}: ${verdict}${words.length > 0 ? `; ${words.join('; ')}` : ''}. Arrow keys pan, plus and minus zoom.`;
};

function Zoom({ views, link, two }: { views: Views; link: Link; two: boolean }): JSX.Element {
  const [linked, setLinked] = useState(true);
  return (
    <span class="zoom" role="group" aria-label="Zoom">
      <button type="button" onClick={() => views.main?.zoom(1 / 1.5)} aria-label="Zoom out (-)">
        −
      </button>
      <button type="button" onClick={() => views.main?.zoom(1.5)} aria-label="Zoom in (+)">
        +
      </button>
      <button type="button" onClick={() => views.main?.fit()} title="The whole container (f)">
        Fit
      </button>
      <button type="button" onClick={() => views.main?.oneToOne()} title="A screen pixel a pixel (o)">
        1:1
      </button>
      {two && (
        <label>
          <input
            type="checkbox"
            checked={linked}
            onChange={(event) => {
              link.on = event.currentTarget.checked;
              setLinked(link.on);
            }}
          />
          move together
        </label>
      )}
    </span>
  );
}

/** What stands beside the scan. */
function Beside(props: { desk: Desk; scan: Scan; look: Look; marks: Marks; link: Link }): JSX.Element | null {
  const { desk, scan, look, marks, link } = props;
  const { compare } = desk.state;
  const other = compare.with === 'scan' ? (desk.page.scans.find((row) => row.name === compare.name) ?? null) : null;
  const loaded = useScan(desk, other);
  if (compare.with === 'nothing') return null;
  const common = { link, follows: true, onWindow: (next: Shade) => desk.show({ shade: next }), onRegion: () => undefined };
  if (compare.with === 'scan') {
    if (!loaded?.scan) return <div class="waiting">{loaded?.error ?? 'Reading the scan …'}</div>;
    const beside = loaded.scan;
    const { shown } = desk.state;
    const own = { ...lookOf(beside, shown, shadeOf(beside, shown)), heat: look.heat };
    const decided = (number: number) => desk.regionStanding(beside.row, number)?.decision ?? null;
    return (
      <Picture
        {...common}
        scan={beside}
        look={own}
        marks={{ ...marks, chosen: -1, decided }}
        label={labelOf(beside)}
        caption={`${beside.row.container?.number ?? beside.row.name} · ${captionOf(beside, own.plane)}`}
      />
    );
  }
  const raw = compare.with === 'unprocessed';
  const plane = raw ? look.plane : 1;
  return (
    <Picture
      {...common}
      scan={scan}
      look={{ ...look, raw, plane, colour: false, heat: 0, hatch: false, edge: !raw && look.edge }}
      marks={{ ...marks, regions: false, zones: false, repaired: false }}
      label={`The same scan, ${raw ? 'unprocessed' : 'low energy'}`}
      caption={raw ? `unprocessed: rows, drift and dropouts as the detector gave them · ${captionOf(scan, plane)}` : captionOf(scan, 1)}
    />
  );
}

function CompareChoice({ desk, scan }: { desk: Desk; scan: Scan }): JSX.Element {
  const { compare } = desk.state;
  const { scans } = desk.page;
  const [text, setText] = useState('');
  const number = scan.row.container?.number;
  const same = scans
    .filter((row) => row !== scan.row && row.data && number && row.container?.number === number)
    .sort((a, b) => Number(a.view === scan.row.view) - Number(b.view === scan.row.view))
    .slice(0, 2);
  const plain = text.toLowerCase().replace(/[\s-]+/g, '');
  const found = plain
    ? scans
        .filter((row) => row.data && row !== scan.row)
        .filter((row) => `${row.container?.number ?? ''} ${row.name} ${row.cargo ?? ''}`.toLowerCase().replace(/[\s-]+/g, '').includes(plain))
        .slice(0, 8)
    : [];
  const choice = (words: string, to: State['compare'], on: boolean): JSX.Element => (
    <button
      key={words}
      type="button"
      class="toggle small"
      aria-pressed={on}
      onClick={() => desk.set({ compare: on ? { with: 'nothing' } : to })}
    >
      {words}
    </button>
  );
  const isScan = (row: Row): boolean => compare.with === 'scan' && compare.name === row.name;
  const others = compare.with === 'scan' && !same.some(isScan) ? scans.filter(isScan) : [];
  return (
    <span class="compare" role="group" aria-label="Side by side">
      <span>Beside it:</span>
      {same.map((row) => choice(`${row.view ?? 'other'} view`, { with: 'scan', name: row.name }, isScan(row)))}
      {choice('Unprocessed', { with: 'unprocessed' }, compare.with === 'unprocessed')}
      {scan.planes.length > 1 && choice('Low energy', { with: 'low' }, compare.with === 'low')}
      {others.map((row) => choice(row.container?.number ?? row.name, { with: 'scan', name: row.name }, true))}
      <div class="other">
        <input
          type="search"
          placeholder="Another scan …"
          aria-label="Compare with another scan: container, name or cargo"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {found.length > 0 && (
          <ul>
            {found.map((row) => (
              <li key={row.name}>
                <button
                  type="button"
                  onClick={() => {
                    desk.set({ compare: { with: 'scan', name: row.name } });
                    setText('');
                  }}
                >
                  <b>{row.container ? containerWords(row.container.number) : row.name}</b> {row.verdict}
                  {row.cargo ? ` · ${row.cargo}` : ''}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </span>
  );
}
