/** Signs that stand for verdicts and decisions: told apart by shape as well as by colour. */

import type { ComponentChildren, JSX } from 'preact';
import type { Verdict } from '../contract';
import { VERB_WORDS, type Verb } from '../decisions';

const SHAPES: Record<Verdict, string> = {
  flagged: 'M6 1 11.5 11H.5Z',
  failed: 'M2 .8 6 4.8 10 .8 11.2 2 7.2 6 11.2 10 10 11.2 6 7.2 2 11.2 .8 10 4.8 6 .8 2Z',
  inconclusive: 'M6 .5 11.5 6 6 11.5 .5 6Z',
  clear: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z',
};

export const Sign = ({ verdict }: { verdict: Verdict }): JSX.Element => (
  <svg class={`sign ${verdict}`} viewBox="0 0 12 12" aria-hidden="true">
    <path d={SHAPES[verdict]} />
  </svg>
);

export const Badge = ({ verdict }: { verdict: Verdict }): JSX.Element => (
  <span class={`badge ${verdict}`}>
    <Sign verdict={verdict} />
    {verdict}
  </span>
);

export const Decision = ({ verb }: { verb: Verb }): JSX.Element => (
  <span class={`decision ${verb}`}>{VERB_WORDS[verb]}</span>
);

export const Key = ({ children }: { children: ComponentChildren }): JSX.Element => <kbd>{children}</kbd>;
