/**
 * The details after `200 OK` in the replies to WHO, LOG and VER, and the details after `204 DENIED` in the
 * reply to a banned client.
 */

import { tokensOf } from './ascii.js';
import { type Device, parseDeviceName } from './device.js';
import { type IdentityKey, parseKey } from './key.js';
import { isDone, replyCode } from './reply.js';
import { parseSessionId, type SessionId } from './sealed-datagram.js';

/** The version of the protocol with keys, in the reply to VER. */
const VERSION = 'im/1';

const NO_SUCH_USER = 202;

/** Sent in place of the key if the id has no key. */
const NO_KEY = '-';

/** Encodes the details of the reply to WHO: an id's key, its floor, and the serial of its newest device. */
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

/** Parses the reply to LOG. Returns the session that the server opened, or `undefined` if it opened none. */
export function parseLoginReply(line: string): SessionId | undefined {
  return parseSessionId(detailsOf(line)?.[0]);
}

/** Encodes the details of the reply to VER. */
export function encodeVersionDetails(server: IdentityKey): string {
  return `${VERSION} ${server}`;
}

/** Parses the reply to VER. Returns the server's key, or `undefined` if the server keeps no keys. */
export function parseVersionReply(line: string): IdentityKey | undefined {
  const [version, key] = detailsOf(line) ?? [];
  return version === VERSION ? parseKey(key) : undefined;
}

/** Why the operator of a server refuses a client. */
export interface BanNotice {
  /** Whether the id of the request is banned, or the address of the client. */
  readonly banned: 'id' | 'address';
  /** When the ban ends, as a Unix time in milliseconds. Missing if the ban has no end, or ends after 9999. */
  readonly untilMs?: number | undefined;
}

const DENIED = 204;
const BANNED = 'BANNED';
const UNTIL = 'UNTIL';

/** The last time that the details can contain: the end of 9999. */
const MAX_UNTIL_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Encodes the details of a ban: `BANNED ID`, or `BANNED ADDRESS UNTIL 2026-12-24T18:00:00Z`. The end is
 * rounded up to a whole second, so that the ban is over at the time that the client reads.
 */
export function encodeBanDetails({ banned, untilMs }: BanNotice): string {
  const words = `${BANNED} ${banned.toUpperCase()}`;
  const seconds = untilMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(untilMs / 1_000);
  if (seconds * 1_000 > MAX_UNTIL_MS) return words;
  return `${words} ${UNTIL} ${new Date(seconds * 1_000).toISOString().replace('.000', '')}`;
}

/** Parses the reply to a banned client. Returns `undefined` for any other line. */
export function parseBanReply(line: string): BanNotice | undefined {
  if (replyCode(line) !== DENIED) return undefined;
  const [, , word, kind, until, end = ''] = tokensOf(line.trimEnd());
  const banned = BANNED_KINDS.find((known) => known.toUpperCase() === kind);
  if (word !== BANNED || banned === undefined) return undefined;
  const untilMs = until === UNTIL && /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/.test(end) ? Date.parse(end) : Number.NaN;
  return Number.isNaN(untilMs) ? { banned } : { banned, untilMs };
}

const BANNED_KINDS = ['id', 'address'] as const;

function detailsOf(line: string): readonly string[] | undefined {
  return isDone(line) ? tokensOf(line.trimEnd()).slice(2) : undefined;
}
