/** What the analyst is doing: which scans are listed, which one is open and how it is shown, what was decided. */

import type { Page, Region, Row, Verdict } from './contract';
import type { Ready } from './data';
import { exported, imported, standings, united, type Entry, type Imported, type Standing, type Standings, type Verb } from './decisions';
import type { Keep } from './keep';
import type { Look } from './view/look';
import type { PresetName, Shade } from './window';
import { listed, nextPlace, NO_FILTERS, type Filters, type Order } from './worklist';

export type Compare =
  | { with: 'nothing' }
  | { with: 'unprocessed' }
  | { with: 'low' }
  | { with: 'scan'; name: string };

export interface Shown extends Omit<Look, 'shade' | 'raw'> {
  preset: PresetName;
  /** A window that was set by hand, for the scans that follow too; null where the preset's is shown. */
  shade: Shade | null;
  marks: boolean;
  zones: boolean;
  repaired: boolean;
}

export type Dialog = 'help' | 'import' | null;
export type Tab = 'worklist' | 'batch';
export type Theme = 'auto' | 'light' | 'dark';

export interface State {
  tab: Tab;
  filters: Filters;
  order: Order;
  /** Places in `page.scans` of what the list shows. */
  list: number[];
  /** The open scan's place in `page.scans`; -1 where there is none. */
  current: number;
  /** Where it stands, or stood before a filter took it out, in the list. */
  cursor: number;
  region: number;
  shown: Shown;
  compare: Compare;
  entries: Entry[];
  standings: Standings;
  /** Entries that no export holds yet. */
  unexported: number;
  undo: Undo[];
  said: { text: string; undo: boolean; at: number } | null;
  dialog: Dialog;
  incoming: (Imported & { file: string }) | null;
  trouble: string | null;
  theme: Theme;
  by: string;
  advance: boolean;
  singleKeys: boolean;
  /** Scans whose sheets are being made for printing. */
  sheets: number[] | null;
}

interface Undo {
  scan: string;
  entry: Entry;
  before: Standing | undefined;
}

const SHOWN: Shown = {
  preset: 'whole',
  shade: null,
  inverse: false,
  edge: false,
  colour: false,
  balance: 0,
  plane: 0,
  heat: 0.45,
  hatch: true,
  marks: true,
  zones: false,
  repaired: false,
};

export class Desk {
  state: State;
  private readonly listeners = new Set<() => void>();
  private lastAt = '';
  private readonly exportedIds = new Set<string>();

  constructor(
    readonly page: Page,
    readonly ready: Ready,
    private readonly keep: Keep,
    private readonly prefer: Prefer,
    private readonly now: () => Date = () => new Date(),
  ) {
    const entries = keep.all();
    for (const id of prefer.get('exported', page.batch.digest).split(' ')) this.exportedIds.add(id);
    this.state = {
      tab: 'worklist',
      filters: NO_FILTERS,
      order: 'p_value',
      list: [],
      current: -1,
      cursor: 0,
      region: -1,
      shown: SHOWN,
      compare: { with: 'nothing' },
      entries,
      standings: standings(entries),
      unexported: 0,
      undo: [],
      said: null,
      dialog: null,
      incoming: null,
      trouble: keep.trouble,
      theme: (prefer.get('theme') || 'auto') as Theme,
      by: prefer.get('by'),
      advance: prefer.get('advance') !== 'off',
      singleKeys: prefer.get('keys') !== 'off',
      sheets: null,
    };
    this.state.unexported = this.count(entries);
    this.state.list = this.relist();
    const undecided = this.state.list.find((place) => this.decided(this.row(place)) === null);
    this.state.current = undecided ?? this.state.list[0] ?? -1;
    this.state.cursor = Math.max(0, this.state.list.indexOf(this.state.current));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(patch: Partial<State>): void {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  row = (place: number): Row => this.page.scans[place]!;
  get open(): Row | null {
    return this.page.scans[this.state.current] ?? null;
  }

  /** Bound, for filters take it as a function. */
  decided = (row: Row): Verb | null => this.state.standings.scans.get(row.name)?.decision ?? null;
  standing = (row: Row): Standing | undefined => this.state.standings.scans.get(row.name);
  regionStanding = (row: Row, number: number): Standing | undefined =>
    this.state.standings.regions.get(row.name)?.get(number);
  get decidedCount(): number {
    return this.page.scans.filter((row) => this.decided(row) !== null).length;
  }

  private relist(filters = this.state.filters, order = this.state.order): number[] {
    return listed(this.page.scans, filters, order, this.decided);
  }

  // What is listed.

  filter(patch: Partial<Filters>): void {
    const filters = { ...this.state.filters, ...patch };
    const list = this.relist(filters);
    this.set({ filters, list, cursor: Math.max(0, list.indexOf(this.state.current)) });
  }

  toggle(verdict: Verdict): void {
    const { verdicts } = this.state.filters;
    this.filter({ verdicts: verdicts.includes(verdict) ? verdicts.filter((one) => one !== verdict) : [...verdicts, verdict] });
  }

  sort(order: Order): void {
    const list = this.relist(this.state.filters, order);
    this.set({ order, list, cursor: Math.max(0, list.indexOf(this.state.current)) });
  }

  // Which scan is open.

  openPlace(place: number): void {
    if (place < 0 || place === this.state.current) return;
    const { compare } = this.state;
    this.set({
      current: place,
      cursor: Math.max(0, this.state.list.indexOf(place)),
      region: -1,
      compare: compare.with === 'scan' ? { with: 'nothing' } : compare,
    });
  }

  step(by: number): void {
    const { list, cursor, current } = this.state;
    if (list.length === 0) return;
    const at = list[cursor] === current ? cursor + by : by > 0 ? cursor : cursor - 1;
    const to = Math.min(Math.max(at, 0), list.length - 1);
    this.openPlace(list[to]!);
  }

  private openNextUndecided(list: number[], from: number): void {
    const at = nextPlace(list, from, (place) => this.decided(this.row(place)) === null);
    if (at >= 0) this.openPlace(list[at]!);
  }

  chooseRegion(region: number): void {
    this.set({ region });
  }

  stepRegion(by: number, count: number): void {
    if (count === 0) return;
    const { region } = this.state;
    this.set({ region: region < 0 ? (by > 0 ? 0 : count - 1) : (region + by + count) % count });
  }

  show(patch: Partial<Shown>): void {
    this.set({ shown: { ...this.state.shown, ...patch } });
  }

  // Decisions.

  decide(row: Row, decision: Verb | null): void {
    const before = this.standing(row);
    const again = before?.decision === decision ? null : decision;
    const { list, cursor } = this.state;
    this.write(row, undefined, { decision: again, note: before?.note ?? '' });
    const at = list[cursor] === this.state.current ? cursor : -1;
    if (again !== null && this.state.advance && this.open === row) this.openNextUndecided(list, at);
  }

  decideRegion(row: Row, number: number, region: Region, decision: Verb | null): void {
    const before = this.regionStanding(row, number);
    const again = before?.decision === decision ? null : decision;
    this.write(row, { number, region }, { decision: again, note: before?.note ?? '' });
  }

  note(row: Row, note: string): void {
    const before = this.standing(row);
    if ((before?.note ?? '') !== note) this.write(row, undefined, { decision: before?.decision ?? null, note });
  }

  noteRegion(row: Row, number: number, region: Region, note: string): void {
    const before = this.regionStanding(row, number);
    if ((before?.note ?? '') !== note) this.write(row, { number, region }, { decision: before?.decision ?? null, note });
  }

  undo(): void {
    const last = this.state.undo.at(-1);
    if (!last) return;
    const { entry, before } = last;
    this.add([{ ...entry, ...this.stamp(), decision: before?.decision ?? null, note: before?.note ?? '' }]);
    const place = this.page.scans.findIndex((row) => row.name === last.scan);
    const undo = this.state.undo.slice(0, -1);
    this.openPlace(place);
    this.set({ undo });
    this.say(`Taken back: ${this.nameOf(this.row(place))}${entry.region ? `, region ${entry.region.number}` : ''}`);
  }

  private write(row: Row, about: { number: number; region: Region } | undefined, what: Pick<Entry, 'decision' | 'note'>): void {
    const before = about ? this.regionStanding(row, about.number) : this.standing(row);
    const ref = about && {
      number: about.number,
      box_px: about.region.box_px,
      score: about.region.score,
      zone: about.region.zone,
    };
    const entry: Entry = {
      ...this.stamp(),
      by: this.state.by,
      scan: row.name,
      sha256: row.sha256,
      ...(ref && { region: ref }),
      ...what,
    };
    this.add([entry]);
    this.set({ undo: [...this.state.undo, { scan: row.name, entry, before }] });
    const words = { clear: 'clear', search: 'search', second_look: 'second look' };
    const changed = before?.decision !== what.decision;
    const verb = what.decision ? words[what.decision] : 'undecided';
    const name = `${this.nameOf(row)}${about ? `, region ${about.number}` : ''}`;
    const [decided, all] = [this.decidedCount, this.page.scans.length];
    const progress = decided === all ? `all ${all} decided: export them` : `${decided} of ${all} decided`;
    this.say(`${name}: ${changed ? verb : 'note kept'} · ${progress}`, true);
  }

  nameOf = (row: Row): string => row.container?.number ?? row.name;

  /** Entries of one window are later one by one, however fast they come. */
  private stamp(): { id: string; at: string } {
    let at = this.now().toISOString();
    if (at <= this.lastAt) at = new Date(Date.parse(this.lastAt) + 1).toISOString();
    this.lastAt = at;
    return { id: crypto.getRandomValues(new Uint32Array(3)).reduce((id, part) => id + part.toString(36), ''), at };
  }

  private add(entries: Entry[]): void {
    this.keep.add(entries);
    this.took(united(this.state.entries, entries));
  }

  private took(entries: Entry[]): void {
    this.state = { ...this.state, entries, standings: standings(entries) };
    const list = this.relist();
    const at = list.indexOf(this.state.current);
    const cursor = at >= 0 ? at : Math.min(this.state.cursor, Math.max(0, list.length - 1));
    this.set({ list, cursor, unexported: this.count(entries), trouble: this.keep.trouble });
  }

  /** Another window of this batch wrote something. */
  otherWindow(key: string | null): void {
    if (this.keep.concerns(key)) this.took(united(this.state.entries, this.keep.all()));
  }

  private count(entries: Entry[]): number {
    return entries.filter((entry) => !this.exportedIds.has(entry.id)).length;
  }

  // Files.

  export(): { name: string; text: string } {
    const { entries, by } = this.state;
    const document = exported(this.page.batch, this.page.generator.version, this.page.scans, entries, by, this.now());
    for (const { id } of entries) this.exportedIds.add(id);
    this.prefer.set('exported', [...this.exportedIds].filter(Boolean).join(' '), this.page.batch.digest);
    this.set({ unexported: 0 });
    this.say(`${document.scans.length} decisions exported`);
    const day = document.exported.slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
    return { name: `decisions-${this.page.batch.digest.slice(0, 8)}-${day}.json`, text: `${JSON.stringify(document, null, 2)}\n` };
  }

  /** Reads a document and asks; `takeIn` takes it. */
  offer(text: string, file: string): void {
    try {
      this.set({
        incoming: { ...imported(text, this.page.batch, this.page.scans, this.state.entries), file },
        dialog: 'import',
      });
    } catch (error) {
      this.say(`${file} cannot be imported: ${(error as Error).message}`);
    }
  }

  takeIn(): void {
    const { incoming } = this.state;
    if (!incoming) return;
    // They are in a file already.
    for (const { id } of incoming.entries) this.exportedIds.add(id);
    this.prefer.set('exported', [...this.exportedIds].filter(Boolean).join(' '), this.page.batch.digest);
    this.add(incoming.entries);
    this.set({ incoming: null, dialog: null });
    this.say(`${incoming.entries.length} entries taken from ${incoming.file}`);
  }

  // Everything else.

  say(text: string, undo = false): void {
    this.set({ said: { text, undo, at: Date.now() } });
  }

  setTheme(theme: Theme): void {
    this.prefer.set('theme', theme);
    this.set({ theme });
  }

  setBy(by: string): void {
    this.prefer.set('by', by);
    this.set({ by });
  }

  setAdvance(advance: boolean): void {
    this.prefer.set('advance', advance ? 'on' : 'off');
    this.set({ advance });
  }

  setSingleKeys(singleKeys: boolean): void {
    this.prefer.set('keys', singleKeys ? 'on' : 'off');
    this.set({ singleKeys });
  }
}

/** What an analyst prefers, kept in the browser. */
export class Prefer {
  constructor(private readonly storage: Storage | null) {}

  private key = (name: string, of: string): string => `portray-review-prefer:${name}${of && `:${of}`}`;

  get(name: string, of = ''): string {
    try {
      return this.storage?.getItem(this.key(name, of)) ?? '';
    } catch {
      return '';
    }
  }

  set(name: string, value: string, of = ''): void {
    try {
      this.storage?.setItem(this.key(name, of), value);
    } catch {
      // A preference that cannot be kept is asked for again.
    }
  }
}
