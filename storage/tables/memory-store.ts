/**
 * The reference store: keeps everything in memory only. It shows the behaviour that the contract requires,
 * without persistence.
 */

import { type Store, StoreError } from '../store.js';
import { UserTable } from './user-table.js';

/**
 * Opens a new, empty store.
 *
 * @param sync Called for each commit. The changes of the commit count as durable once the promise resolves.
 * The default promise resolves in a later event-loop iteration, like the write of a store on disk.
 */
export function openMemoryStore(sync: () => Promise<unknown> = () => new Promise(setImmediate)): Store {
  const table = new UserTable();
  let underWay: Promise<unknown> | undefined;
  let closed = false;
  let lastChange = 0;

  return {
    async commit(changes) {
      if (closed) throw new StoreError('store.closed', 'the store is closed');
      if (underWay !== undefined) throw new StoreError('store.busy', 'a commit is under way');
      const applied = changes.map((change) => table.apply(change));
      underWay = sync();
      await underWay;
      underWay = undefined;
      table.commit();
      lastChange += applied.filter(({ effect }) => effect !== undefined).length;
      return applied.map(({ verdict }) => verdict);
    },

    async catchUp() {
      if (closed) throw new StoreError('store.closed', 'the store is closed');
    },

    get lastChange() {
      return lastChange;
    },

    takeExpulsions: () => table.takeExpulsions(),

    users: table,

    async close() {
      closed = true;
      table.close();
      await underWay;
    },
  };
}
