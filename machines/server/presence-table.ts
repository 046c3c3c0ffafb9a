/**
 * The presence records of all users: status, address and time of expiry. The table is in memory only: after a
 * restart, the next announcements of the clients fill it again.
 *
 * Users are identified by numbers. A record is a row of 64 bytes outside of JavaScript's heap. Pages of rows
 * are allocated for users who announced themselves or were queried. A row contains its expiry time, so
 * expired rows need no timer and no scan. A row also contains the user's id, so that writing a buddy list
 * reads only one cache line per buddy.
 */

import { packIpv4, unpackIpv4 } from '../../protocol/address.js';
import { MAX_ID_LENGTH, type UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

/** The lifetime of a record after its first announcement, in milliseconds. No record lives longer. */
export const MAX_LIFETIME_MS = 10 * 60_000;

/** The shortest lifetime of a record from its second announcement on, in milliseconds. */
export const MIN_LIFETIME_MS = 35_000;

/** The lifetime of a record, as a multiple of the longest recent gap between announcements. */
const LIFETIME_IN_GAPS = 3.5;

/** How many gaps count as recent. */
const RECENT_GAPS = 4;

/**
 * The unit in which gaps are stored, in milliseconds. The longest gap that fits is much longer than the gaps
 * that affect a lifetime.
 */
const GAP_UNIT_MS = 10;
const MAX_GAP = 0xffff;

/**
 * Stored in place of an address that is not an IPv4 address. Such an address is kept as text, outside of the
 * row.
 */
const OTHER = 0;

/** A page has 2^16 rows. The operating system allocates memory only for the parts that are used. */
const PAGE_BITS = 16;
const PAGE_ROWS = 1 << PAGE_BITS;
const ROW_MASK = PAGE_ROWS - 1;

/** A row is one cache line. Most of the cost of reading a row is the wait for this cache line. */
const ROW_BYTES = 64;

/** The position of each field (`at`) and the size of a row (`stride`), in units of the field's size. */
const EXPIRES = { stride: ROW_BYTES / 8, at: 0 };
const GAPS = { stride: ROW_BYTES / 2, at: 4 };
const ADDRESS = { stride: ROW_BYTES / 4, at: 4 };
const PORT = { stride: ROW_BYTES / 2, at: 10 };
const STATUS = { stride: ROW_BYTES, at: 22 };
/** Length of the id in the row; 0 if the row does not contain the id, for example because it is too long. */
const ID_LENGTH = { stride: ROW_BYTES, at: 23 };
const ID = { stride: ROW_BYTES, at: 24, room: ROW_BYTES - 24 };

/** A page of rows, with a typed array for each size of field. */
class Page {
  readonly #bytes = new ArrayBuffer(PAGE_ROWS * ROW_BYTES);
  /** Contains the expiry time of each record; 0 if there is no record. */
  readonly doubles = new Float64Array(this.#bytes);
  readonly words = new Uint32Array(this.#bytes);
  /** Contains the latest gaps between announcements, newest first; 0 in place of a gap that is missing. */
  readonly halves = new Uint16Array(this.#bytes);
  readonly bytes = new Uint8Array(this.#bytes);
}

/** Maps the numbers of users to their ids. */
export interface IdSource {
  /** The number of committed users. Numbers from this one on may still be assigned to other users. */
  readonly committed: number;
  /** Writes a user's id into a buffer. Returns the end offset. */
  copyId(target: Uint8Array, at: number, user: number): number;
}

/** Receives records of the table. An id is `id[start..end)`, and is valid only during the call. */
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

/** How many users are online, and how many are away. */
export interface PresenceCount {
  readonly online: number;
  readonly away: number;
}

/** A user who is online or away. */
export interface OnlineUser {
  readonly user: number;
  readonly status: Exclude<Status, 101>;
  readonly address: string;
  readonly port: number;
  /** When the last announcement came; monotonic, in milliseconds. */
  readonly heardMs: number;
}

/**
 * Has at most one record per registered user, so the limit on users also limits the table. Times are
 * monotonic, in milliseconds.
 */
export class PresenceTable {
  readonly #pages: Page[] = [];
  /** Written so that the compiler cannot remove the reads in {@link touch}. The value is not used. */
  touched = 0;
  /** Addresses that are not IPv4 addresses, by user. */
  readonly #others = new Map<number, string>();
  /** Buffer for an id that is not in a row. */
  readonly #id = Buffer.alloc(MAX_ID_LENGTH);

  /**
   * Records an announcement. Status 101 ends the record at once.
   *
   * @param id The id of `user`; `undefined` if the caller does not have it. The table then reads the id when
   * the record is visited.
   */
  set(
    user: number,
    id: UserId | undefined,
    status: Status,
    address: string,
    port: number,
    nowMs: number,
  ): void {
    const { doubles, words, halves, bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    if (id !== undefined && bytes[row * ID_LENGTH.stride + ID_LENGTH.at] === 0) {
      this.#storeId(user, this.#id.write(id, 'latin1'));
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

  /** Ends the record of a user at once. */
  end(user: number): void {
    const page = this.#pages[user >>> PAGE_BITS];
    if (page === undefined) return;
    page.doubles[(user & ROW_MASK) * EXPIRES.stride + EXPIRES.at] = 0;
    this.#others.delete(user);
  }

  /**
   * Ends all records for which the test returns true. An IPv4 address is passed as `packIpv4` returns it.
   * Reads the whole table.
   */
  endWhere(test: (user: number, address: number | string) => boolean): void {
    for (const [index, { doubles, words }] of this.#pages.entries()) {
      for (let row = 0; row < PAGE_ROWS; row++) {
        if (doubles[row * EXPIRES.stride + EXPIRES.at] === 0) continue;
        const user = index * PAGE_ROWS + row;
        const packed = words[row * ADDRESS.stride + ADDRESS.at] as number;
        if (test(user, packed === OTHER ? (this.#others.get(user) as string) : packed)) this.end(user);
      }
    }
  }

  /** Passes the record of a user to the visitor. */
  visit(user: number, nowMs: number, ids: IdSource, visitor: PresenceVisitor): void {
    const { doubles, words, halves, bytes } = this.#pageFor(user);
    const row = user & ROW_MASK;
    const length = bytes[row * ID_LENGTH.stride + ID_LENGTH.at] || this.#loadId(user, ids);
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

  /** Higher than the number of every user who is online or away. */
  get size(): number {
    return this.#pages.length << PAGE_BITS;
  }

  /** Lists those of the users from `first` up to `end` (not included) who are online or away. */
  listOnline(first: number, end: number, nowMs: number): readonly OnlineUser[] {
    const online: OnlineUser[] = [];
    for (let user = first; user < end; user++) {
      const page = this.#pages[user >>> PAGE_BITS];
      if (page === undefined) return online;
      const { doubles, words, halves, bytes } = page;
      const row = user & ROW_MASK;
      const expiresMs = doubles[row * EXPIRES.stride + EXPIRES.at] as number;
      if (nowMs >= expiresMs) continue;
      const packed = words[row * ADDRESS.stride + ADDRESS.at] as number;
      online.push({
        user,
        status: bytes[row * STATUS.stride + STATUS.at] as 100 | 102,
        address: packed === OTHER ? (this.#others.get(user) as string) : unpackIpv4(packed),
        port: halves[row * PORT.stride + PORT.at] as number,
        heardMs: expiresMs - lifetimeMs(halves, row * GAPS.stride + GAPS.at),
      });
    }
    return online;
  }

  /**
   * Counts the users in one page of rows who are online or away. Pages are numbered from 0.
   *
   * @returns `undefined` after the last page.
   */
  countPage(page: number, nowMs: number): PresenceCount | undefined {
    const rows = this.#pages[page];
    if (rows === undefined) return undefined;
    let online = 0;
    let away = 0;
    for (let row = 0; row < PAGE_ROWS; row++) {
      if (nowMs >= (rows.doubles[row * EXPIRES.stride + EXPIRES.at] as number)) continue;
      if (rows.bytes[row * STATUS.stride + STATUS.at] === 102) away += 1;
      else online += 1;
    }
    return { online, away };
  }

  /**
   * Reads the rows of the users who will be visited next, so that the processor fetches all rows in parallel.
   */
  touch(users: Uint32Array): void {
    let touched = 0;
    // Keep the loop short, because the processor looks ahead only over a limited number of instructions.
    for (let index = 0; index < users.length; index++) {
      const user = users[index] as number;
      const { doubles } = this.#pageFor(user);
      touched += doubles[(user & ROW_MASK) * EXPIRES.stride + EXPIRES.at] as number;
    }
    this.touched = touched;
  }

  /** Loads a user's id into the buffer. If the user is committed, also stores the id in the user's row. */
  #loadId(user: number, ids: IdSource): number {
    const length = ids.copyId(this.#id, 0, user);
    if (user < ids.committed) this.#storeId(user, length);
    return length;
  }

  /** Copies the id from the buffer into the user's row, if there is room. */
  #storeId(user: number, length: number): void {
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

/** Records the gap between the last two announcements. Returns the new lifetime of the record. */
function recordGap(gaps: Uint16Array, newest: number, expiresAtMs: number, nowMs: number): number {
  const isThere = nowMs < expiresAtMs;
  const gapMs = isThere ? nowMs - (expiresAtMs - lifetimeMs(gaps, newest)) : 0;
  for (let at = newest + RECENT_GAPS - 1; at > newest; at--)
    gaps[at] = isThere ? (gaps[at - 1] as number) : 0;
  gaps[newest] = isThere ? Math.min(Math.max(Math.ceil(gapMs / GAP_UNIT_MS), 1), MAX_GAP) : 0;
  return lifetimeMs(gaps, newest);
}

/** The lifetime of a record whose announcements had these gaps. */
function lifetimeMs(gaps: Uint16Array, newest: number): number {
  let longest = 0;
  for (let at = newest; at < newest + RECENT_GAPS; at++) longest = Math.max(longest, gaps[at] as number);
  if (longest === 0) return MAX_LIFETIME_MS;
  return Math.min(Math.max(LIFETIME_IN_GAPS * longest * GAP_UNIT_MS, MIN_LIFETIME_MS), MAX_LIFETIME_MS);
}
