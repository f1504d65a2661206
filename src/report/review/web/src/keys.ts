/** The keys: what they do, and the list of them that help shows. */

import type { Desk, State } from './desk';
import { VERBS } from './decisions';
import { adjusted, PRESETS } from './window';
import type { View } from './view/view';
import type { Scan } from './scan';

export const HELP: [string, [string, string][]][] = [
  [
    'Worklist',
    [
      ['j k', 'next and previous scan'],
      ['Enter', 'to the picture'],
      ['/', 'search'],
      ['b', 'batch and back'],
    ],
  ],
  [
    'Decide',
    [
      ['1', 'clear'],
      ['2', 'search'],
      ['3', 'second look'],
      ['Shift+1 2 3', 'the same for the chosen region'],
      ['n', 'note'],
      ['u', 'take the last one back'],
      ['p', 'print sheet'],
    ],
  ],
  [
    'Picture',
    [
      ['r R', 'next and previous region'],
      ['Esc', 'no region, whole container'],
      ['+ −', 'zoom (or the wheel)'],
      ['f', 'whole container'],
      ['o', 'a screen pixel a pixel'],
      ['arrows', 'pan, where the picture has the focus'],
    ],
  ],
  [
    'Window',
    [
      ['Alt+1 … 5', 'whole, light, medium, dense, linear'],
      [', .', 'lighter, darker'],
      ['< >', 'narrower, wider'],
      ['a', 'fit to what is in sight'],
      ['Shift+drag', 'across the width, up and down the level (or the right button)'],
    ],
  ],
  [
    'Show',
    [
      ['Space', 'findings on and off'],
      ['e', 'edges'],
      ['i', 'inverse'],
      ['c', 'materials (dual energy)'],
      ['w', 'low energy'],
      ['h', 'what was not penetrated'],
      ['g', 'zones'],
      ['m', 'repaired pixels'],
      ['x', 'unprocessed beside it'],
      ['v', 'other view beside it'],
    ],
  ],
];

export interface Hands {
  desk: Desk;
  view: () => View | null;
  scan: () => Scan | null;
  /** The open scan's window. */
  shade: () => NonNullable<State['shown']['shade']> | null;
  fit: () => void;
  focus: (id: string) => void;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('input:not([type=range]):not([type=checkbox]), textarea, select') || target.isContentEditable);

/** The letter, also on keyboards whose letters are not Latin. */
const letter = (event: KeyboardEvent): string =>
  /^[\x20-\x7e]$/.test(event.key) || event.key.length > 1 ? event.key : event.code.replace(/^Key/, '').toLowerCase();

/** Digits stand on the same keys everywhere, though some keyboards want Shift for them. */
const digit = (event: KeyboardEvent): number => Number(event.code.match(/^(?:Digit|Numpad)([1-9])$/)?.[1] ?? 0);

/** Does what a key stands for; whether it stood for anything. */
export function pressed(event: KeyboardEvent, hands: Hands): boolean {
  const { desk } = hands;
  const { state } = desk;
  if (event.key === 'Escape') return escaped(event, hands);
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'z' || event.shiftKey || typing(event.target)) return false;
    desk.undo();
    return true;
  }
  if (typing(event.target) || state.dialog || state.sheets) return false;
  const number = digit(event);
  if (event.altKey) {
    const preset = PRESETS[number - 1];
    if (preset) desk.show({ preset: preset.name, shade: null });
    return preset !== undefined;
  }
  if (!state.singleKeys) return false;
  const key = letter(event);
  if (key === 'b') {
    desk.set({ tab: state.tab === 'batch' ? 'worklist' : 'batch' });
    return true;
  }
  if (key === '?') {
    desk.set({ dialog: 'help' });
    return true;
  }
  if (state.tab !== 'worklist') return false;
  return ofWorklist(key, number, event, hands);
}

function escaped(event: KeyboardEvent, { desk, fit, focus }: Hands): boolean {
  const { state } = desk;
  if (state.dialog) desk.set({ dialog: null, incoming: null });
  else if (state.sheets) desk.set({ sheets: null });
  else if (typing(event.target)) focus('rows');
  else {
    desk.chooseRegion(-1);
    fit();
  }
  return true;
}

function ofWorklist(key: string, number: number, event: KeyboardEvent, hands: Hands): boolean {
  const { desk, view, scan, shade } = hands;
  const { shown, region, compare } = desk.state;
  const row = desk.open;
  const open = scan();
  // Space and Enter are what these are worked with.
  const control = event.target instanceof HTMLElement && event.target.matches('button, summary, a, input');
  const verb = VERBS[number - 1];
  if (verb && row) {
    if (!event.shiftKey) desk.decide(row, verb);
    else {
      const chosen = open?.report.regions[region];
      if (chosen) desk.decideRegion(row, region + 1, chosen, verb);
      else desk.say('Choose a region first (r), then Shift and 1, 2 or 3');
    }
    return true;
  }
  const current = shade();
  const window = (level: number, width: number): void => {
    if (!current || !open) return;
    const wide = current.high - current.low;
    desk.show({ shade: adjusted(current, level * wide * 0.1, width, open.most) });
  };
  const regions = open?.report.regions.length ?? 0;
  const actions: Record<string, () => void> = {
    j: () => desk.step(1),
    k: () => desk.step(-1),
    '/': () => hands.focus('search'),
    n: () => hands.focus('note'),
    u: () => desk.undo(),
    p: () => row?.data && desk.set({ sheets: [desk.state.current] }),
    r: () => desk.stepRegion(1, regions),
    R: () => desk.stepRegion(-1, regions),
    f: () => hands.fit(),
    o: () => view()?.oneToOne(),
    '+': () => view()?.zoom(1.5),
    '=': () => view()?.zoom(1.5),
    '-': () => view()?.zoom(1 / 1.5),
    ',': () => window(1, 1),
    '.': () => window(-1, 1),
    '<': () => window(0, 1 / 1.2),
    '>': () => window(0, 1.2),
    a: () => autoWindow(hands),
    e: () => desk.show({ edge: !shown.edge }),
    i: () => desk.show({ inverse: !shown.inverse }),
    c: () => desk.show({ colour: !shown.colour }),
    w: () => desk.show({ plane: shown.plane === 1 ? 0 : 1 }),
    h: () => desk.show({ hatch: !shown.hatch }),
    g: () => desk.show({ zones: !shown.zones }),
    m: () => desk.show({ repaired: !shown.repaired }),
    x: () => desk.set({ compare: compare.with === 'unprocessed' ? { with: 'nothing' } : { with: 'unprocessed' } }),
    v: () => otherView(desk),
  };
  if (!control) {
    actions[' '] = () => desk.show({ marks: !shown.marks });
    actions['Enter'] = () => hands.focus('picture');
  }
  const action = actions[key];
  action?.();
  return action !== undefined;
}

function autoWindow({ desk, view, scan, shade }: Hands): void {
  const [open, current, shown] = [scan(), shade(), view()];
  if (open && current && shown) desk.show({ shade: shown.fittedWindow(current.curve) });
}

function otherView(desk: Desk): void {
  const row = desk.open;
  const { compare } = desk.state;
  const number = row?.container?.number;
  const other = desk.page.scans.find((one) => one !== row && one.data && number && one.container?.number === number);
  if (!other) desk.say('There is no other view of this container in the batch');
  else if (compare.with === 'scan') desk.set({ compare: { with: 'nothing' } });
  else desk.set({ compare: { with: 'scan', name: other.name } });
}
