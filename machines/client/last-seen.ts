import type { Buddy } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';

/** When this client last saw buddies before they went offline; milliseconds since 1970. */
export type LastSeen = ReadonlyMap<UserId, number>;

/**
 * Adds a buddy list as it is now: buddies that are there are seen, and buddies off the list are forgotten.
 */
export function seenAt(lastSeen: LastSeen, buddies: readonly Buddy[], atMs: number): LastSeen {
  const seen = new Map<UserId, number>();
  for (const { id, status } of buddies) {
    const at = status === 101 ? lastSeen.get(id) : atMs;
    if (at !== undefined) seen.set(id, at);
  }
  return seen;
}
