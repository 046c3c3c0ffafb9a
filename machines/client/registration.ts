/**
 * The result of a registration on this machine, apart from the server's reply.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import type { IdentityKey } from '../../protocol/key.js';

/** Whether an id was registered with a key. */
export type Registration =
  /** `remindsOfWords`: the user has not copied the words of the key yet, and is reminded to copy them. */
  | { readonly with: 'key'; readonly key: IdentityKey; readonly remindsOfWords: boolean }
  /**
   * `keyless-server`: the server keeps no keys, and the user has not been told so yet. `not-stored`: the key
   * could not be stored on this machine.
   */
  | { readonly with: 'nothing'; readonly why: 'keyless-server' }
  | { readonly with: 'nothing'; readonly why: 'not-stored'; readonly reason: DisplayText };
