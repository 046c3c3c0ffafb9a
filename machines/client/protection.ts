/**
 * How calls and chats are protected, and why a call is not made.
 */

import type { IdentityKey } from '../../protocol/key.js';

/** How a call or chat is protected. Absent if the user has no key here: all calls are then in clear. */
export type Protection =
  | { readonly is: 'clear' }
  | {
      readonly is: 'private';
      /** The key that the other end has proven. */
      readonly key: IdentityKey;
      /** True if the user has compared the words of the key, or has given the key. */
      readonly isVerified: boolean;
      /** False if neither a pin nor the server confirms that the id has this key. */
      readonly isConfirmed: boolean;
    };

/**
 * Why a call is not made, or ends before the chat is open:
 *
 * - `changed`, `damaged`: see `TrustLevel`;
 * - `server-silent`: the server keeps keys, and did not say whether the buddy has one;
 * - `not-private`: the user wants only private calls, and the buddy has no key;
 * - `unproven`: the other end did not prove the key of the buddy;
 * - `denied-key`: the buddy's client knows a different key for the user;
 * - `denied-who`: another user is signed in at the buddy's client;
 * - `not-stored`: the key of the buddy could not be stored;
 * - `no-own-key`: the user wants only private calls, and has no key here.
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
