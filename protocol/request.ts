/**
 * Requests over TCP: REG, ADD and DEL, one line each.
 */

import { decodeAscii, firstTokens } from './ascii.js';
import { parseId, type UserId } from './id.js';

/** Most bytes in a request line, not counting its end. */
export const MAX_REQUEST_BYTES = 512;

/**
 * A change to the directory that a client requests.
 *
 * `buddy` is `undefined` if its token is missing or not a valid id. The store decides the reply in that case:
 * `202` if `id` is not registered, otherwise `201`.
 */
export type Change =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId | undefined };

/**
 * Parses one request line.
 *
 * Tokens past the last one needed are ignored, but the whole line must be printable ASCII.
 *
 * @returns The requested change. `undefined` if the reply is `201 INVALID` whatever the directory contains:
 * the operation is unknown, the first id is missing or not valid, or a byte is not printable ASCII.
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
 * Encodes a request as a line that ends with CR LF. Each id must be one token. The server decides whether it
 * is a valid id.
 */
export function encodeRequest(op: Change['op'], ...ids: readonly string[]): string {
  return `${[op, ...ids].join(' ')}\r\n`;
}
