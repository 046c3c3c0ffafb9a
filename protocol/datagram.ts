/**
 * Presence datagrams over UDP: SET, which has no answer, and GET, answered by a buddy list.
 */

import { parsePort } from './address.js';
import { decodeAscii, tokensOf } from './ascii.js';
import { parseId, type UserId } from './id.js';
import { parseStatus, STATUS_WORDS, type Status } from './status.js';

/** Most bytes in a datagram from a client; a longer one is no SET or GET. */
export const MAX_DATAGRAM_BYTES = 512;

/** What a client announces about itself; the address is the datagram's own. */
export interface Announcement {
  readonly op: 'SET';
  readonly id: UserId;
  readonly status: Status;
  /** TCP port on which this client takes calls; 0 only with 101. */
  readonly port: number;
}

export interface BuddyListQuery {
  readonly op: 'GET';
  readonly id: UserId;
}

/**
 * Reads one datagram; a trailing CR or LF is ignored, and so are tokens past the last one needed.
 *
 * @returns `undefined` for whatever breaks the grammar: it is dropped without an answer.
 */
export function parseDatagram(bytes: Uint8Array): Announcement | BuddyListQuery | undefined {
  if (bytes.length > MAX_DATAGRAM_BYTES) return undefined;
  const text = decodeAscii(withoutLineEnd(bytes));
  if (text === undefined) return undefined;
  const [operation, first, ...rest] = tokensOf(text);
  const id = parseId(first);
  if (operation === undefined || id === undefined) return undefined;
  switch (operation.toUpperCase()) {
    case 'GET':
      return { op: 'GET', id };
    case 'SET':
      return parseAnnouncement(id, rest);
    default:
      return undefined;
  }
}

/** The datagram that announces a user's status. */
export function encodeAnnouncement(id: UserId, status: Status, port: number): string {
  return `SET ${id} ${status} ${STATUS_WORDS[status]} ${port}`;
}

/** The datagram that asks for the presence of a user's buddies. */
export function encodeQuery(id: UserId): string {
  return `GET ${id}`;
}

function parseAnnouncement(id: UserId, tokens: readonly string[]): Announcement | undefined {
  const status = parseStatus(tokens[0]);
  if (status === undefined) return undefined;
  const hasWord = tokens[1]?.toUpperCase() === STATUS_WORDS[status];
  const port = parsePort(tokens[hasWord ? 2 : 1]);
  if (port === undefined || (port === 0 && status !== 101)) return undefined;
  return { op: 'SET', id, status, port };
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes.subarray(0, end);
}
