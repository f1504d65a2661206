/** The page: top, worklist, open scan; or the batch; dialogs over them. */

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Desk, Theme } from '../desk';
import { HELP, pressed } from '../keys';
import { counted, countWords } from '../words';
import { Batch } from './Batch';
import { Case, shadeOf, type Views } from './Case';
import { useDesk } from './hooks';
import { List } from './List';
import { Key } from './marks';
import { Sheets } from './Sheets';
import type { Scan } from '../scan';

export function App({ desk }: { desk: Desk }): JSX.Element {
  const state = useDesk(desk);
  const views = useMemo<Views>(() => ({ main: null }), []);
  const scan = useRef<Scan | null>(null);
  const row = desk.open;
  useEffect(() => {
    scan.current = null;
    let wanted = true;
    if (row?.data) {
      desk.ready.scan(row).then(
        (found) => {
          if (wanted) scan.current = found;
        },
        () => undefined,
      );
    }
    return () => {
      wanted = false;
    };
  }, [desk, row]);
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = state.theme;
  }, [state.theme]);
  useEffect(() => {
    const hands = {
      desk,
      view: () => views.main,
      scan: () => scan.current,
      shade: () => scan.current && shadeOf(scan.current, desk.state.shown),
      fit: () => views.main?.fit(),
      focus: (id: string) => {
        const element = id === 'picture' ? document.querySelector<HTMLElement>('.picture canvas[tabindex]') : document.getElementById(id);
        element?.focus();
      },
    };
    const down = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && pressed(event, hands)) event.preventDefault();
    };
    const leave = (event: BeforeUnloadEvent): void => {
      if (desk.state.unexported > 0) event.preventDefault();
    };
    const other = (event: StorageEvent): void => desk.otherWindow(event.key);
    document.addEventListener('keydown', down);
    window.addEventListener('beforeunload', leave);
    window.addEventListener('storage', other);
    return () => {
      document.removeEventListener('keydown', down);
      window.removeEventListener('beforeunload', leave);
      window.removeEventListener('storage', other);
    };
  }, [desk, views]);
  if (state.sheets) return <Sheets desk={desk} places={state.sheets} />;
  return (
    <div class="page">
      <a class="skip" href={state.tab === 'batch' ? '#batch' : '#case'}>
        {state.tab === 'batch' ? 'To the batch' : 'To the open scan'}
      </a>
      <Top desk={desk} />
      {state.trouble && (
        <p class="banner bad" role="alert">
          <b>Decisions are not kept.</b> {state.trouble}. Export them before you close this page.
        </p>
      )}
      {state.tab === 'batch' ? (
        <Batch desk={desk} />
      ) : (
        <div class="work">
          <List desk={desk} />
          <Case desk={desk} views={views} />
        </div>
      )}
      <Said desk={desk} />
      {state.dialog === 'help' && <Help desk={desk} />}
      {state.dialog === 'import' && <Incoming desk={desk} />}
    </div>
  );
}

const THEMES: [Theme, string][] = [
  ['auto', 'as the system'],
  ['light', 'light'],
  ['dark', 'dark'],
];

function Top({ desk }: { desk: Desk }): JSX.Element {
  const { state, page } = desk;
  const file = useRef<HTMLInputElement>(null);
  const decided = desk.decidedCount;
  const all = page.scans.length;
  return (
    <header class="top">
      <h1>
        portray <span>review</span>
      </h1>
      <nav aria-label="Page">
        {(['worklist', 'batch'] as const).map((tab) => (
          <button key={tab} type="button" aria-current={state.tab === tab ? 'page' : undefined} onClick={() => desk.set({ tab })}>
            {tab === 'worklist' ? 'Worklist' : 'Batch'}
          </button>
        ))}
      </nav>
      <span class="batch-name" title={page.batch.digest}>
        {page.batch.name}
      </span>
      <div class="progress">
        <progress max={all} value={decided} aria-label="Decided scans" />
        <span id="progress">
          {countWords(decided)} of {countWords(all)} decided
        </span>
      </div>
      <div class="actions">
        <label class="by">
          <span class="hidden">Your name or initials</span>
          <input
            type="text"
            placeholder="Your initials"
            aria-label="Your name or initials"
            maxLength={80}
            value={state.by}
            onChange={(event) => desk.setBy(event.currentTarget.value.trim())}
          />
        </label>
        <button type="button" disabled={state.undo.length === 0} onClick={() => desk.undo()} title="Take the last decision back (u)">
          Undo
        </button>
        <button type="button" class={state.unexported > 0 ? 'primary' : ''} onClick={() => download(desk.export())}>
          Export{state.unexported > 0 && <b class="set">{countWords(state.unexported)}</b>}
        </button>
        <button type="button" onClick={() => file.current?.click()}>
          Import
        </button>
        <input
          ref={file}
          type="file"
          id="import"
          accept=".json,application/json"
          hidden
          aria-label="Decisions to import"
          onChange={(event) => {
            const input = event.currentTarget;
            const chosen = input.files?.[0];
            if (chosen) void chosen.text().then((text) => desk.offer(text, chosen.name));
            input.value = '';
          }}
        />
        <label class="theme">
          <span class="hidden">Colours</span>
          <select
            aria-label="Colours of the page"
            value={state.theme}
            onChange={(event) => desk.setTheme(event.currentTarget.value as Theme)}
          >
            {THEMES.map(([theme, words]) => (
              <option key={theme} value={theme}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => desk.set({ dialog: 'help' })} aria-label="Keys and help (?)">
          ?
        </button>
      </div>
    </header>
  );
}

function download({ name, text }: { name: string; text: string }): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** How long a line about what was just done stays. */
const STAYS = 6000;

function Said({ desk }: { desk: Desk }): JSX.Element {
  const { said, undo } = desk.state;
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => desk.set({ said: null }), STAYS);
    return () => clearTimeout(timer);
  }, [desk, said]);
  return (
    <div class="said" role="status" aria-live="polite">
      {said && (
        <div>
          <span>{said.text}</span>
          {said.undo && undo.length > 0 && (
            <button type="button" onClick={() => desk.undo()}>
              Undo <Key>u</Key>
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Modal({ desk, title, children }: { desk: Desk; title: string; children: (JSX.Element | null)[] }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
  }, []);
  return (
    <dialog
      ref={box}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        desk.set({ dialog: null, incoming: null });
      }}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

function Help({ desk }: { desk: Desk }): JSX.Element {
  return (
    <Modal desk={desk} title="Keys">
      {[
        <div class="keys" key="keys">
          {HELP.map(([title, keys]) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(([key, words]) => (
                  <div key={key}>
                    <dt>
                      <Key>{key}</Key>
                    </dt>
                    <dd>{words}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>,
        <p class="muted" key="kept">
          Decisions stay in this browser, under this batch. Export them to hand them on: portray decisions reads the file.
        </p>,
        <div class="buttons" key="buttons">
          <label>
            <input
              type="checkbox"
              checked={desk.state.singleKeys}
              onChange={(event) => desk.setSingleKeys(event.currentTarget.checked)}
            />
            keys without Ctrl or Alt
          </label>
          <button type="button" class="primary" onClick={() => desk.set({ dialog: null })}>
            Close
          </button>
        </div>,
      ]}
    </Modal>
  );
}

function Incoming({ desk }: { desk: Desk }): JSX.Element {
  const incoming = desk.state.incoming!;
  return (
    <Modal desk={desk} title={`Import ${incoming.file}`}>
      {[
        <ul key="what">
          <li>
            <b>{counted(incoming.entries.length, 'new entry').replace('entrys', 'entries')}</b> on scans of this batch
          </li>
          {incoming.known > 0 ? <li>{countWords(incoming.known)} are here already</li> : null}
          {incoming.foreign > 0 ? <li>{countWords(incoming.foreign)} on scans that are not in this batch are left out</li> : null}
          {incoming.changed.length > 0 ? (
            <li class="odd">
              {counted(incoming.changed.length, 'decision')} of this page will change, as the file’s are later:{' '}
              {incoming.changed.slice(0, 5).join(', ')}
              {incoming.changed.length > 5 ? ' …' : ''}
            </li>
          ) : null}
        </ul>,
        incoming.other_batch ? (
          <p key="other" class="odd">
            The file is of another batch; scans with the same bytes are taken for the same.
          </p>
        ) : null,
        <p key="kept" class="muted">
          What was decided before stays in the history.
        </p>,
        <div class="buttons" key="buttons">
          <button type="button" onClick={() => desk.set({ dialog: null, incoming: null })}>
            Cancel
          </button>
          <button type="button" class="primary" disabled={incoming.entries.length === 0} onClick={() => desk.takeIn()}>
            Import
          </button>
        </div>,
      ]}
    </Modal>
  );
}
