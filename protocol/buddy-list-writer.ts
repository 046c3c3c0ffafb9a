/**
 * Writes answers to GET byte by byte, without allocating a string for each buddy.
 */

import { MAX_BUDDY_LINE_BYTES, MAX_BUDDY_LIST_BYTES } from './buddy-list.js';
import { STATUS_WORDS, type Status } from './status.js';

/**
 * The maximum number of lines in an answer. The shortest line is `a 102 AWAY ::1 1` with its LF, 17 bytes.
 */
export const MAX_LINES = Math.ceil(MAX_BUDDY_LIST_BYTES / 17);

/** Space that a list needs while it is written: the answer, and one line that may turn out not to fit. */
const MAX_ROOM_BYTES = MAX_BUDDY_LIST_BYTES + MAX_BUDDY_LINE_BYTES;

/**
 * Each list is a slice of a larger buffer of this size, a slab. Allocating a buffer for each list would take
 * longer than writing the list.
 */
const SLAB_BYTES = 4 * MAX_ROOM_BYTES;

const SPACE = 0x20;
const DOT = 0x2e;
const LF = 0x0a;
const ZERO = 0x30;

const OFFLINE = Buffer.from(` 101 ${STATUS_WORDS[101]} unknown unknown\n`);
const ONLINE = Buffer.from(` 100 ${STATUS_WORDS[100]} `);
const AWAY = Buffer.from(` 102 ${STATUS_WORDS[102]} `);

export class BuddyListWriter {
  #bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #start = 0;
  #end = 0;
  #isFull = false;
  #maxBytes = MAX_BUDDY_LIST_BYTES;

  /** Starts an answer of at most `maxBytes`. The caller passes at most {@link MAX_BUDDY_LIST_BYTES}. */
  start(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  /** True after a line did not fit. Further lines are ignored. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds a buddy who is offline. The id is `id[start..end)`. */
  offline(id: Uint8Array, start: number, end: number): void {
    if (this.#isFull) return;
    const at = copy(id, start, end, this.#bytes, this.#end);
    this.#keep(copy(OFFLINE, 0, OFFLINE.length, this.#bytes, at));
  }

  /**
   * Adds a buddy who is online or away. The id is `id[start..end)`.
   *
   * @param address An IPv4 address packed by `packIpv4`, or any other address as text.
   */
  present(
    id: Uint8Array,
    start: number,
    end: number,
    status: Exclude<Status, 101>,
    address: number | string,
    port: number,
  ): void {
    if (this.#isFull) return;
    const bytes = this.#bytes;
    const word = status === 100 ? ONLINE : AWAY;
    let at = copy(word, 0, word.length, bytes, copy(id, start, end, bytes, this.#end));
    at =
      typeof address === 'number' ? writeIpv4(bytes, at, address) : at + bytes.write(address, at, 'latin1');
    bytes[at++] = SPACE;
    at = writeNumber(bytes, at, port);
    bytes[at++] = LF;
    this.#keep(at);
  }

  /**
   * Returns the answer. An answer that would exceed its limit is cut at a line boundary.
   */
  finish(): Buffer {
    const answer = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.#isFull = false;
    if (this.#start + MAX_ROOM_BYTES > SLAB_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#start = 0;
      this.#end = 0;
    }
    return answer;
  }

  /** Keeps the last line, which ends at `end`, if it fits. Otherwise drops it and marks the list as full. */
  #keep(end: number): void {
    if (end - this.#start > this.#maxBytes) this.#isFull = true;
    else this.#end = end;
  }
}

// For so few bytes, a loop is faster than a call to `set`.
function copy(from: Uint8Array, start: number, end: number, to: Buffer, at: number): number {
  for (let index = start; index < end; index++) to[at + index - start] = from[index] as number;
  return at + end - start;
}

function writeIpv4(bytes: Buffer, start: number, address: number): number {
  let at = writeByte(bytes, start, address >>> 24);
  bytes[at++] = DOT;
  at = writeByte(bytes, at, (address >>> 16) & 0xff);
  bytes[at++] = DOT;
  at = writeByte(bytes, at, (address >>> 8) & 0xff);
  bytes[at++] = DOT;
  return writeByte(bytes, at, address & 0xff);
}

/** Writes a number below 256. */
function writeByte(bytes: Buffer, start: number, number: number): number {
  let at = start;
  if (number >= 100) bytes[at++] = ZERO + ((number / 100) | 0);
  if (number >= 10) bytes[at++] = ZERO + (((number / 10) | 0) % 10);
  bytes[at++] = ZERO + (number % 10);
  return at;
}

/** Writes a number below 100,000. */
function writeNumber(bytes: Buffer, start: number, number: number): number {
  const end = start + (number < 10 ? 1 : number < 100 ? 2 : number < 1_000 ? 3 : number < 10_000 ? 4 : 5);
  let rest = number;
  for (let at = end - 1; at >= start; at--) {
    const tens = (rest / 10) | 0;
    bytes[at] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return end;
}
