/** A page for the file of each container: picture, regions, digests, model, decision and space for a signature. */

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BoxPx } from '../contract';
import { VERB_WORDS } from '../decisions';
import type { Desk } from '../desk';
import { countedFrom } from '../place';
import type { Scan } from '../scan';
import { FlatPainter } from '../view/flat';
import type { Look } from '../view/look';
import { drawOverlay, MARGIN } from '../view/overlay';
import { fit, type Size } from '../view/transform';
import { preset } from '../window';
import { calibrationSentence, containerWords, massOf, placeWords, sizeWords, timeWords, zoneWords } from '../words';
import { Badge } from './marks';

interface Made {
  scan: Scan;
  whole: string;
  details: { number: number; url: string }[];
}

/** The sharpness of pictures on paper: px on the page's 277 mm. */
const WIDE = 1750;
/** How much larger letters and lines are than on a screen. */
const LETTERS = 1.7;
const DETAILS = 3;
/** Regions that find room; the report has all. */
const ROWS = 6;

export function Sheets({ desk, places }: { desk: Desk; places: number[] }): JSX.Element {
  const [made, setMade] = useState<Made[]>([]);
  const [failed, setFailed] = useState(0);
  const [ready, setReady] = useState(false);
  const urls = useRef<string[]>([]);
  useEffect(() => {
    let wanted = true;
    const make = async (): Promise<void> => {
      for (const place of places) {
        if (!wanted) return;
        try {
          const sheet = await sheetOf(await desk.ready.scan(desk.row(place)));
          urls.current.push(sheet.whole, ...sheet.details.map(({ url }) => url));
          if (wanted) setMade((before) => [...before, sheet]);
        } catch {
          if (wanted) setFailed((before) => before + 1);
        }
      }
      if (wanted) setReady(true);
    };
    void make();
    return () => {
      wanted = false;
      urls.current.forEach((url) => URL.revokeObjectURL(url));
    };
  }, [desk, places]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ready) return;
    const images = [...box.current!.querySelectorAll('img')];
    void Promise.all(images.map((image) => image.decode().catch(() => undefined))).then(() => {
      box.current?.setAttribute('data-ready', 'true');
    });
  }, [ready]);
  return (
    <div class="sheets" ref={box}>
      <div class="bar">
        <b>{ready ? `${made.length} ${made.length === 1 ? 'sheet' : 'sheets'}` : `Preparing ${made.length + 1} of ${places.length} …`}</b>
        {failed > 0 && <span class="odd">{failed} could not be made</span>}
        <button type="button" class="primary" disabled={!ready} onClick={() => window.print()}>
          Print or save as PDF
        </button>
        <button type="button" onClick={() => desk.set({ sheets: null })}>
          Close (Esc)
        </button>
      </div>
      {made.map((sheet) => (
        <Sheet key={sheet.scan.row.name} desk={desk} made={sheet} />
      ))}
    </div>
  );
}

async function sheetOf(scan: Scan): Promise<Made> {
  const { crop, aspect } = scan;
  const tall = Math.min(560, Math.round((WIDE * crop.height * aspect) / crop.width) + LETTERS * (MARGIN.top + MARGIN.bottom));
  const whole = await drawn(scan, crop, { width: WIDE, height: tall }, true);
  const details: Made['details'] = [];
  for (const [at, region] of scan.report.regions.slice(0, DETAILS).entries()) {
    const box = region.box_px;
    const side = Math.max(box.width, (box.height * aspect * 16) / 10, 120);
    const [width, height] = [1.8 * side, (1.8 * side * 10) / 16 / aspect];
    const around = { x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - height / 2, width, height };
    details.push({ number: at + 1, url: await drawn(scan, around, { width: 560, height: 350 }, false) });
  }
  return { scan, whole, details };
}

/** A part of a scan with its regions, as the URL of a picture. */
async function drawn(scan: Scan, box: BoxPx, size: Size, rulers: boolean): Promise<string> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [size.width, size.height];
  const wide = (px: number): number => px * LETTERS;
  const margin = rulers
    ? { left: wide(MARGIN.left), top: wide(MARGIN.top), right: wide(MARGIN.right), bottom: wide(MARGIN.bottom) }
    : { left: 0, top: 0, right: 0, bottom: 0 };
  const room = { width: size.width - margin.left - margin.right, height: size.height - margin.top - margin.bottom };
  const fitted = fit(box, room, scan.aspect);
  const t = { ...fitted, x: fitted.x - margin.left / fitted.scale, y: fitted.y - margin.top / (fitted.scale * fitted.aspect) };
  const look: Look = {
    shade: preset('whole', scan.darkest, scan.most),
    inverse: false,
    edge: false,
    colour: false,
    balance: 0,
    plane: 0,
    raw: false,
    heat: rulers ? 0.35 : 0,
    hatch: true,
  };
  new FlatPainter(canvas).paint(scan, look, t, size);
  const context = canvas.getContext('2d')!;
  context.scale(LETTERS, LETTERS);
  const letters = { width: size.width / LETTERS, height: size.height / LETTERS };
  drawOverlay(context, scan, { ...t, scale: t.scale / LETTERS }, letters, { regions: true, zones: false, repaired: false, rulers, chosen: -1, decided: () => null });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the picture cannot be made');
  return URL.createObjectURL(blob);
}

function Sheet({ desk, made }: { desk: Desk; made: Made }): JSX.Element {
  const { scan, whole, details } = made;
  const { report, row } = scan;
  const standing = desk.standing(row);
  const against = report.calibration?.against;
  const from = scan.frame ? countedFrom(scan.frame) : 'left';
  // What the table leaves of the page.
  const high = Math.min(Math.max(52 - 5.3 * Math.min(report.regions.length, ROWS), 24), 46);
  const digests: [string, string][] = [
    ['Scan SHA-256', report.scan.sha256 ?? ''],
    ['Model', `${report.model.name} ${report.model.version}${report.model.baseline ? ', an untrained baseline' : ''}`],
    ['Model SHA-256', report.model.sha256],
    ['Calibration SHA-256', report.calibration?.sha256 ?? 'none'],
    ['Program', `${report.generator.name} ${report.generator.version}${report.generator.build ? ` build ${report.generator.build}` : ''}`],
    ['Batch', desk.page.batch.digest],
  ];
  return (
    <article class="sheet">
      <header>
        <h2>{row.container ? containerWords(row.container.number) : row.name}</h2>
        <Badge verdict={row.verdict} />
        <p>
          {[row.cargo, row.scanner, row.view, timeWords(row.time)].filter(Boolean).join(' · ')}
          <br />
          <span class="path">{row.name}</span>
        </p>
      </header>
      <img src={whole} alt={`X-ray picture of ${row.container?.number ?? row.name} with its regions`} />
      <p class="sentence">
        {calibrationSentence(against?.p_value, against, 'scan')} Score {report.score?.toFixed(3)}, threshold{' '}
        {report.threshold?.toFixed(3)}.{' '}
        {report.reasons
          .filter((reason) => reason.code !== 'score')
          .map((reason) => `${reason.message.charAt(0).toUpperCase()}${reason.message.slice(1)}.`)
          .join(' ')}
      </p>
      <div class="columns">
        <div>
          <table>
            <thead>
              <tr>
                <th>#</th>
                <th>Score</th>
                <th>Extra mass</th>
                <th>Size</th>
                <th>Place</th>
                <th>Zone</th>
                <th>Band</th>
                <th>Decision</th>
              </tr>
            </thead>
            <tbody>
              {report.regions.slice(0, ROWS).map((region, at) => {
                const said = desk.regionStanding(row, at + 1);
                return (
                  <tr key={at}>
                    <th>{at + 1}</th>
                    <td>{region.score.toFixed(3)}</td>
                    <td>{massOf(region.mass) || 'not told'}</td>
                    <td>{sizeWords(region.box_mm)}</td>
                    <td>{placeWords(region.box_mm, from)}</td>
                    <td>{zoneWords(region.zone)}</td>
                    <td>{region.material?.band ?? 'not told'}</td>
                    <td>{said?.decision ? VERB_WORDS[said.decision] : ''}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {report.regions.length > ROWS && <p>and {report.regions.length - ROWS} more in the report</p>}
          <div class="details">
            {details.map(({ number, url }) => (
              <figure key={number}>
                <img src={url} alt={`Region ${number}`} style={{ height: `${high}mm` }} />
                <figcaption>region {number}</figcaption>
              </figure>
            ))}
          </div>
        </div>
        <div>
          <section class="form">
            <h3>Decision</h3>
            <p class="verbs">
              {(['clear', 'search', 'second_look'] as const).map((verb) => (
                <span key={verb}>
                  <i>{standing?.decision === verb ? '✕' : ''}</i>
                  {VERB_WORDS[verb]}
                </span>
              ))}
            </p>
            <p class="remark">{standing?.note}</p>
            <dl class="signing">
              <div>
                <dt>Name</dt>
                <dd>{standing?.by}</dd>
              </div>
              <div>
                <dt>Date and time</dt>
                <dd>{standing?.decision ? `${timeWords(standing.at)} UTC` : ''}</dd>
              </div>
              <div class="signature">
                <dt>Signature</dt>
                <dd />
              </div>
            </dl>
          </section>
        </div>
      </div>
      <dl class="digests">
        {digests.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
