/**
 * How calls and chats are protected, and why some are not made.
 */

import type { IdentityKey } from '../../protocol/key.js';

/** How a call or chat is protected. Absent if the user has no key here: then it is always in clear. */
export type Protection =
  | { readonly is: 'clear' }
  | {
      readonly is: 'private';
      /** The key that the other end has proven. */
      readonly key: IdentityKey;
      /** The user has compared the words of the key, or has given the key. */
      readonly isVerified: boolean;
      /** False if neither a pin nor the server says that the key belongs to the id. */
      readonly isConfirmed: boolean;
    };

/**
 * Why a call is not made, or was ended before anything was said:
 *
 * - `changed`, `damaged`: see `TrustLevel`;
 * - `server-silent`: the server keeps keys, and does not say whether the buddy has one;
 * - `not-private`: the user wants a private call, and the buddy has no key;
 * - `unproven`: the other end did not prove the key of the buddy;
 * - `denied-key`, `denied-who`: the buddy's client knows another key of the user, or has another user;
 * - `not-stored`: the key of the buddy could not be stored;
 * - `no-own-key`: the user wants a private call, and has no key here.
 */
export type WhyBarred =
  | 'changed'
  | 'damaged'
  | 'server-silent'
  | 'not-private'
  | 'unproven'
  | 'denied-key'
  | 'denied-who'
  | 'not-stored'
  | 'no-own-key';
