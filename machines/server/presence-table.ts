/**
 * Who is online, where, and until when. In memory only: after a restart it fills again with the
 * clients' next announcements.
 *
 * Users are numbers, and a record is a row of 32 bytes outside of JavaScript's heap, which exists where somebody was
 * online. A row says until when it holds, so an expired one needs no timer, and nobody looks for it.
 */

import { packIpv4 } from '../../protocol/address.js';
import type { Status } from '../../protocol/status.js';

/** How long a record lives that was set once, and the longest that any record lives. */
export const LONGEST_LIFE_MS = 10 * 60_000;

/** The shortest that a record lives after its second announcement. */
export const SHORTEST_LIFE_MS = 35_000;

/** How many times the longest recent gap between announcements a record lives. */
const LIFE_IN_GAPS = 3.5;

/** How many gaps count as recent. */
const RECENT_GAPS = 4;

/** Gaps are remembered in this many milliseconds; the longest that can be is far beyond the longest that matters. */
const GAP_UNIT_MS = 10;
const MAX_GAP = 0xffff;

/** In place of an IPv4 address: it is another kind of address, which is kept as text. */
const OTHER = 0;

/** Rows in a page. */
const PAGE_BITS = 12;
const PAGE_ROWS = 1 << PAGE_BITS;
const ROW_MASK = PAGE_ROWS - 1;

/** A row is 32 bytes, so that it is never in two lines of the processor's cache: to wait for one is most of what a look costs. */
const ROW_BYTES = 32;

/** Where a row's fields are, in units of their own size. */
const EXPIRES = { stride: ROW_BYTES / 8, at: 0 };
const GAPS = { stride: ROW_BYTES / 2, at: 4 };
const ADDRESS = { stride: ROW_BYTES / 4, at: 4 };
const PORT = { stride: ROW_BYTES / 2, at: 10 };
const STATUS = { stride: ROW_BYTES, at: 22 };

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

/** Whoever takes what the table has. */
export interface PresenceVisitor {
  present(user: number, status: Exclude<Status, 101>, address: number | string, port: number): void;
  offline(user: number): void;
}

/** At most one record per registered user, who are themselves limited. Times are monotonic. */
export class PresenceTable {
  readonly #pages: (Page | undefined)[] = [];
  /** Nobody needs it; without it, a compiler might leave out what is only looked at. */
  touched = 0;
  /** Addresses that are no IPv4 addresses, by user. */
  readonly #others = new Map<number, string>();

  /** Takes note of an announcement. 101 ends the record at once. */
  set(user: number, status: Status, address: string, port: number, nowMs: number): void {
    const { doubles, words, halves, bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    const expires = row * EXPIRES.stride + EXPIRES.at;
    if (status === 101) {
      doubles[expires] = 0;
      this.#others.delete(user);
      return;
    }
    doubles[expires] =
      nowMs + noteGap(halves, row * GAPS.stride + GAPS.at, doubles[expires] as number, nowMs);
    bytes[row * STATUS.stride + STATUS.at] = status;
    halves[row * PORT.stride + PORT.at] = port;
    const packed = packIpv4(address) ?? OTHER;
    words[row * ADDRESS.stride + ADDRESS.at] = packed;
    if (packed === OTHER) this.#others.set(user, address);
    else if (this.#others.size > 0) this.#others.delete(user);
  }

  /** Tells the visitor where a user is. */
  visit(user: number, nowMs: number, visitor: PresenceVisitor): void {
    const page = this.#pages[user >>> PAGE_BITS];
    const row = user & ROW_MASK;
    if (page === undefined || nowMs >= (page.doubles[row * EXPIRES.stride + EXPIRES.at] as number)) {
      return visitor.offline(user);
    }
    const packed = page.words[row * ADDRESS.stride + ADDRESS.at] as number;
    const address = packed === OTHER ? (this.#others.get(user) as string) : packed;
    const status = page.bytes[row * STATUS.stride + STATUS.at] as 100 | 102;
    visitor.present(user, status, address, page.halves[row * PORT.stride + PORT.at] as number);
  }

  /**
   * Looks at users who are visited next, so that the processor fetches them all at the same time: alone each is waited
   * for.
   */
  touch(users: Uint32Array): void {
    let touched = 0;
    for (const user of users) {
      const page = this.#pages[user >>> PAGE_BITS];
      if (page === undefined) continue;
      touched += page.doubles[(user & ROW_MASK) * EXPIRES.stride + EXPIRES.at] as number;
    }
    this.touched = touched;
  }

  #pageFor(user: number): Page {
    const at = user >>> PAGE_BITS;
    // Never a hole: an array with holes is a slow one.
    while (this.#pages.length <= at) this.#pages.push(undefined);
    this.#pages[at] ??= new Page();
    return this.#pages[at];
  }
}

/** Takes note of the gap that an announcement ends; returns how long the record lives from now on. */
function noteGap(gaps: Uint16Array, newest: number, expiresAtMs: number, nowMs: number): number {
  const isThere = nowMs < expiresAtMs;
  const gapMs = isThere ? nowMs - (expiresAtMs - lifeMs(gaps, newest)) : 0;
  for (let at = newest + RECENT_GAPS - 1; at > newest; at--)
    gaps[at] = isThere ? (gaps[at - 1] as number) : 0;
  gaps[newest] = isThere ? Math.min(Math.max(Math.ceil(gapMs / GAP_UNIT_MS), 1), MAX_GAP) : 0;
  return lifeMs(gaps, newest);
}

/** How long a record lives whose announcements came with these gaps. */
function lifeMs(gaps: Uint16Array, newest: number): number {
  let longest = 0;
  for (let at = newest; at < newest + RECENT_GAPS; at++) longest = Math.max(longest, gaps[at] as number);
  if (longest === 0) return LONGEST_LIFE_MS;
  return Math.min(Math.max(LIFE_IN_GAPS * longest * GAP_UNIT_MS, SHORTEST_LIFE_MS), LONGEST_LIFE_MS);
}
