/**
 * The stored knowledge of the client about the key of one buddy. The rules are in `trust.ts` and
 * `private-calls.ts`.
 */

import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';

/** Why a key is pinned: the server named it, or the user compared the words, or the user gave the key. */
export type PinnedBy = 'server' | 'words' | 'key';

/** A key, and its floor: devices with a lower serial are revoked. */
export interface KeyFloor {
  readonly key: IdentityKey;
  readonly floor: number;
}

/** The pinned key of a buddy. It counts as the buddy's key until the user decides otherwise. */
export interface Pin extends KeyFloor {
  readonly by: PinnedBy;
  /** The key that the server names instead of the pinned key. While `other` is set, no calls are possible. */
  readonly other?: KeyFloor;
}

/**
 * The stored trust in a buddy. `undefined`: no key is known. `damaged`: a damaged line of the file may have
 * been about this buddy, so a key may have been known.
 */
export type StoredTrust = Pin | 'damaged' | undefined;

/** The states of the trust in a buddy. */
export type TrustLevel = 'unknown' | 'pinned' | 'verified' | 'changed' | 'damaged';

/** What is known about the key of a buddy. `open`: the server said that the buddy has no key. */
export type BuddyTrust = Exclude<TrustLevel, 'unknown'> | 'open';

/** What is known about the key of a buddy who was just added. `unknown`: the server did not say. */
export type AddedTrust = TrustLevel | 'open';

/** The buddies about whose keys something is known. */
export interface BuddyTrusts extends ReadonlyMap<UserId, BuddyTrust> {
  /** Set if a key may be missing: the file was not read yet, or a part of it cannot be read. */
  readonly isPartial?: true;
}

/** Reports from the trust actor to the owner of call control. */
export type TrustReport =
  /** All that is known, sent when it has changed. `undefined`: the user has no key on this machine. */
  | { readonly type: 'trust.reported'; readonly trust: BuddyTrusts | undefined }
  /** The server names a key other than the pinned key, or names the pinned key again. */
  | { readonly type: 'key.reported'; readonly buddy: UserId; readonly became: 'changed' | 'unchanged' };

/** The state of a stored trust. */
export function trustLevelOf(trust: StoredTrust): TrustLevel {
  if (trust === undefined) return 'unknown';
  if (trust === 'damaged') return 'damaged';
  if (trust.other !== undefined) return 'changed';
  return trust.by === 'server' ? 'pinned' : 'verified';
}
