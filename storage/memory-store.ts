/**
 * The reference store: everything in memory, gone with the process. It says what a store must do
 * without saying how to keep it.
 */

import { type Store, StoreError } from './store.js';
import { UserTable } from './user-table.js';

/** Opens a new, empty store. */
export function openMemoryStore(): Store {
  const table = new UserTable();
  let committing = false;
  let closed = false;

  return {
    async commit(changes) {
      if (closed) throw new StoreError('store.closed', 'the store is closed');
      if (committing) throw new StoreError('store.busy', 'a commit is under way');
      committing = true;
      const replies = changes.map((change) => table.apply(change).reply);
      // Like a store that writes, settle in a later turn, so that overlap is possible to test.
      await new Promise(setImmediate);
      committing = false;
      return replies;
    },

    async buddiesOf(id) {
      return table.buddiesOf(id);
    },

    async close() {
      closed = true;
    },
  };
}
