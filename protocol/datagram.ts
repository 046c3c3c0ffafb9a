/**
 * Presence datagrams over UDP: SET, which has no answer, and GET, answered by a buddy list.
 */

import { parsePort } from './address.js';
import { decodeAscii, firstTokens } from './ascii.js';
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
  const [, operation, first, second, third, fourth] = firstTokens(text);
  const id = parseId(first);
  if (operation === undefined || id === undefined) return undefined;
  if (isWord(operation, 'SET')) return parseAnnouncement(id, second, third, fourth);
  if (isWord(operation, 'GET') && !isStatusWord(second)) return { op: 'GET', id };
  return undefined;
}

/** The datagram that announces a user's status. */
export function encodeAnnouncement(id: UserId, status: Status, port: number): string {
  return `SET ${id} ${status} ${STATUS_WORDS[status]} ${port}`;
}

/** The datagram that asks for the presence of a user's buddies. */
export function encodeQuery(id: UserId): string {
  return `GET ${id}`;
}

/** The word may be left out; then the port stands in its place. */
function parseAnnouncement(
  id: UserId,
  code: string | undefined,
  word: string | undefined,
  last: string | undefined,
): Announcement | undefined {
  const status = parseStatus(code);
  if (status === undefined) return undefined;
  const port = parsePort(isWord(word, STATUS_WORDS[status]) ? last : word);
  if (port === undefined || (port === 0 && status !== 101)) return undefined;
  return { op: 'SET', id, status, port };
}

/**
 * Whether a token is the word of a status, in any case. After `GET <id>` it tells a line of an answer: that of
 * a buddy called `get` and its code. A server that took it for a question would answer its own answers.
 */
function isStatusWord(token: string | undefined): boolean {
  return token !== undefined && Object.values(STATUS_WORDS).some((word) => isWord(token, word));
}

/** Whether a token is a word, in any case; most clients write it as we do. */
function isWord(token: string | undefined, word: string): boolean {
  return token === word || token?.toUpperCase() === word;
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return end === bytes.length ? bytes : bytes.subarray(0, end);
}
