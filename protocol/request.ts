/**
 * Requests over TCP: REG, ADD and DEL, one line each.
 */

import { decodeAscii, firstTokens } from './ascii.js';
import { parseId, type UserId } from './id.js';

/** Most bytes in a request line, its end not counted. */
export const MAX_REQUEST_BYTES = 512;

/**
 * A change to the directory that a client asks for.
 *
 * `buddy` is `undefined` when its token is missing or not an id: whether that is `201` or comes
 * after a `202` for an unknown `id` depends on the directory, so the store decides it.
 */
export type Change =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId | undefined };

/**
 * Reads one request line.
 *
 * Tokens past the last one needed are ignored, but not bytes that are no printable ASCII.
 *
 * @returns The change asked for, or `undefined` for what is answered `201 INVALID` whatever the
 * directory holds: an unknown operation, no id or a malformed one in the first place, foreign bytes.
 */
export function parseRequest(line: Uint8Array): Change | undefined {
  const text = decodeAscii(line);
  if (text === undefined) return undefined;
  const [, operation, first, second] = firstTokens(text);
  const id = parseId(first);
  if (operation === undefined || id === undefined) return undefined;
  const op = operation.toUpperCase();
  switch (op) {
    case 'REG':
      return { op, id };
    case 'ADD':
    case 'DEL':
      return { op, id, buddy: parseId(second) };
    default:
      return undefined;
  }
}

/**
 * The request's line as a client sends it, ended by CR LF. Each id must be one token; whether it is
 * an id is for the server to say.
 */
export function encodeRequest(op: Change['op'], ...ids: readonly string[]): string {
  return `${[op, ...ids].join(' ')}\r\n`;
}
