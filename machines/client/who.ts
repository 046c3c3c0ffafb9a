/**
 * What the server says about the key of an id.
 */

import { replyCode } from '../../protocol/reply.js';
import { parseWhoReply } from '../../protocol/reply-details.js';
import type { KeyFloor } from './pins.js';

const NO_SUCH_USER = 202;

/** What the server says about the key of an id. */
export type WhoAnswer =
  | ({ readonly says: 'key' } & KeyFloor)
  /** The id is registered without a key. */
  | { readonly says: 'open' }
  /** The id is not registered. */
  | { readonly says: 'unregistered' }
  /** This server keeps no keys. */
  | { readonly says: 'keyless-server' }
  /** This server keeps keys, and gave no valid answer in time. */
  | { readonly says: 'nothing' };

/**
 * Parses the reply to WHO from a server that keeps keys.
 *
 * @param line `undefined` if no reply came in time. Any other reply than those to WHO, such as 206, counts as
 * no answer too: it never means that there is no key.
 */
export function whoAnswerIn(line: string | undefined): WhoAnswer {
  if (line === undefined) return { says: 'nothing' };
  if (replyCode(line) === NO_SUCH_USER) return { says: 'unregistered' };
  const named = parseWhoReply(line);
  if (named === undefined) return { says: 'nothing' };
  return named === 'open' ? { says: 'open' } : { says: 'key', key: named.identity, floor: named.floor };
}
