/**
 * Requests over TCP, one line each: REG, ADD and DEL, in clear or inside TLS; LOG, WHO and REM, only inside
 * TLS; VER, only in clear.
 */

import { decodeAscii, firstTokens } from './ascii.js';
import type { Device } from './device.js';
import { parseId, type UserId } from './id.js';
import { parseSessionId, type SessionId } from './sealed-datagram.js';

/** The maximum number of bytes in a request line, not counting its end. */
export const MAX_REQUEST_BYTES = 512;

/**
 * A change to the directory that a client requests. The store decides whether to apply it.
 *
 * `device` is the device that sent the request inside TLS. A request in clear has none.
 *
 * `buddy` is `undefined` if its token is missing or not a valid id. The store decides the reply in that case:
 * `202` if `id` is not registered, `204` if the device may not change the list of `id`, otherwise `201`.
 */
export type Change =
  | { readonly op: 'REG'; readonly id: UserId; readonly device?: Device }
  | {
      readonly op: 'ADD' | 'DEL';
      readonly id: UserId;
      readonly buddy: UserId | undefined;
      readonly device?: Device;
    }
  /** A login: the store records the serial and the floor of the device. */
  | { readonly op: 'LOG'; readonly id: UserId; readonly device: Device }
  /** The user deletes their own id, and the store removes the user. `atMs` is a Unix time in milliseconds. */
  | { readonly op: 'REM'; readonly id: UserId; readonly device: Device; readonly atMs: number };

/**
 * Why a client opens a session.
 *
 * - `new`: the user started a client. The new session announces the user's presence, and ends the session
 *   that announced the user before.
 * - `again`: a client that lost its session opens another session. The server grants this only if no other
 *   client has a session that announces the user.
 * - `ask`: the session may ask for the buddy list, but never announces.
 */
export type LoginMode =
  | { readonly kind: 'new' }
  | { readonly kind: 'again'; readonly session: SessionId }
  | { readonly kind: 'ask' };

/** One request line. `REG`, `ADD` and `DEL` may come in clear or inside TLS. */
export type Request =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId | undefined }
  // Only inside TLS.
  | { readonly op: 'LOG'; readonly id: UserId; readonly mode: LoginMode }
  | { readonly op: 'WHO'; readonly id: UserId }
  | { readonly op: 'REM'; readonly id: UserId }
  // Only in clear.
  | { readonly op: 'VER' };

/** The version of the protocol with keys: the number in `VER im 1`. */
const KEYS_VERSION = '1';

/**
 * Parses one request line.
 *
 * Tokens past the last one needed are ignored, but the whole line must be printable ASCII.
 *
 * @returns `undefined` if the reply is `201 INVALID` whatever the directory contains: the operation is
 * unknown, a token that the operation needs is missing or not valid (except the buddy), or a byte is not
 * printable ASCII.
 */
export function parseRequest(line: Uint8Array): Request | undefined {
  const text = decodeAscii(line);
  if (text === undefined) return undefined;
  const [, operation, first, second, third] = firstTokens(text);
  if (operation === undefined) return undefined;
  const op = operation.toUpperCase();
  if (op === 'VER') return isImVersion(first, second) ? { op } : undefined;
  const id = parseId(first);
  if (id === undefined) return undefined;
  switch (op) {
    case 'REG':
    case 'WHO':
    case 'REM':
      return { op, id };
    case 'ADD':
    case 'DEL':
      return { op, id, buddy: parseId(second) };
    case 'LOG': {
      const mode = parseLoginMode(second, third);
      return mode && { op, id, mode };
    }
    default:
      return undefined;
  }
}

/** Whether a request is a change that a client may send in clear or inside TLS. */
export function isChange(request: Request): request is Request & Change {
  return request.op === 'REG' || request.op === 'ADD' || request.op === 'DEL';
}

function isImVersion(name: string | undefined, version: string | undefined): boolean {
  return name?.toLowerCase() === 'im' && version === KEYS_VERSION;
}

function parseLoginMode(kind: string | undefined, session: string | undefined): LoginMode | undefined {
  switch (kind?.toLowerCase()) {
    case 'new':
      return { kind: 'new' };
    case 'ask':
      return { kind: 'ask' };
    case 'again': {
      const previous = parseSessionId(session);
      return previous && { kind: 'again', session: previous };
    }
    default:
      return undefined;
  }
}

/**
 * Encodes a request as a line that ends with CR LF. Each argument must be one token. The server decides
 * whether an id is valid.
 */
export function encodeRequest(op: Change['op'] | 'WHO', ...tokens: readonly string[]): string {
  return `${[op, ...tokens].join(' ')}\r\n`;
}

/** Encodes a LOG as a line that ends with CR LF. */
export function encodeLogin(id: UserId, mode: LoginMode): string {
  const previous = mode.kind === 'again' ? ` ${mode.session}` : '';
  return `LOG ${id} ${mode.kind}${previous}\r\n`;
}

/**
 * The request that asks whether a server keeps keys. A server without keys answers 201, or closes the
 * connection.
 */
export const VERSION_REQUEST = `VER im ${KEYS_VERSION}\r\n`;
