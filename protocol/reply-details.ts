/**
 * The details after `200 OK` in the replies to WHO, LOG and VER.
 */

import { tokensOf } from './ascii.js';
import { type Device, parseDeviceName } from './device.js';
import { type IdentityKey, parseKey } from './key.js';
import { isDone, replyCode } from './reply.js';
import { parseSessionId, type SessionId } from './sealed-datagram.js';

/** The version of the protocol with keys, in the reply to VER. */
const VERSION = 'im/1';

const NO_SUCH_USER = 202;

/** Replaces the key in the details if the id has no key. */
const NO_KEY = '-';

/** Encodes the details of WHO: an id's key, its floor, and the newest serial that the server has seen. */
export function encodeWhoDetails(newest: Device | undefined): string {
  if (newest === undefined) return `${NO_KEY} 0 0`;
  const { identity, serial, floor } = newest;
  return `${identity} ${floor} ${serial}`;
}

/**
 * Parses the reply to WHO.
 *
 * @returns The newest device of the id; `open` if the id has no key; `unregistered` if the id is not
 * registered; `undefined` for any other line.
 */
export function parseWhoReply(line: string): Device | 'open' | 'unregistered' | undefined {
  if (replyCode(line) === NO_SUCH_USER) return 'unregistered';
  const [key, floor, serial] = detailsOf(line) ?? [];
  if (key === NO_KEY) return 'open';
  const identity = parseKey(key);
  const name = parseDeviceName(`${serial} ${floor}`);
  return identity && name && { identity, ...name };
}

/** Parses the reply to LOG. Returns the session that the server opened. */
export function parseLoginReply(line: string): SessionId | undefined {
  return parseSessionId(detailsOf(line)?.[0]);
}

/** Encodes the details of VER. */
export function encodeVersionDetails(server: IdentityKey): string {
  return `${VERSION} ${server}`;
}

/** Parses the reply to VER. Returns the server's key, or `undefined` if the server keeps no keys. */
export function parseVersionReply(line: string): IdentityKey | undefined {
  const [version, key] = detailsOf(line) ?? [];
  return version === VERSION ? parseKey(key) : undefined;
}

function detailsOf(line: string): readonly string[] | undefined {
  return isDone(line) ? tokensOf(line.trimEnd()).slice(2) : undefined;
}
