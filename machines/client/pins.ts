/**
 * What the client knows about the key of one buddy, as it is stored. The rules are in `trust.ts` and
 * `private-calls.ts`.
 */

import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';

/** Who vouched for a key: the server named it, or the user compared the words or gave the key itself. */
export type PinnedBy = 'server' | 'words' | 'key';

/** A key, and its floor: devices with a lower serial are revoked. */
export interface KeyFloor {
  readonly key: IdentityKey;
  readonly floor: number;
}

/** The key that belongs to a buddy, until the user decides otherwise. */
export interface Pin extends KeyFloor {
  readonly by: PinnedBy;
  /** The key that the server names instead of the pinned one. While it is set, there are no calls. */
  readonly other?: KeyFloor;
}

/**
 * The stored trust in a buddy. `undefined`: no key is known. `damaged`: a line of the file that may be about
 * this buddy is not readable, so a key may have been known.
 */
export type StoredTrust = Pin | 'damaged' | undefined;

/** The states of the trust in a buddy. */
export type TrustLevel = 'unknown' | 'pinned' | 'verified' | 'changed' | 'damaged';

/** What is known about the key of a buddy. `open`: the server said that there is none. */
export type BuddyTrust = Exclude<TrustLevel, 'unknown'> | 'open';

/** The buddies about whose keys something is known. */
export type BuddyTrusts = ReadonlyMap<UserId, BuddyTrust>;

/** From the keeper of keys to the owner of call control. */
export type TrustReport =
  /** All that is known, if it has changed; `undefined`: the user has no key here. */
  | { readonly type: 'trust.reported'; readonly trust: BuddyTrusts | undefined }
  /** The server names another key than the pinned one, or the pinned one again. */
  | { readonly type: 'key.reported'; readonly buddy: UserId; readonly became: 'changed' | 'unchanged' };

/** The state of the trust that is stored. */
export function trustLevelOf(trust: StoredTrust): TrustLevel {
  if (trust === undefined) return 'unknown';
  if (trust === 'damaged') return 'damaged';
  if (trust.other !== undefined) return 'changed';
  return trust.by === 'server' ? 'pinned' : 'verified';
}
