/**
 * The text store: users and buddy lists in memory, every effective change in a journal.
 */

import { join } from 'node:path';
import { Journal } from './journal.js';
import type { TornTail } from './journal-recovery.js';
import { type Store, StoreError } from './store.js';
import { type Applied, type EffectiveChange, UserTable } from './user-table.js';

/** The journal's name in the data directory. */
export const JOURNAL_FILE = 'journal.txt';

export interface JournalStoreOptions {
  /** Told when opening found, kept aside and cut off an interrupted write. */
  readonly onTornTail?: (tail: TornTail) => void;
}

/**
 * Opens the store in a directory, created where there is none.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, as a rejection.
 */
export async function openJournalStore(directory: string, options: JournalStoreOptions = {}): Promise<Store> {
  const table = new UserTable();
  const replay = (change: EffectiveChange) => table.apply(change).effect !== undefined;
  const journal = await Journal.open(join(directory, JOURNAL_FILE), replay);
  if (journal.tornTail !== undefined) options.onTornTail?.(journal.tornTail);

  let underWay: Promise<unknown> | undefined;
  let broken: StoreError | undefined;
  let closed: Promise<void> | undefined;

  async function append(applied: readonly Applied[]): Promise<void> {
    const effects = applied.map(({ effect }) => effect).filter((effect) => effect !== undefined);
    if (effects.length === 0) return;
    try {
      await journal.append(effects);
    } catch (error) {
      for (const change of applied.toReversed()) table.undo(change);
      if (error instanceof StoreError && error.code === 'store.broken') broken = error;
      throw error;
    }
  }

  return {
    async commit(changes) {
      if (closed !== undefined) throw new StoreError('store.closed', 'the store is closed');
      // The table may no longer agree with the disk: not even a refusal can be trusted.
      if (broken !== undefined) throw broken;
      if (underWay !== undefined) throw new StoreError('store.busy', 'a commit is under way');
      const applied = changes.map((change) => table.apply(change));
      underWay = append(applied);
      try {
        await underWay;
      } finally {
        underWay = undefined;
      }
      return applied.map(({ reply }) => reply);
    },

    async buddiesOf(id) {
      return table.buddiesOf(id);
    },

    close() {
      closed ??= Promise.resolve(underWay)
        .catch(() => {}) // whoever asked for that commit hears of it
        .then(() => journal.close());
      return closed;
    },
  };
}
