/**
 * Drops the bans that have ended. Otherwise a program that bans many addresses for a few hours each would
 * fill the store. A search for ended bans reads all bans. The server therefore searches only when a ban is
 * made, and usually not again until the number of bans has doubled.
 */

import { MAX_BANS, type StoreChange, type Users } from '../../storage/store.js';

/** If there are fewer bans than this, ended bans are not dropped, and the operator can list them. */
const MIN_BANS = 1_000;

/** The maximum number of bans that one group of changes drops. */
export const MAX_DROPPED = 4_096;

export class EndedBans {
  /** The bans are searched if there are at least this many. */
  #searchedFrom = MIN_BANS;

  /**
   * Returns the changes that drop ended bans. The store must make them before the requested changes.
   *
   * @param nowMs A Unix time in milliseconds.
   */
  dropsFor(requested: readonly StoreChange[], users: Users, nowMs: number): readonly StoreChange[] {
    const count = users.countBans();
    if (count < this.#searchedFrom || !requested.some(({ op }) => op === 'BAN')) return [];
    const ended = users.endedBans(nowMs, MAX_DROPPED);
    if (ended.length < MAX_DROPPED) {
      this.#searchedFrom = Math.min(MAX_BANS, Math.max(MIN_BANS, 2 * (count - ended.length)));
    }
    return ended.map((target) => ({ op: 'UNBAN', target, endedMs: nowMs }));
  }
}
