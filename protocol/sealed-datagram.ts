/**
 * Sealed (encrypted and authenticated) presence datagrams: their header, and the text that is sealed. The
 * cipher is in keys/datagram-seal.ts.
 *
 *     0x81 | session (8 bytes) | counter (8 bytes) | sealed text and its tag (16 bytes)
 *     0x82 | session (8 bytes)
 *
 * The first form is a question from a client, or an answer from the server. The counter is big-endian. Each
 * direction counts from 1. The second form is the server's answer to a session that it does not know.
 */

import { type BuddyList, MAX_BUDDY_LIST_BYTES, parseBuddyLines } from './buddy-list.js';
import { type Announcement, datagramTokens, MAX_DATAGRAM_BYTES, parseCommand } from './datagram.js';
import type { UserId } from './id.js';

const SEALED = 0x81;
const UNKNOWN_SESSION = 0x82;

const SESSION_BYTES = 8;

/** Bytes before the sealed text. The seal also authenticates these bytes, as associated data. */
export const HEADER_BYTES = 1 + SESSION_BYTES + 8;

/** Bytes of the tag after the sealed text. */
export const TAG_BYTES = 16;

/** The maximum number of bytes in a sealed question. */
export const MAX_SEALED_QUESTION_BYTES = HEADER_BYTES + MAX_DATAGRAM_BYTES + TAG_BYTES;

/** The maximum number of bytes in the text of a sealed answer. The whole answer is one datagram. */
export const MAX_ANSWER_TEXT_BYTES = MAX_BUDDY_LIST_BYTES - HEADER_BYTES - TAG_BYTES;

/** The maximum number of bytes in the first line of an answer: three numbers of at most 15 digits. */
export const MAX_ANSWER_HEAD_BYTES = 48;

/** Counters stay below this number: a datagram with a higher counter is neither sealed nor opened. */
export const MAX_COUNTER = 2 ** 48;

/** The name of a session: 16 lower-case hexadecimal digits. */
export type SessionId = string & { readonly SessionId: unique symbol };

/** Parses the name of a session from one token. */
export function parseSessionId(token: string | undefined): SessionId | undefined {
  return token !== undefined && /^[0-9a-f]{16}$/.test(token) ? (token as SessionId) : undefined;
}

/** A sealed datagram whose seal has not been checked yet. */
export interface SealedDatagram {
  readonly session: SessionId;
  /** From 1 to {@link MAX_COUNTER} - 1. */
  readonly counter: number;
  /** The first {@link HEADER_BYTES} bytes. */
  readonly header: Uint8Array;
  /** The sealed text and its tag. */
  readonly sealed: Uint8Array;
}

/** Whether a datagram begins like a sealed one. No datagram in clear begins with this byte. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes[0] === SEALED;
}

/**
 * Parses the frame of a sealed datagram.
 *
 * @param maxBytes The longest datagram to accept: {@link MAX_SEALED_QUESTION_BYTES} on the server.
 * @returns `undefined` if the datagram is too short or too long, or if its counter is out of range.
 */
export function parseSealed(bytes: Uint8Array, maxBytes: number): SealedDatagram | undefined {
  if (!isSealed(bytes) || bytes.length < HEADER_BYTES + TAG_BYTES || bytes.length > maxBytes)
    return undefined;
  const counter = readCounter(bytes);
  if (counter === 0 || counter >= MAX_COUNTER) return undefined;
  return {
    session: readSession(bytes),
    counter,
    header: bytes.subarray(0, HEADER_BYTES),
    sealed: bytes.subarray(HEADER_BYTES),
  };
}

/** Encodes the header of a sealed datagram. */
export function encodeHeader(session: SessionId, counter: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = SEALED;
  header.write(session, 1, 'hex');
  header.writeUIntBE(counter, HEADER_BYTES - 6, 6);
  return header;
}

/**
 * The nonce of a datagram: the IV of its direction, with the counter XORed into the last 8 bytes (the scheme
 * of TLS 1.3, RFC 8446, section 5.3).
 */
export function nonceOf(iv: Uint8Array, counter: number): Buffer {
  const nonce = Buffer.from(iv);
  for (let rest = counter, at = nonce.length - 1; rest > 0; at--) {
    nonce[at] = (nonce[at] as number) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/**
 * Encodes the answer to a datagram whose session the server does not know. The answer asks the client to log
 * in again. The answer is shorter than any question, so a forged question is not amplified.
 */
export function encodeUnknownSession(session: SessionId): Buffer {
  const answer = Buffer.alloc(1 + SESSION_BYTES);
  answer[0] = UNKNOWN_SESSION;
  answer.write(session, 1, 'hex');
  return answer;
}

/** Parses the answer that {@link encodeUnknownSession} encodes. */
export function parseUnknownSession(bytes: Uint8Array): SessionId | undefined {
  return bytes[0] === UNKNOWN_SESSION && bytes.length === 1 + SESSION_BYTES ? readSession(bytes) : undefined;
}

/** A sealed query for the buddy list from an offset on. A long list takes several answers. */
export interface SealedQuery {
  readonly op: 'GET';
  readonly id: UserId;
  /** How many buddies to skip. */
  readonly offset: number;
}

/**
 * Parses the text of a sealed question: `SET` in the same form as in clear, or `GET <id> [<offset>]`.
 *
 * @returns `undefined` for a text that breaks the grammar.
 */
export function parseSealedQuestion(text: Uint8Array): Announcement | SealedQuery | undefined {
  const tokens = datagramTokens(text);
  const question = tokens && parseCommand(tokens);
  if (question?.op !== 'GET') return question;
  const offset = parseNumber(tokens?.[3] ?? '0');
  return offset === undefined ? undefined : { ...question, offset };
}

/** Encodes the text of a sealed query. */
export function encodeSealedQuery(id: UserId, offset: number): string {
  return `GET ${id} ${offset}`;
}

/** A part of a buddy list, as a sealed answer carries it. */
export interface BuddyListPage {
  /** The counter of the question. */
  readonly question: number;
  /** How many buddies come before this part. */
  readonly offset: number;
  /** How many buddies the whole list has. */
  readonly total: number;
  readonly buddies: BuddyList;
}

/** Encodes the first line of a sealed answer. The lines of the buddies follow it. */
export function encodeAnswerHead(question: number, offset: number, total: number): string {
  return `${question} ${offset} ${total}\n`;
}

/**
 * Parses the text of a sealed answer.
 *
 * @param text One character per byte.
 */
export function parseSealedAnswer(text: string): BuddyListPage | undefined {
  const end = text.indexOf('\n');
  const [question, offset, total, ...rest] = text.slice(0, Math.max(end, 0)).split(' ').map(parseNumber);
  if (question === undefined || offset === undefined || total === undefined || rest.length > 0)
    return undefined;
  return { question, offset, total, buddies: parseBuddyLines(text.slice(end + 1)) };
}

function parseNumber(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

function readSession(bytes: Uint8Array): SessionId {
  const { buffer, byteOffset } = bytes;
  return Buffer.from(buffer, byteOffset + 1, SESSION_BYTES).toString('hex') as SessionId;
}

/** Reads the counter. Counters above 2^53, which are out of range anyway, are rounded. */
function readCounter(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + 1 + SESSION_BYTES, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}
