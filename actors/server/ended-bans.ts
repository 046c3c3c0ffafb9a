/**
 * Drops the bans that have ended: otherwise a program that bans addresses for hours would fill the store. The
 * server does so only when a ban is made, and only once in a while, because it searches all bans.
 */

import { MAX_BANS, type StoreChange, type Users } from '../../storage/store.js';

/** With fewer bans, those that have ended stay, and the operator can list them. */
const MIN_BANS = 1_000;

/** The maximum number of bans that one group of changes drops. */
export const MAX_DROPPED = 4_096;

export class EndedBans {
  /** The number of bans from which on they are searched. */
  #searchedFrom = MIN_BANS;

  /**
   * The changes that drop ended bans, to be made before a group of changes.
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
