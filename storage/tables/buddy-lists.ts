/**
 * A list of numbers for each user, in blocks of large pages outside of JavaScript's heap.
 *
 * A block has room for a power of two, the least that holds the list; so a list's length tells how large its
 * block is. A list changes in its block, and moves to another one when it needs a larger or a smaller block.
 */

import { Column } from './column.js';

/** Numbers in a page; a block is never larger. */
const PAGE_BITS = 18;
const PAGE_LENGTH = 1 << PAGE_BITS;

/** What 32 bits reach, but for the page that is being filled. */
const MAX_PLACES = 2 ** 32 - PAGE_LENGTH;

/** Where a list is. */
interface ListPlace {
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

  /** True when no more pages can be reached. */
  get isFull(): boolean {
    return this.#end >= MAX_PLACES;
  }

  /** How many bytes the pages have. */
  get bytes(): number {
    return this.#pages.length * PAGE_LENGTH * Uint32Array.BYTES_PER_ELEMENT;
  }

  lengthOf(user: number): number {
    return this.#places.get(2 * user + 1);
  }

  /** The numbers on a list, good until the next change. */
  listOf(user: number): Uint32Array {
    return this.#numbersAt(this.#placeOf(user));
  }

  /** Where a buddy is on a list, counted from 0, or -1. */
  positionOf(user: number, buddy: number): number {
    const { start, length } = this.#placeOf(user);
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
    const list = this.#resize(user, this.lengthOf(user) + 1);
    list.copyWithin(position + 1, position);
    list[position] = buddy;
  }

  remove(user: number, position: number): void {
    this.listOf(user).copyWithin(position, position + 1);
    this.#resize(user, this.lengthOf(user) - 1);
  }

  /** Gives a list another length, and a block of the room for it if it has another; returns it. */
  #resize(user: number, length: number): Uint32Array {
    const old = this.#placeOf(user);
    const room = roomFor(length);
    const stays = room === roomFor(old.length);
    const start = stays ? old.start : this.#take(room);
    const list = this.#numbersAt({ start, length });
    if (!stays) {
      list.set(this.listOf(user).subarray(0, length));
      this.#release(old);
    }
    this.#moveTo(user, start, length);
    return list;
  }

  #placeOf(user: number): ListPlace {
    return { start: this.#places.get(2 * user), length: this.lengthOf(user) };
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
    if (room === 0) return 0;
    const free = this.#free.get(room)?.pop();
    if (free !== undefined) return free;
    // No block is cut in two by the end of a page.
    const left = PAGE_LENGTH - (this.#end % PAGE_LENGTH);
    const start = room > left ? this.#end + left : this.#end;
    this.#end = start + room;
    if (this.#pages.length * PAGE_LENGTH < this.#end) this.#pages.push(new Uint32Array(PAGE_LENGTH));
    return start;
  }

  #release({ start, length }: ListPlace): void {
    if (length === 0) return;
    const room = roomFor(length);
    const free = this.#free.get(room);
    if (free === undefined) this.#free.set(room, [start]);
    else free.push(start);
  }
}

const NONE = new Uint32Array(0);

/** How many numbers the block of a list has room for. */
function roomFor(length: number): number {
  return length === 0 ? 0 : 1 << (32 - Math.clz32(length - 1));
}
