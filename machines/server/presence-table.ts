/**
 * Who is online, where, and until when. In memory only: after a restart it fills again with the
 * clients' next announcements.
 *
 * Users are numbers, and a record is a row of 64 bytes outside of JavaScript's heap, which exists where
 * somebody was online or was asked for. A row says until when it holds, so an expired one needs no timer, and
 * nobody looks for it. It also has the user's id, so that whoever writes down a list need not wait for other
 * memory as well.
 */

import { packIpv4 } from '../../protocol/address.js';
import { MAX_ID_LENGTH, type UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

/** How long a record lives that was set once, and the longest that any record lives. */
export const MAX_LIFETIME_MS = 10 * 60_000;

/** The shortest that a record lives after its second announcement. */
export const MIN_LIFETIME_MS = 35_000;

/** How many times the longest recent gap between announcements a record lives. */
const LIFETIME_IN_GAPS = 3.5;

/** How many gaps count as recent. */
const RECENT_GAPS = 4;

/**
 * Gaps are remembered in this many milliseconds; the longest that can be is far beyond the longest that
 * matters.
 */
const GAP_UNIT_MS = 10;
const MAX_GAP = 0xffff;

/** In place of an IPv4 address: it is another kind of address, which is kept as text. */
const OTHER = 0;

/** Rows in a page, of which the system gives memory only to those that are used. */
const PAGE_BITS = 16;
const PAGE_ROWS = 1 << PAGE_BITS;
const ROW_MASK = PAGE_ROWS - 1;

/** A row is one line of the processor's cache: to wait for one is most of what a look costs. */
const ROW_BYTES = 64;

/** Where a row's fields are, in units of their own size. */
const EXPIRES = { stride: ROW_BYTES / 8, at: 0 };
const GAPS = { stride: ROW_BYTES / 2, at: 4 };
const ADDRESS = { stride: ROW_BYTES / 4, at: 4 };
const PORT = { stride: ROW_BYTES / 2, at: 10 };
const STATUS = { stride: ROW_BYTES, at: 22 };
/** How long the id is; 0 where it is not known here, or too long. */
const ID_LENGTH = { stride: ROW_BYTES, at: 23 };
const ID = { stride: ROW_BYTES, at: 24, room: ROW_BYTES - 24 };

/** Rows, seen as numbers of each size. */
class Page {
  readonly #bytes = new ArrayBuffer(PAGE_ROWS * ROW_BYTES);
  /** When a record expires; 0 where nobody is. */
  readonly doubles = new Float64Array(this.#bytes);
  readonly words = new Uint32Array(this.#bytes);
  /** Among them the latest gaps between announcements, newest first; 0 where there was none. */
  readonly halves = new Uint16Array(this.#bytes);
  readonly bytes = new Uint8Array(this.#bytes);
}

/** Whoever knows the ids of users by their numbers. */
export interface IdSource {
  /** How many users there surely are: higher numbers may come to mean others. */
  readonly settled: number;
  /** Writes a user's id into a buffer; returns where it ends. */
  copyId(target: Uint8Array, at: number, user: number): number;
}

/** Whoever takes what the table has. An id is the bytes from `start` up to `end`, for now. */
export interface PresenceVisitor {
  present(
    id: Uint8Array,
    start: number,
    end: number,
    status: Exclude<Status, 101>,
    address: number | string,
    port: number,
  ): void;
  offline(id: Uint8Array, start: number, end: number): void;
}

/** At most one record per registered user, who are themselves limited. Times are monotonic. */
export class PresenceTable {
  readonly #pages: Page[] = [];
  /** Nobody needs it; without it, a compiler might leave out what is only looked at. */
  touched = 0;
  /** Addresses that are no IPv4 addresses, by user. */
  readonly #others = new Map<number, string>();
  /** An id that is in no row. */
  readonly #id = Buffer.alloc(MAX_ID_LENGTH);

  /** Takes note of an announcement by a user whose id this surely is. 101 ends the record at once. */
  set(user: number, id: UserId, status: Status, address: string, port: number, nowMs: number): void {
    const { doubles, words, halves, bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    if (bytes[row * ID_LENGTH.stride + ID_LENGTH.at] === 0) {
      this.#keepId(user, this.#id.write(id, 'latin1'));
    }
    const expires = row * EXPIRES.stride + EXPIRES.at;
    if (status === 101) {
      doubles[expires] = 0;
      this.#others.delete(user);
      return;
    }
    doubles[expires] =
      nowMs + recordGap(halves, row * GAPS.stride + GAPS.at, doubles[expires] as number, nowMs);
    bytes[row * STATUS.stride + STATUS.at] = status;
    halves[row * PORT.stride + PORT.at] = port;
    const packed = packIpv4(address) ?? OTHER;
    words[row * ADDRESS.stride + ADDRESS.at] = packed;
    if (packed === OTHER) this.#others.set(user, address);
    else if (this.#others.size > 0) this.#others.delete(user);
  }

  /** Tells the visitor where a user is. */
  visit(user: number, nowMs: number, ids: IdSource, visitor: PresenceVisitor): void {
    const { doubles, words, halves, bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    const length = bytes[row * ID_LENGTH.stride + ID_LENGTH.at] || this.#remember(user, ids);
    const isInRow = bytes[row * ID_LENGTH.stride + ID_LENGTH.at] !== 0;
    const id = isInRow ? bytes : this.#id;
    const start = isInRow ? row * ID.stride + ID.at : 0;
    if (nowMs >= (doubles[row * EXPIRES.stride + EXPIRES.at] as number)) {
      return visitor.offline(id, start, start + length);
    }
    const packed = words[row * ADDRESS.stride + ADDRESS.at] as number;
    const address = packed === OTHER ? (this.#others.get(user) as string) : packed;
    const status = bytes[row * STATUS.stride + STATUS.at] as 100 | 102;
    const port = halves[row * PORT.stride + PORT.at] as number;
    visitor.present(id, start, start + length, status, address, port);
  }

  /**
   * Looks at users who are visited next, so that the processor fetches them all at the same time: alone each
   * is waited for.
   */
  touch(users: Uint32Array): void {
    let touched = 0;
    // As few steps as can be, for a processor looks ahead only so far.
    for (let index = 0; index < users.length; index++) {
      const user = users[index] as number;
      const { doubles } = this.#pageFor(user);
      touched += doubles[(user & ROW_MASK) * EXPIRES.stride + EXPIRES.at] as number;
    }
    this.touched = touched;
  }

  /** Has an id at hand, and for later in its row where it surely stays the user's. */
  #remember(user: number, ids: IdSource): number {
    const length = ids.copyId(this.#id, 0, user);
    if (user < ids.settled) this.#keepId(user, length);
    return length;
  }

  /** Writes the id at hand into its row, where there is room. */
  #keepId(user: number, length: number): void {
    if (length > ID.room) return;
    const { bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    bytes.set(this.#id.subarray(0, length), row * ID.stride + ID.at);
    bytes[row * ID_LENGTH.stride + ID_LENGTH.at] = length;
  }

  #pageFor(user: number): Page {
    const at = user >>> PAGE_BITS;
    while (this.#pages.length <= at) this.#pages.push(new Page());
    return this.#pages[at] as Page;
  }
}

/** Takes note of the gap that an announcement ends; returns how long the record lives from now on. */
function recordGap(gaps: Uint16Array, newest: number, expiresAtMs: number, nowMs: number): number {
  const isThere = nowMs < expiresAtMs;
  const gapMs = isThere ? nowMs - (expiresAtMs - lifetimeMs(gaps, newest)) : 0;
  for (let at = newest + RECENT_GAPS - 1; at > newest; at--)
    gaps[at] = isThere ? (gaps[at - 1] as number) : 0;
  gaps[newest] = isThere ? Math.min(Math.max(Math.ceil(gapMs / GAP_UNIT_MS), 1), MAX_GAP) : 0;
  return lifetimeMs(gaps, newest);
}

/** How long a record lives whose announcements came with these gaps. */
function lifetimeMs(gaps: Uint16Array, newest: number): number {
  let longest = 0;
  for (let at = newest; at < newest + RECENT_GAPS; at++) longest = Math.max(longest, gaps[at] as number);
  if (longest === 0) return MAX_LIFETIME_MS;
  return Math.min(Math.max(LIFETIME_IN_GAPS * longest * GAP_UNIT_MS, MIN_LIFETIME_MS), MAX_LIFETIME_MS);
}
