/**
 * Presence datagrams over UDP: SET, which has no answer, and GET, which is answered with a buddy list.
 */

import { parsePort } from './address.js';
import { decodeAscii, firstTokens } from './ascii.js';
import { parseId, type UserId } from './id.js';
import { parseStatus, STATUS_WORDS, type Status } from './status.js';

/** The maximum number of bytes in a datagram from a client. The server drops longer datagrams. */
export const MAX_DATAGRAM_BYTES = 512;

/** A client's announcement of its user's status. It has no address: the server knows the client's address. */
export interface Announcement {
  readonly op: 'SET';
  readonly id: UserId;
  readonly status: Status;
  /** TCP port on which this client accepts calls. It may be 0 only if the status is 101. */
  readonly port: number;
}

export interface BuddyListQuery {
  readonly op: 'GET';
  readonly id: UserId;
}

/**
 * Parses one datagram. Ignores CRs and LFs at the end, and tokens past the last one needed.
 *
 * @returns `undefined` for a datagram that breaks the grammar. The server drops it without an answer.
 */
export function parseDatagram(bytes: Uint8Array): Announcement | BuddyListQuery | undefined {
  const tokens = datagramTokens(bytes);
  return tokens && parseCommand(tokens);
}

/** The tokens of a datagram, as `firstTokens` returns them; `undefined` if it is too long, or not ASCII. */
export function datagramTokens(bytes: Uint8Array): readonly (string | undefined)[] | undefined {
  if (bytes.length > MAX_DATAGRAM_BYTES) return undefined;
  const text = decodeAscii(withoutLineEnd(bytes));
  return text === undefined ? undefined : firstTokens(text);
}

/** Parses the tokens of a datagram. */
export function parseCommand(
  tokens: readonly (string | undefined)[],
): Announcement | BuddyListQuery | undefined {
  const [, operation, first, second, third, fourth] = tokens;
  const id = parseId(first);
  if (operation === undefined || id === undefined) return undefined;
  if (isWord(operation, 'SET')) return parseAnnouncement(id, second, third, fourth);
  if (isWord(operation, 'GET') && !isStatusWord(second)) return { op: 'GET', id };
  return undefined;
}

/** Encodes the datagram that announces a user's status. */
export function encodeAnnouncement(id: UserId, status: Status, port: number): string {
  return `SET ${id} ${status} ${STATUS_WORDS[status]} ${port}`;
}

/** Encodes the datagram that asks for the presence of a user's buddies. */
export function encodeQuery(id: UserId): string {
  return `GET ${id}`;
}

/** Parses the tokens after the id. If the optional word is missing, `word` holds the port. */
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
 * Whether a token is the word of a status, in upper or lower case. In an answer, the line of a buddy called
 * `get`, such as `get 100 ONLINE`, looks like a GET for the id 100, but a GET has no status word. Without
 * this check, two servers could answer each other's answers for ever.
 */
function isStatusWord(token: string | undefined): boolean {
  return token !== undefined && Object.values(STATUS_WORDS).some((word) => isWord(token, word));
}

/** Compares a token with an upper-case word, ignoring case. Most clients send the exact spelling. */
function isWord(token: string | undefined, word: string): boolean {
  return token === word || token?.toUpperCase() === word;
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return end === bytes.length ? bytes : bytes.subarray(0, end);
}
