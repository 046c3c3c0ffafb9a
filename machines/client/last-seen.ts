import { type BuddyList, stillKnown } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';

/** When this client last saw buddies before they went offline; milliseconds since 1970. */
export type LastSeen = ReadonlyMap<UserId, number>;

/**
 * Adds a buddy list as it is now: buddies that are there are seen, and buddies off the list are forgotten.
 * Those missing from a list that may be cut may be on it all the same: when they were seen before still holds.
 */
export function seenAt(lastSeen: LastSeen, buddies: BuddyList, atMs: number): LastSeen {
  const seen = stillKnown(lastSeen, buddies);
  for (const { id, status } of buddies) {
    if (status !== 101) seen.set(id, atMs);
  }
  return seen;
}
