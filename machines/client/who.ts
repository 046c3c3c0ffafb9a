/**
 * The server's answer to WHO: what it says about the key of an id.
 */

import type { Device } from '../../protocol/device.js';
import { parseWhoReply } from '../../protocol/reply-details.js';
import type { KeyFloor } from './pins.js';

/** What the server says about the key of an id. */
export type WhoAnswer =
  | ({ readonly says: 'key' } & KeyFloor)
  /** The id is registered without a key. */
  | { readonly says: 'open' }
  /** The id is not registered. */
  | { readonly says: 'unregistered' }
  /** This server keeps no keys. */
  | { readonly says: 'keyless-server' }
  /** No valid answer came in time, or the client could not find out whether the server keeps keys. */
  | { readonly says: 'nothing' };

/**
 * Parses the reply to WHO from a server that keeps keys.
 *
 * @param line `undefined` if no reply came in time. A reply that does not answer WHO, such as 206, counts as
 * no reply: it never means that the id has no key.
 */
export function whoAnswerIn(line: string | undefined): WhoAnswer {
  const named = line === undefined ? undefined : parseWhoReply(line);
  return named === undefined ? { says: 'nothing' } : whoAnswerOf(named);
}

/** The answer that a valid reply to WHO gives. */
export function whoAnswerOf(named: Device | 'open' | 'unregistered'): WhoAnswer {
  return typeof named === 'string'
    ? { says: named }
    : { says: 'key', key: named.identity, floor: named.floor };
}
