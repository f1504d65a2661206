/** The decision on the open scan. */

import type { JSX } from 'preact';
import type { Row } from '../contract';
import { VERB_WORDS, VERBS, type Verb } from '../decisions';
import type { Desk } from '../desk';
import { timeWords } from '../words';
import { Key } from './marks';

const SAYS: Record<Verb, string> = {
  clear: 'Nothing to find',
  search: 'Open and search',
  second_look: 'Another analyst',
};

export function Decide({ desk, row }: { desk: Desk; row: Row }): JSX.Element {
  const standing = desk.standing(row);
  const { advance } = desk.state;
  return (
    <section class="decide" aria-label="Decision">
      <div class="big" role="group" aria-label="Decision on this scan">
        {VERBS.map((verb, at) => (
          <button
            key={verb}
            type="button"
            class={`verb ${verb}`}
            aria-pressed={standing?.decision === verb}
            aria-keyshortcuts={String(at + 1)}
            onClick={() => desk.decide(row, verb)}
          >
            <Key>{at + 1}</Key>
            <span>
              <b>{VERB_WORDS[verb]}</b>
              <small>{SAYS[verb]}</small>
            </span>
          </button>
        ))}
      </div>
      <div class="note">
        <label for="note">
          Note <Key>n</Key>
          {standing && (standing.decision !== null || standing.note !== '') && (
            <span class="muted">
              {standing.by ? `${standing.by}, ` : ''}
              {timeWords(standing.at)} UTC
            </span>
          )}
        </label>
        <textarea
          id="note"
          key={row.name}
          rows={2}
          maxLength={2000}
          placeholder="What was seen, what to look for"
          value={standing?.note ?? ''}
          onChange={(event) => desk.note(row, event.currentTarget.value.trim())}
        />
      </div>
      <div class="after">
        <label>
          <input type="checkbox" checked={advance} onChange={(event) => desk.setAdvance(event.currentTarget.checked)} />
          then the next undecided one
        </label>
        <button
          type="button"
          disabled={row.data === null}
          onClick={() => desk.set({ sheets: [desk.state.current] })}
          title="A page for the file: picture, regions, digests, signature (p)"
        >
          Print sheet <Key>p</Key>
        </button>
      </div>
    </section>
  );
}
