/**
 * Ids that people mistake for each other: `bob` and `b0b`, `carl` and `car1`, `mary` and `rnary`.
 */

import type { UserId } from './id.js';

/**
 * Finds a buddy whose id looks like the given id. Two ids look alike if they differ only by 0/o, 1/l/i, rn/m
 * or punctuation.
 *
 * @returns `undefined` if there is no such buddy, or if the given id is itself on the list.
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

/** Returns the same text for all ids that look alike. */
function lookOf(id: UserId): string {
  return id
    .replace(/[^a-z0-9]/g, '')
    .replaceAll('0', 'o')
    .replace(/[1i]/g, 'l')
    .replaceAll('rn', 'm');
}
