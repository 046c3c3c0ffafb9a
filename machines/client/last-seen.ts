import { type BuddyList, stillKnown } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';

/** When this client last saw each buddy online, in milliseconds since 1970. */
export type LastSeen = ReadonlyMap<UserId, number>;

/**
 * Adds a new buddy list: records the time for buddies who are not offline, and removes buddies who are not on
 * the list. Removes none if the list may be cut, because missing buddies may be beyond the cut.
 */
export function seenAt(lastSeen: LastSeen, buddies: BuddyList, atMs: number): LastSeen {
  const seen = stillKnown(lastSeen, buddies);
  for (const { id, status } of buddies) {
    if (status !== 101) seen.set(id, atMs);
  }
  return seen;
}
