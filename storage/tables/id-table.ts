/**
 * A set of ids, each known by a number from 0 on, in the order in which they came.
 *
 * Made for many millions: the ids' characters lie one after the other in large pages outside of JavaScript's
 * heap, where no garbage collection looks at them, and are found by hashing with open addressing. The hash
 * table is cut into shards, so that each grows in an instant.
 */

import { randomInt } from 'node:crypto';
import { MAX_ID_LENGTH, type UserId } from '../../protocol/id.js';
import { Column } from './column.js';

/** Bytes in a page of characters; 4,096 pages are the most that a 32-bit place reaches. */
const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;

const SHARD_BITS = 8;

/** SlotMap of a shard that is new; their number is a power of two. */
const MIN_SLOTS = 8;

/** The hash must not be foreseen, or somebody could register ids that all fall in one place. */
const SEED = randomInt(2 ** 32);

/** Ids in one buffer that are to be found together. */
export class IdBatch {
  size = 0;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly hashes: Uint32Array;
  /** What {@link IdTable.findAll} found: a number for each, -1 for one that is not there. */
  readonly numbers: Int32Array;
  /** Nobody needs it; without it, a compiler might leave out what is only looked at. */
  touched = 0;

  /** @param limit Most ids in it. */
  constructor(limit: number) {
    this.starts = new Uint32Array(limit);
    this.ends = new Uint32Array(limit);
    this.hashes = new Uint32Array(limit);
    this.numbers = new Int32Array(limit);
  }

  add(start: number, end: number): void {
    this.starts[this.size] = start;
    this.ends[this.size] = end;
    this.size += 1;
  }
}

export class IdTable {
  readonly #pages: Buffer[] = [];
  /** Where the next id goes: a page, and a place in it. */
  #end = 0;
  /** Where each id begins: its length in one byte, then its characters. */
  readonly #places = new Column();
  readonly #shards = Array.from({ length: 1 << SHARD_BITS }, () => new Shard());
  readonly #scratch = Buffer.alloc(MAX_ID_LENGTH);
  #size = 0;

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of an id, or -1. */
  numberOf(id: UserId): number {
    return this.find(this.#scratch, 0, this.#write(id));
  }

  /** The number of an id that is written in bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(hashOf(bytes, start, end), bytes, start, end);
  }

  /**
   * Finds several ids. Waiting for memory is most of what a search costs; here it is asked for all that is
   * needed before any of it is, which makes a search half as long again as fast.
   */
  findAll(bytes: Uint8Array, batch: IdBatch): void {
    const { size, starts, ends, hashes, numbers } = batch;
    for (let index = 0; index < size; index++) {
      hashes[index] = hashOf(bytes, starts[index] as number, ends[index] as number);
    }
    for (let index = 0; index < size; index++) numbers[index] = this.#placeAt(hashes[index] as number);
    let touched = 0;
    for (let index = 0; index < size; index++) touched += this.#byteAt((numbers[index] as number) >>> 0);
    batch.touched = touched;
    for (let index = 0; index < size; index++) {
      const [start, end] = [starts[index] as number, ends[index] as number];
      numbers[index] = this.#find(hashes[index] as number, bytes, start, end);
    }
  }

  /** Adds an id; returns its number, or -1 when it is there already. */
  add(id: UserId): number {
    return this.insert(this.#scratch, 0, this.#write(id));
  }

  /** Adds an id that is written in bytes; returns its number, or -1 when it is there already. */
  insert(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    if (this.#find(hash, bytes, start, end) !== -1) return -1;
    const number = this.#size++;
    const place = this.#store(bytes, start, end);
    this.#places.set(number, place);
    this.#shardOf(hash).insert(hash, place, number);
    return number;
  }

  /** Forgets the id that came last. */
  removeLast(): void {
    this.#size -= 1;
    const place = this.#places.get(this.#size);
    const { page, start, end } = this.#bytesAt(place);
    const hash = hashOf(page, start, end);
    this.#shardOf(hash).remove(hash, this.#size);
    this.#end = place;
  }

  /** The id of a number. */
  idOf(number: number): UserId {
    const { page, start, end } = this.#bytesAt(this.#places.get(number));
    return page.toString('latin1', start, end) as UserId;
  }

  /**
   * Writes the id of a number into a buffer.
   *
   * @returns Where it ends.
   */
  copyTo(target: Uint8Array, at: number, number: number): number {
    const place = this.#places.get(number);
    const page = this.#pages[place >>> PAGE_BITS] as Buffer;
    const start = (place & (PAGE_BYTES - 1)) + 1;
    const length = page[start - 1] as number;
    for (let index = 0; index < length; index++) target[at + index] = page[start + index] as number;
    return at + length;
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const { slots } = this.#shardOf(hash);
    for (let slot = firstSlot(slots, hash); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const isHere = slots[slot] === hash && this.#equals(slots[slot + PLACE] as number, bytes, start, end);
      if (isHere) return (slots[slot + NUMBER] as number) - 1;
    }
    return -1;
  }

  /** The place in the first slot for a hash: most often that of the id that has it. */
  #placeAt(hash: number): number {
    const { slots } = this.#shardOf(hash);
    return slots[firstSlot(slots, hash) + PLACE] as number;
  }

  #byteAt(place: number): number {
    return this.#pages[place >>> PAGE_BITS]?.[place & (PAGE_BYTES - 1)] ?? 0;
  }

  #write(id: UserId): number {
    for (let index = 0; index < id.length; index++) this.#scratch[index] = id.charCodeAt(index);
    return id.length;
  }

  #store(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    // No id is cut in two by the end of a page.
    if ((this.#end & (PAGE_BYTES - 1)) + 1 + length > PAGE_BYTES) this.#end = this.#nextPage;
    const at = this.#end >>> PAGE_BITS;
    if (at === this.#pages.length) this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    const page = this.#pages[at] as Buffer;
    const place = this.#end;
    let to = place & (PAGE_BYTES - 1);
    page[to++] = length;
    for (let from = start; from < end; from++) page[to++] = bytes[from] as number;
    this.#end += 1 + length;
    return place;
  }

  get #nextPage(): number {
    return ((this.#end >>> PAGE_BITS) + 1) * PAGE_BYTES;
  }

  #bytesAt(place: number): { readonly page: Buffer; readonly start: number; readonly end: number } {
    const page = this.#pages[place >>> PAGE_BITS] as Buffer;
    const start = (place & (PAGE_BYTES - 1)) + 1;
    return { page, start, end: start + (page[start - 1] as number) };
  }

  #equals(place: number, bytes: Uint8Array, start: number, end: number): boolean {
    const page = this.#pages[place >>> PAGE_BITS] as Buffer;
    let at = place & (PAGE_BYTES - 1);
    if (page[at++] !== end - start) return false;
    for (let index = start; index < end; index++) if (page[at++] !== bytes[index]) return false;
    return true;
  }

  #shardOf(hash: number): Shard {
    return this.#shards[hash >>> (32 - SHARD_BITS)] as Shard;
  }
}

/** A slot has the hash of an id, its place, and its number and 1; the last is 0 in a slot that is free. */
const PLACE = 1;
const NUMBER = 2;
const SLOT_LENGTH = 3;

/** A small hash table, with open addressing. */
class Shard {
  slots = new Uint32Array(MIN_SLOTS * SLOT_LENGTH);
  #taken = 0;

  insert(hash: number, place: number, number: number): void {
    if (this.#taken * 4 >= (this.slots.length / SLOT_LENGTH) * 3) this.#grow();
    this.#taken += 1;
    this.#put(hash, place, number + 1);
  }

  remove(hash: number, number: number): void {
    const { slots } = this;
    let free = firstSlot(slots, hash);
    while (slots[free + NUMBER] !== number + 1) free = nextSlot(slots, free);
    // Whoever was put further on because this slot was taken moves up.
    for (let slot = nextSlot(slots, free); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const home = firstSlot(slots, slots[slot] as number);
      const isReachedBetween = free < slot ? free < home && home <= slot : free < home || home <= slot;
      if (isReachedBetween) continue;
      slots.copyWithin(free, slot, slot + SLOT_LENGTH);
      free = slot;
    }
    slots[free + NUMBER] = 0;
    this.#taken -= 1;
  }

  /** Makes twice as many slots. */
  #grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += SLOT_LENGTH) {
      const entry = old[slot + NUMBER] as number;
      if (entry !== 0) this.#put(old[slot] as number, old[slot + PLACE] as number, entry);
    }
  }

  #put(hash: number, place: number, entry: number): void {
    const { slots } = this;
    let slot = firstSlot(slots, hash);
    while (slots[slot + NUMBER] !== 0) slot = nextSlot(slots, slot);
    slots[slot] = hash;
    slots[slot + PLACE] = place;
    slots[slot + NUMBER] = entry;
  }
}

function firstSlot(slots: Uint32Array, hash: number): number {
  return (hash & (slots.length / SLOT_LENGTH - 1)) * SLOT_LENGTH;
}

function nextSlot(slots: Uint32Array, slot: number): number {
  return slot + SLOT_LENGTH === slots.length ? 0 : slot + SLOT_LENGTH;
}

/** Murmur3's steps, byte by byte: 32 bits, of which both ends are used. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED;
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ (bytes[index] as number), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
