/** The worklist: search, filters, and as many rows as are in sight. */

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../contract';
import { urlOf } from '../data';
import { VERB_WORDS, VERBS } from '../decisions';
import type { Desk } from '../desk';
import { scrolledTo, span } from '../rows';
import { BANDS, containerWords, countWords, massWords, rarity, timeWords, VERDICTS, ZONE_ORDER, zoneWords } from '../words';
import { choices, filtersSet, NO_FILTERS, ORDERS, scannerOf, type DecisionFilter, type Order } from '../worklist';
import { Decision, Sign } from './marks';

export const ROW_HEIGHT = 74;

export function List({ desk }: { desk: Desk }): JSX.Element {
  const { state, page } = desk;
  const { filters, list } = state;
  const verdicts = choices(page.scans, filters, desk.decided, 'verdicts', (row) => [row.verdict]);
  return (
    <section class="list" aria-label="Worklist">
      <div class="finder">
        <input
          id="search"
          type="search"
          placeholder="Container, name, cargo, reason …"
          aria-label="Search scans"
          value={filters.text}
          onInput={(event) => desk.filter({ text: event.currentTarget.value })}
        />
      </div>
      <div class="chips" role="group" aria-label="Verdicts">
        {VERDICTS.map((verdict) => (
          <button
            key={verdict}
            type="button"
            class={`chip ${verdict}`}
            aria-pressed={filters.verdicts.includes(verdict)}
            onClick={() => desk.toggle(verdict)}
          >
            <Sign verdict={verdict} />
            <span>{verdict}</span> <b>{countWords(verdicts.get(verdict) ?? 0)}</b>
          </button>
        ))}
      </div>
      <Filters desk={desk} />
      <div class="count">
        <span role="status">
          {list.length === page.scans.length
            ? `${countWords(page.scans.length)} scans`
            : `${countWords(list.length)} of ${countWords(page.scans.length)} scans`}
        </span>
        <label>
          <span class="hidden">Order</span>
          <select
            id="order"
            aria-label="Order"
            value={state.order}
            onChange={(event) => desk.sort(event.currentTarget.value as Order)}
          >
            {ORDERS.map(([order, words]) => (
              <option key={order} value={order}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Rows desk={desk} />
    </section>
  );
}

function Filters({ desk }: { desk: Desk }): JSX.Element {
  const { page } = desk;
  const { filters } = desk.state;
  const set = filtersSet(filters);
  const [open, setOpen] = useState(false);
  const of = <T extends string>(but: 'zones' | 'bands' | 'labels' | 'scanners', has: (row: Row) => readonly T[]) =>
    choices(page.scans, filters, desk.decided, but, has);
  const scanners = open ? of('scanners', (row) => [scannerOf(row)]) : new Map<string, number>();
  const labels = open ? of('labels', (row) => row.labels) : new Map<string, number>();
  return (
    <details class="filters" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Filters{set > 0 && <b class="set">{set}</b>}
        {(set > 0 || filters.text !== '' || filters.verdicts.length > 0) && (
          <button
            type="button"
            class="link"
            onClick={(event) => {
              event.preventDefault();
              desk.filter(NO_FILTERS);
            }}
          >
            Show all
          </button>
        )}
      </summary>
      {open && (
        <div class="choices">
          <label class="pair">
            <span>Decision</span>
            <select
              id="decision"
              value={filters.decision}
              onChange={(event) => desk.filter({ decision: event.currentTarget.value as DecisionFilter })}
            >
              <option value="any">any</option>
              <option value="undecided">undecided</option>
              {VERBS.map((verb) => (
                <option key={verb} value={verb}>
                  {VERB_WORDS[verb].toLowerCase()}
                </option>
              ))}
            </select>
          </label>
          <Boxes
            title="Zone"
            all={ZONE_ORDER}
            counts={of('zones', (row) => row.zones)}
            chosen={filters.zones}
            words={zoneWords}
            choose={(zones) => desk.filter({ zones })}
          />
          <Boxes
            title="Material band"
            all={BANDS}
            counts={of('bands', (row) => row.bands)}
            chosen={filters.bands}
            words={(band) => band}
            choose={(bands) => desk.filter({ bands })}
          />
          <Boxes
            title="Class"
            all={[...labels.keys()].sort()}
            counts={labels}
            chosen={filters.labels}
            words={(label) => label}
            choose={(labels) => desk.filter({ labels })}
          />
          <Boxes
            title="Scanner"
            all={[...scanners.keys()].sort()}
            counts={scanners}
            chosen={filters.scanners}
            words={(scanner) => scanner}
            choose={(scanners) => desk.filter({ scanners })}
          />
        </div>
      )}
    </details>
  );
}

function Boxes<T extends string>(props: {
  title: string;
  all: readonly T[];
  counts: Map<T, number>;
  chosen: T[];
  words: (one: T) => string;
  choose: (chosen: T[]) => void;
}): JSX.Element | null {
  const { title, all, counts, chosen, words, choose } = props;
  const shown = all.filter((one) => counts.has(one) || chosen.includes(one));
  if (shown.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {shown.map((one) => (
        <label key={one} class="box">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={(event) =>
              choose(event.currentTarget.checked ? [...chosen, one] : chosen.filter((other) => other !== one))
            }
          />
          <span>{words(one)}</span>
          <small>{countWords(counts.get(one) ?? 0)}</small>
        </label>
      ))}
    </fieldset>
  );
}

function Rows({ desk }: { desk: Desk }): JSX.Element {
  const { list, current, cursor } = desk.state;
  const box = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState(0);
  const [visible, setVisible] = useState(800);
  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setVisible(element.clientHeight));
    observer.observe(element);
    setVisible(element.clientHeight);
    return () => observer.disconnect();
  }, []);
  const at = list[cursor] === current ? cursor : -1;
  useEffect(() => {
    const element = box.current!;
    if (at >= 0) element.scrollTop = scrolledTo(at, ROW_HEIGHT, element.scrollTop, element.clientHeight);
  }, [at, list]);
  const part = span(list.length, ROW_HEIGHT, scrolled, visible);
  return (
    <div
      id="rows"
      ref={box}
      class="rows"
      role="listbox"
      aria-label="Scans"
      tabindex={0}
      aria-activedescendant={at >= part.first && at < part.end ? `row-${current}` : undefined}
      onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity }[event.key];
        if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        desk.step(by);
      }}
    >
      {list.length === 0 && <p class="none">No scan matches. Take away a filter to see more.</p>}
      <div role="presentation" style={{ height: `${part.height}px` }}>
        <div role="presentation" style={{ transform: `translateY(${part.above}px)` }}>
          {list.slice(part.first, part.end).map((place, index) => (
            <Line key={place} desk={desk} place={place} at={part.first + index} count={list.length} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** What a row says in a line: where and how heavy, or why nothing could be decided. */
export const gist = (row: Row): string => {
  const mass = row.mass_kg ? massWords(row.mass_kg[0], row.mass_kg[1], row.mass_at_least) : '';
  const found = [row.zone ? zoneWords(row.zone) : '', mass].filter(Boolean).join(' · ');
  if (row.verdict === 'flagged') return found || (row.reason ?? '');
  return row.reason ?? (found || 'nothing reached the threshold');
};

export const chance = (row: Row): string =>
  row.p_value !== undefined ? rarity(row.p_value) : row.score !== null ? row.score.toFixed(3) : '';

function Line({ desk, place, at, count }: { desk: Desk; place: number; at: number; count: number }): JSX.Element {
  const row = desk.row(place);
  const verb = desk.decided(row);
  const open = place === desk.state.current;
  const name = row.container ? containerWords(row.container.number) : row.name;
  const about = [row.cargo, row.view, row.scanner, timeWords(row.time)].filter(Boolean).join(' · ');
  return (
    <div
      id={`row-${place}`}
      role="option"
      class={`row ${row.verdict}${open ? ' open' : ''}${verb ? ' decided' : ''}`}
      aria-selected={open}
      aria-posinset={at + 1}
      aria-setsize={count}
      style={{ height: `${ROW_HEIGHT}px` }}
      onClick={() => {
        desk.openPlace(place);
        // On small screens the picture stands above the list.
        if (matchMedia('(max-width: 860px)').matches) document.getElementById('case')?.scrollIntoView();
      }}
    >
      <div class="head">
        <Sign verdict={row.verdict} />
        <span class="name" title={row.name}>
          {name}
        </span>
        {verb ? <Decision verb={verb} /> : <span class="chance">{chance(row)}</span>}
      </div>
      <div class="body">
        <div class="words">
          <span class="hidden">{row.verdict}: </span>
          <div class="gist">{gist(row)}</div>
          <div class="about">{row.container ? about || row.name : about}</div>
        </div>
        {row.thumb && <img src={urlOf(row.thumb)} alt="" loading="lazy" decoding="async" width={120} height={32} />}
      </div>
    </div>
  );
}
