/**
 * The answer to a GET: one line per buddy, in the order in which the buddies were added. This file parses
 * answers; buddy-list-writer.ts writes them.
 */

import { parseAddress, parsePort } from './address.js';
import { tokensOf } from './ascii.js';
import { parseId, type UserId } from './id.js';
import { parseStatus, type Status } from './status.js';

/** The maximum number of bytes in an answer: the largest payload of a UDP datagram over IPv4. */
export const MAX_BUDDY_LIST_BYTES = 65_507;

/**
 * The maximum number of bytes in a line of an answer: an id, a status, an IPv6 address with a zone, a port.
 */
export const MAX_BUDDY_LINE_BYTES = 256;

/**
 * The maximum number of buddies to remember while lists may be cut. A user of im-server has at most this many
 * buddies.
 */
const MAX_REMEMBERED_BUDDIES = 10_000;

/** The address and port on which a buddy accepts calls. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** One buddy as the server reports it. A buddy who is offline has no endpoint. */
export interface Buddy {
  readonly id: UserId;
  readonly status: Status;
  readonly endpoint: Endpoint | undefined;
}

/** Buddies in the order in which they were added. */
export interface BuddyList extends ReadonlyArray<Buddy> {
  /** Set if the answer is so long that one more line might not have fitted, so buddies may be missing. */
  readonly mayBeCut?: true;
}

/**
 * Parses a buddy list from any server of this protocol. Skips lines that are not valid. A buddy without a
 * usable address and port has no endpoint.
 *
 * @param text The answer, one character per byte.
 */
export function parseBuddyList(text: string): BuddyList {
  const buddies = parseBuddyLines(text);
  const isFull = text.length > MAX_BUDDY_LIST_BYTES - MAX_BUDDY_LINE_BYTES;
  return isFull ? Object.assign(buddies, { mayBeCut: true as const }) : buddies;
}

/** Like {@link parseBuddyList}, but does not check whether the list may be cut. */
export function parseBuddyLines(text: string): Buddy[] {
  const buddies: Buddy[] = [];
  for (const line of text.split('\n')) {
    const [idToken, code, , addressToken, portToken] = tokensOf(line.replace(/\r$/, ''));
    const id = parseId(idToken);
    const status = parseStatus(code);
    if (id === undefined || status === undefined) continue;
    const address = parseAddress(addressToken);
    const port = parsePort(portToken);
    const callable = status !== 101 && address !== undefined && port !== undefined && port > 0;
    buddies.push({ id, status, endpoint: callable ? { address, port } : undefined });
  }
  return buddies;
}

/**
 * Returns the entries that are still valid after a new list. If the list is complete, the entries of buddies
 * who are not on it are dropped. If the list may be cut, a missing buddy may be beyond the cut: then only the
 * oldest entries are dropped, and at most {@link MAX_REMEMBERED_BUDDIES} remain.
 */
export function stillKnown<TKnown>(known: ReadonlyMap<UserId, TKnown>, list: BuddyList): Map<UserId, TKnown> {
  if (list.mayBeCut) return new Map([...known].slice(-MAX_REMEMBERED_BUDDIES));
  const listed = new Set(list.map(({ id }) => id));
  return new Map([...known].filter(([id]) => listed.has(id)));
}
