/**
 * The lines of a private chat (`im-chat/1`). A private chat runs inside TLS: each client proves its identity
 * by its certificates. Each client acknowledges the messages that it receives.
 *
 * The caller's first line has the caller's id and the called id. The called client's first line is its
 * answer. After `OK`, each client first sends an `S` line, which says how many lines the client has received
 * so far. Then the client sends messages, acknowledgements and notices in any order.
 */

import { tokensOf } from './ascii.js';
import { parseId, type UserId } from './id.js';
import { MAX_MESSAGE_BYTES } from './message.js';

/** The maximum number of bytes in a line: a message, its verb and two numbers of at most 15 digits. */
export const MAX_PRIVATE_LINE_BYTES = MAX_MESSAGE_BYTES + 40;

/** The name of a stream (a numbered sequence of a client's lines): 16 lower-case hexadecimal digits. */
export type StreamId = string & { readonly StreamId: unique symbol };

/** The caller's first line. */
export interface PrivateOpening {
  readonly caller: UserId;
  /** The id that the caller wants to reach. A client with another id denies the call. */
  readonly called: UserId;
}

/**
 * The called client's first line. `DENIED key`: the called client knows another key for the caller's id.
 * `DENIED who`: the call is for another id.
 */
export type PrivateAnswer = 'OK' | 'REJECT' | 'BUSY' | 'DENIED key' | 'DENIED who';

/** A line after the call was accepted. */
export type PrivateLine =
  /**
   * `stream` is the stream that the sender of this line will send. `known` is the last stream that the sender
   * received, and `have` is the number of the last line that it received in the stream `known`.
   */
  | {
      readonly verb: 'S';
      readonly stream: StreamId;
      readonly known: StreamId | undefined;
      readonly have: number;
    }
  /** Message `n` of the stream, typed at `atMs` (milliseconds since 1970). The text is untrusted. */
  | { readonly verb: 'M'; readonly n: number; readonly atMs: number; readonly text: string }
  /** All messages up to `n` have arrived. */
  | { readonly verb: 'A'; readonly n: number }
  /** Text from the client, not from its user. */
  | { readonly verb: 'N'; readonly text: string }
  /** The user left. A connection that ends without this line has broken. */
  | { readonly verb: 'BYE' };

const ANSWERS: ReadonlySet<string> = new Set<PrivateAnswer>([
  'OK',
  'REJECT',
  'BUSY',
  'DENIED key',
  'DENIED who',
]);

/** Parses a stream's name from one token. */
export function parseStreamId(token: string | undefined): StreamId | undefined {
  return token !== undefined && /^[0-9a-f]{16}$/.test(token) ? (token as StreamId) : undefined;
}

/** Encodes the caller's first line. */
export function encodePrivateOpening({ caller, called }: PrivateOpening): string {
  return `HELLO ${caller} ${called}\n`;
}

/** Parses the caller's first line. Returns `undefined` for any other line. */
export function parsePrivateOpening(line: string): PrivateOpening | undefined {
  const [verb, first, second] = tokensOf(line);
  const caller = parseId(first);
  const called = parseId(second);
  return verb === 'HELLO' && caller && called ? { caller, called } : undefined;
}

/** Encodes the called client's first line. */
export function encodePrivateAnswer(answer: PrivateAnswer): string {
  return `${answer}\n`;
}

/** Parses the called client's first line. Returns `undefined` for any other line. */
export function parsePrivateAnswer(line: string): PrivateAnswer | undefined {
  return ANSWERS.has(line) ? (line as PrivateAnswer) : undefined;
}

/** Encodes a line of an accepted call. The text must not contain line ends. */
export function encodePrivateLine(line: PrivateLine): string {
  switch (line.verb) {
    case 'S':
      return `S ${line.stream} ${line.known ?? '-'} ${line.have}\n`;
    case 'M':
      return `M ${line.n} ${line.atMs} ${line.text}\n`;
    case 'A':
      return `A ${line.n}\n`;
    case 'N':
      return `N ${line.text}\n`;
    case 'BYE':
      return 'BYE\n';
  }
}

/**
 * Parses a line of an accepted call.
 *
 * @returns `ignored` for an unknown verb, which a later version may send; `undefined` for a known verb with
 * wrong fields.
 */
export function parsePrivateLine(line: string): PrivateLine | 'ignored' | undefined {
  const verb = /^[A-Z]+/.exec(line)?.[0];
  switch (verb) {
    case 'S':
      return parseStart(line);
    case 'M':
      return parseMessage(line);
    case 'A': {
      const n = parseCount(/^A (\d+)$/.exec(line)?.[1]);
      return n === undefined ? undefined : { verb, n };
    }
    case 'N':
      return line[1] === ' ' ? { verb, text: line.slice(2) } : undefined;
    case 'BYE':
      return line === verb ? { verb } : undefined;
    default:
      return 'ignored';
  }
}

function parseStart(line: string): PrivateLine | undefined {
  const [, first, second, third] = /^S (\S+) (\S+) (\d+)$/.exec(line) ?? [];
  const stream = parseStreamId(first);
  const known = parseStreamId(second);
  const have = parseCount(third);
  if (stream === undefined || have === undefined || (known === undefined && second !== '-')) return undefined;
  return { verb: 'S', stream, known, have };
}

function parseMessage(line: string): PrivateLine | undefined {
  const [head, first, second] = /^M (\d+) (\d+) /.exec(line) ?? [];
  const n = parseCount(first);
  const atMs = parseCount(second);
  if (head === undefined || n === undefined || n === 0 || atMs === undefined) return undefined;
  return { verb: 'M', n, atMs, text: line.slice(head.length) };
}

/** Parses a number of at most 15 digits. */
function parseCount(digits: string | undefined): number | undefined {
  return digits !== undefined && digits.length <= 15 ? Number(digits) : undefined;
}
