/**
 * A list of numbers for each user, in blocks of large pages outside of JavaScript's heap.
 *
 * A block has room for a power of two, the least that holds the list; so a list's length tells how large its
 * block is. What is in a block stays as it is: a list grows at its end as long as there is room, and every
 * other change goes to another block. So whoever remembers a block and a length has a list as it was, while
 * the blocks that are left are {@link BuddyLists.keep kept}.
 */

import { Column } from './column.js';

/** Numbers in a page; a block is never larger. */
const PAGE_BITS = 18;
const PAGE_LENGTH = 1 << PAGE_BITS;

/** What 32 bits reach, but for the page that is being filled. */
const MAX_PLACES = 2 ** 32 - PAGE_LENGTH;

/** Where a list is. */
export interface ListPlace {
  /** Of its first number; the others follow. */
  readonly start: number;
  readonly length: number;
}

export class BuddyLists {
  readonly #pages: Uint32Array[] = [];
  /** Where the part of the pages begins that was never used. */
  #end = 0;
  /** Blocks that are free, by their room. */
  readonly #free = new Map<number, number[]>();
  /** Where each user's list begins, and beside it how long it is. */
  readonly #places = new Column();
  #kept: ListPlace[] | undefined;

  /** True when no more pages can be reached. */
  get isFull(): boolean {
    return this.#end >= MAX_PLACES;
  }

  placeOf(user: number): ListPlace {
    return { start: this.#places.get(2 * user), length: this.#places.get(2 * user + 1) };
  }

  /** The numbers on a list, as they are at this moment. */
  listOf(user: number): Uint32Array {
    return this.#numbersAt(this.placeOf(user));
  }

  /** The number at a place. */
  read(place: number): number {
    return this.#pageOf(place)[place & (PAGE_LENGTH - 1)] as number;
  }

  /** Where a buddy is on a list, counted from 0, or -1. */
  positionOf(user: number, buddy: number): number {
    const { start, length } = this.placeOf(user);
    if (length === 0) return -1;
    const page = this.#pageOf(start);
    const at = start & (PAGE_LENGTH - 1);
    for (let position = 0; position < length; position++) if (page[at + position] === buddy) return position;
    return -1;
  }

  /** Gives a user who has no list the first `length` of these numbers. */
  set(user: number, numbers: ArrayLike<number>, length: number): void {
    if (length === 0) return;
    const start = this.#take(roomFor(length));
    const page = this.#pageOf(start);
    const at = start & (PAGE_LENGTH - 1);
    for (let position = 0; position < length; position++) page[at + position] = numbers[position] as number;
    this.#moveTo(user, start, length);
  }

  insert(user: number, position: number, buddy: number): void {
    const { start, length } = this.placeOf(user);
    if (position === length && length < roomFor(length)) {
      this.#pageOf(start)[(start + length) & (PAGE_LENGTH - 1)] = buddy;
      this.#moveTo(user, start, length + 1);
    } else {
      this.#replace(user, position, position, [buddy]);
    }
  }

  remove(user: number, position: number): void {
    this.#replace(user, position, position + 1, []);
  }

  /** From now on, what is in blocks that lists leave is kept. */
  keep(): void {
    this.#kept = [];
  }

  /** What was kept is needed no more. */
  letGo(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const place of kept) this.#release(place);
  }

  /** Puts what is from one position up to another by something else, in a new block. */
  #replace(user: number, from: number, to: number, between: readonly number[]): void {
    const old = this.placeOf(user);
    const numbers = this.#numbersAt(old);
    const length = old.length - (to - from) + between.length;
    const start = length === 0 ? 0 : this.#take(roomFor(length));
    const block = this.#numbersAt({ start, length });
    block.set(numbers.subarray(0, from));
    block.set(between, from);
    block.set(numbers.subarray(to), from + between.length);
    this.#moveTo(user, start, length);
    this.#release(old);
  }

  #moveTo(user: number, start: number, length: number): void {
    this.#places.set(2 * user, start);
    this.#places.set(2 * user + 1, length);
  }

  #numbersAt({ start, length }: ListPlace): Uint32Array {
    if (length === 0) return NONE;
    const at = start & (PAGE_LENGTH - 1);
    return this.#pageOf(start).subarray(at, at + length);
  }

  #pageOf(place: number): Uint32Array {
    return this.#pages[place >>> PAGE_BITS] as Uint32Array;
  }

  #take(room: number): number {
    const free = this.#free.get(room)?.pop();
    if (free !== undefined) return free;
    // No block is cut in two by the end of a page.
    const left = PAGE_LENGTH - (this.#end % PAGE_LENGTH);
    const start = room > left ? this.#end + left : this.#end;
    this.#end = start + room;
    if (this.#pages.length * PAGE_LENGTH < this.#end) this.#pages.push(new Uint32Array(PAGE_LENGTH));
    return start;
  }

  #release(place: ListPlace): void {
    if (place.length === 0) return;
    if (this.#kept !== undefined) {
      this.#kept.push(place);
      return;
    }
    const room = roomFor(place.length);
    const free = this.#free.get(room);
    if (free === undefined) this.#free.set(room, [place.start]);
    else free.push(place.start);
  }
}

const NONE = new Uint32Array(0);

/** How many numbers the block of a list has room for. */
function roomFor(length: number): number {
  return length === 0 ? 0 : 1 << (32 - Math.clz32(length - 1));
}
