/**
 * What the operator is shown about one id: its key, or why it has no user.
 */

import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import type { Users } from '../../storage/store.js';

/** The key of a user. `key` is `null` for an id without a key. */
export interface KeyFacts {
  readonly id: UserId;
  readonly key: IdentityKey | null;
  readonly serial?: number;
  readonly floor?: number;
}

/** The key of an id, or a text that says why there is no such user. */
export function keyFactsOf(users: Users, id: UserId): KeyFacts | string {
  const user = users.numberOf(id);
  if (user === -1) return whyAbsent(users, id);
  const device = users.deviceOf(user);
  if (device === undefined) return { id, key: null };
  const { identity: key, serial, floor } = device;
  return { id, key, serial, floor };
}

/** Why there is no user with this id. */
export function whyAbsent(users: Users, id: UserId): string {
  const isReserved = users.reservedSince(id) !== undefined;
  return isReserved ? `${id} is reserved, and not registered` : `${id} is not registered`;
}
