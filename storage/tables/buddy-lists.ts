/**
 * A list of numbers for each user, in blocks of large pages outside of JavaScript's heap.
 *
 * The size of a block is the smallest power of two that holds the list; the list's length therefore gives the
 * size of its block. A list stays in its block until it needs a larger or a smaller block; then it moves.
 */

import { Column } from './column.js';

/** A page has 2 ** PAGE_BITS numbers. A block is at most a page. */
const PAGE_BITS = 18;
const PAGE_LENGTH = 1 << PAGE_BITS;

/**
 * The maximum number of numbers in all pages: the range of a 32-bit offset, less one page for the page that
 * is being filled.
 */
const MAX_NUMBERS = 2 ** 32 - PAGE_LENGTH;

/** The location of a list. */
interface ListSpan {
  /** The offset of its first number, counted through all pages. */
  readonly start: number;
  readonly length: number;
}

export class BuddyLists {
  readonly #pages: Uint32Array[] = [];
  /** The offset at which the unused part of the pages begins. */
  #end = 0;
  /** Offsets of free blocks, by block size. */
  readonly #free = new Map<number, number[]>();
  /** Two entries for each user: the offset of the list, and its length. */
  readonly #spans = new Column();

  /** True when no more pages can be addressed. */
  get isFull(): boolean {
    return this.#end >= MAX_NUMBERS;
  }

  /** Whether `numbers` more numbers can be addressed, in blocks of any size. */
  hasRoomFor(numbers: number): boolean {
    // At worst, half of each page stays empty because the next block does not fit.
    return this.#end + 2 * numbers < MAX_NUMBERS;
  }

  /** The size of all pages in bytes. */
  get bytes(): number {
    return this.#pages.length * PAGE_LENGTH * Uint32Array.BYTES_PER_ELEMENT;
  }

  lengthOf(user: number): number {
    return this.#spans.get(2 * user + 1);
  }

  /** The numbers on a list, valid until the next change. */
  listOf(user: number): Uint32Array {
    return this.#numbersAt(this.#spanOf(user));
  }

  /** The position of a buddy on a list, from 0, or -1. */
  positionOf(user: number, buddy: number): number {
    const { start, length } = this.#spanOf(user);
    if (length === 0) return -1;
    const page = this.#pageOf(start);
    const at = start & (PAGE_LENGTH - 1);
    for (let position = 0; position < length; position++) if (page[at + position] === buddy) return position;
    return -1;
  }

  /** Makes the user's list from the first `length` of these numbers. The user must not have a list yet. */
  set(user: number, numbers: ArrayLike<number>, length: number): void {
    if (length === 0) return;
    const start = this.#allocate(blockSizeFor(length));
    const page = this.#pageOf(start);
    const at = start & (PAGE_LENGTH - 1);
    for (let position = 0; position < length; position++) page[at + position] = numbers[position] as number;
    this.#setSpan(user, start, length);
  }

  insert(user: number, position: number, buddy: number): void {
    const list = this.#resize(user, this.lengthOf(user) + 1);
    list.copyWithin(position + 1, position);
    list[position] = buddy;
  }

  remove(user: number, position: number): void {
    this.listOf(user).copyWithin(position, position + 1);
    this.#resize(user, this.lengthOf(user) - 1);
  }

  clear(user: number): void {
    this.#release(this.#spanOf(user));
    this.#setSpan(user, 0, 0);
  }

  /** Sets the length of a list, and moves it if its block size changes; returns the list. */
  #resize(user: number, length: number): Uint32Array {
    const old = this.#spanOf(user);
    const size = blockSizeFor(length);
    const stays = size === blockSizeFor(old.length);
    const start = stays ? old.start : this.#allocate(size);
    const list = this.#numbersAt({ start, length });
    if (!stays) {
      list.set(this.listOf(user).subarray(0, length));
      this.#release(old);
    }
    this.#setSpan(user, start, length);
    return list;
  }

  #spanOf(user: number): ListSpan {
    return { start: this.#spans.get(2 * user), length: this.lengthOf(user) };
  }

  #setSpan(user: number, start: number, length: number): void {
    this.#spans.set(2 * user, start);
    this.#spans.set(2 * user + 1, length);
  }

  #numbersAt({ start, length }: ListSpan): Uint32Array {
    if (length === 0) return NONE;
    const at = start & (PAGE_LENGTH - 1);
    return this.#pageOf(start).subarray(at, at + length);
  }

  #pageOf(offset: number): Uint32Array {
    return this.#pages[offset >>> PAGE_BITS] as Uint32Array;
  }

  /** Returns the offset of a free block. */
  #allocate(size: number): number {
    if (size === 0) return 0;
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    // A block must not span two pages.
    const left = PAGE_LENGTH - (this.#end % PAGE_LENGTH);
    const start = size > left ? this.#end + left : this.#end;
    this.#end = start + size;
    if (this.#pages.length * PAGE_LENGTH < this.#end) this.#pages.push(new Uint32Array(PAGE_LENGTH));
    return start;
  }

  #release({ start, length }: ListSpan): void {
    if (length === 0) return;
    const size = blockSizeFor(length);
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [start]);
    else free.push(start);
  }
}

const NONE = new Uint32Array(0);

/** The size of the block for a list of this length. */
function blockSizeFor(length: number): number {
  return length === 0 ? 0 : 1 << (32 - Math.clz32(length - 1));
}
