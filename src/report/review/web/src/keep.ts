/**
 * Where entries are kept between visits: the browser's local storage, under the batch's digest. Each window writes under keys of
 * its own and reads everyone's, so two windows never write over each other.
 */

import { checkEntry, inOrder, united, type Entry } from './decisions';

/** Entries to a key: a change writes one key, not all that was ever decided. */
const CHUNK = 100;

export class Keep {
  private readonly prefix: string;
  private readonly mine: Entry[] = [];
  /** Why nothing can be kept; null where it can. */
  trouble: string | null = null;

  constructor(
    private readonly storage: Storage | null,
    digest: string,
    private readonly window: string,
  ) {
    this.prefix = `portray-review:${digest}:`;
    if (!storage) this.trouble = 'this browser keeps nothing for pages opened from files';
  }

  /** Everything that any window kept for this batch. What cannot be read is left where it is. */
  all(): Entry[] {
    if (!this.storage) return [...this.mine];
    let entries: Entry[] = [];
    for (let i = 0; i < this.storage.length; i++) {
      const key = this.storage.key(i);
      if (!key?.startsWith(this.prefix)) continue;
      try {
        const found: unknown = JSON.parse(this.storage.getItem(key) ?? '[]');
        if (!Array.isArray(found)) continue;
        found.forEach((entry, at) => checkEntry(entry, `${key}[${at}]`));
        entries = entries.concat(found as Entry[]);
      } catch {
        this.trouble = 'some earlier decisions could not be read back; they are still in the browser’s storage';
      }
    }
    return united(entries, this.mine);
  }

  add(entries: Entry[]): void {
    const first = Math.floor(this.mine.length / CHUNK);
    this.mine.push(...[...entries].sort(inOrder));
    if (!this.storage) return;
    try {
      for (let chunk = first; chunk * CHUNK < this.mine.length; chunk++) {
        const part = this.mine.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
        this.storage.setItem(`${this.prefix}${this.window}:${chunk}`, JSON.stringify(part));
      }
      this.trouble = null;
    } catch {
      this.trouble = 'the browser’s storage is full or closed: export the decisions before you close this page';
    }
  }

  /** Whether a change of this key concerns this batch. */
  concerns(key: string | null): boolean {
    return key === null || key.startsWith(this.prefix);
  }
}

/** The browser's storage, where the page may use it. */
export function localStorageOrNone(): Storage | null {
  try {
    const storage = window.localStorage;
    storage.setItem('portray-review', '1');
    storage.removeItem('portray-review');
    return storage;
  } catch {
    return null;
  }
}
