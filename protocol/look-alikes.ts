/**
 * Ids that people mistake for each other: `bob` and `b0b`, `carl` and `car1`, `mary` and `rnary`.
 */

import type { UserId } from './id.js';

/**
 * Finds the buddy whose id a reader could take this id for. The ids differ by 0/o, 1/l/i, rn/m or punctuation
 * alone.
 *
 * @returns `undefined` if there is no such buddy, or if the id is the id of a buddy itself.
 */
export function findLookAlike(id: UserId, buddies: Iterable<UserId>): UserId | undefined {
  const look = lookOf(id);
  let found: UserId | undefined;
  for (const buddy of buddies) {
    if (buddy === id) return undefined;
    if (found === undefined && lookOf(buddy) === look) found = buddy;
  }
  return found;
}

/** The same text for all ids that look alike. */
function lookOf(id: UserId): string {
  return id
    .replace(/[^a-z0-9]/g, '')
    .replaceAll('0', 'o')
    .replace(/[1i]/g, 'l')
    .replaceAll('rn', 'm');
}
