/**
 * A set of ids, numbered from 0 in the order in which they were added. When an id is freed, its number stays
 * unused: if the id is added again, it gets another number.
 *
 * The set is made for many millions of ids. Their characters are in large pages outside of JavaScript's heap,
 * so that garbage collection does not scan them. A hash table with open addressing finds the ids. The table
 * is divided into shards, so that growing one shard takes little time.
 */

import { randomInt } from 'node:crypto';
import { MAX_ID_LENGTH, type UserId } from '../../protocol/id.js';
import { Column } from './column.js';

/** Bytes in a page of characters. A 32-bit offset can address 4,096 pages. */
const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;

const SHARD_BITS = 8;

/** Slots of a new shard. The number of slots is always a power of two. */
const MIN_SLOTS = 8;

/** A random seed makes hashes unpredictable. Otherwise an attacker could register ids that all collide. */
const SEED = randomInt(2 ** 32);

/** Ids in one buffer, to be looked up together. */
export class IdBatch {
  size = 0;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly hashes: Uint32Array;
  /** The result of {@link IdTable.findAll}: the number of each id, or -1 if the id is not in the table. */
  readonly numbers: Int32Array;
  /**
   * Written by {@link IdTable.findAll}, never read. Without this write, a compiler might remove the method's
   * memory reads.
   */
  touched = 0;

  /** @param limit The maximum number of ids in the batch. */
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
  /** The offset of the next id, counted through all pages. */
  #end = 0;
  /** The offset of each id. At the offset, one byte has the length of the id; its characters follow. */
  readonly #offsets = new Column();
  readonly #shards = Array.from({ length: 1 << SHARD_BITS }, () => new Shard());
  readonly #scratch = Buffer.alloc(MAX_ID_LENGTH);
  #size = 0;

  /** How many numbers were given, including those of freed ids. */
  get size(): number {
    return this.#size;
  }

  /** The number of an id, or -1. */
  numberOf(id: UserId): number {
    return this.find(this.#scratch, 0, this.#write(id));
  }

  /** The number of an id given as bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(hashOf(bytes, start, end), bytes, start, end);
  }

  /**
   * Finds several ids. Most of the cost of a search is waiting for memory. This method first reads all the
   * memory that it will need, so that the waits overlap. This saves a third of the time.
   */
  findAll(bytes: Uint8Array, batch: IdBatch): void {
    const { size, starts, ends, hashes, numbers } = batch;
    for (let index = 0; index < size; index++) {
      hashes[index] = hashOf(bytes, starts[index] as number, ends[index] as number);
    }
    for (let index = 0; index < size; index++) numbers[index] = this.#offsetAt(hashes[index] as number);
    let touched = 0;
    for (let index = 0; index < size; index++) touched += this.#byteAt((numbers[index] as number) >>> 0);
    batch.touched = touched;
    for (let index = 0; index < size; index++) {
      const [start, end] = [starts[index] as number, ends[index] as number];
      numbers[index] = this.#find(hashes[index] as number, bytes, start, end);
    }
  }

  /** Adds an id; returns its number, or -1 when it is already in the table. */
  add(id: UserId): number {
    return this.insert(this.#scratch, 0, this.#write(id));
  }

  /** Adds an id given as bytes; returns its number, or -1 when it is already in the table. */
  insert(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    if (this.#find(hash, bytes, start, end) !== -1) return -1;
    const number = this.#size++;
    const offset = this.#store(bytes, start, end);
    this.#offsets.set(number, offset);
    this.#shardOf(hash).insert(hash, offset, number);
    return number;
  }

  /** Removes the id that was added last. */
  removeLast(): void {
    this.#size -= 1;
    const hash = this.#hashOf(this.#size);
    this.#shardOf(hash).remove(hash, this.#size);
    this.#end = this.#offsets.get(this.#size);
  }

  /** Removes an id from the set. Its number is not given to another id. */
  free(number: number): void {
    const hash = this.#hashOf(number);
    this.#shardOf(hash).remove(hash, number);
  }

  /** Reverts {@link free}. */
  unfree(number: number): void {
    const hash = this.#hashOf(number);
    this.#shardOf(hash).insert(hash, this.#offsets.get(number), number);
  }

  /** Skips the next number: no id gets it. */
  skipNumber(): void {
    this.#offsets.set(this.#size++, this.#end);
  }

  /** The id with a number. */
  idOf(number: number): UserId {
    const { page, start, end } = this.#bytesAt(this.#offsets.get(number));
    return page.toString('latin1', start, end) as UserId;
  }

  /**
   * Writes the id with a number into a buffer.
   *
   * @returns The offset of its end.
   */
  copyTo(target: Uint8Array, at: number, number: number): number {
    const offset = this.#offsets.get(number);
    const page = this.#pages[offset >>> PAGE_BITS] as Buffer;
    const start = (offset & (PAGE_BYTES - 1)) + 1;
    const length = page[start - 1] as number;
    for (let index = 0; index < length; index++) target[at + index] = page[start + index] as number;
    return at + length;
  }

  #hashOf(number: number): number {
    const { page, start, end } = this.#bytesAt(this.#offsets.get(number));
    return hashOf(page, start, end);
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const { slots } = this.#shardOf(hash);
    for (let slot = firstSlot(slots, hash); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const isHere = slots[slot] === hash && this.#equals(slots[slot + OFFSET] as number, bytes, start, end);
      if (isHere) return (slots[slot + NUMBER] as number) - 1;
    }
    return -1;
  }

  /** Reads the offset in the first slot for a hash: usually the offset of the id that has this hash. */
  #offsetAt(hash: number): number {
    const { slots } = this.#shardOf(hash);
    return slots[firstSlot(slots, hash) + OFFSET] as number;
  }

  #byteAt(offset: number): number {
    return this.#pages[offset >>> PAGE_BITS]?.[offset & (PAGE_BYTES - 1)] ?? 0;
  }

  #write(id: UserId): number {
    for (let index = 0; index < id.length; index++) this.#scratch[index] = id.charCodeAt(index);
    return id.length;
  }

  #store(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    // An id must not span two pages.
    if ((this.#end & (PAGE_BYTES - 1)) + 1 + length > PAGE_BYTES) this.#end = this.#nextPage;
    const at = this.#end >>> PAGE_BITS;
    if (at === this.#pages.length) this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    const page = this.#pages[at] as Buffer;
    const offset = this.#end;
    let to = offset & (PAGE_BYTES - 1);
    page[to++] = length;
    for (let from = start; from < end; from++) page[to++] = bytes[from] as number;
    this.#end += 1 + length;
    return offset;
  }

  get #nextPage(): number {
    return ((this.#end >>> PAGE_BITS) + 1) * PAGE_BYTES;
  }

  #bytesAt(offset: number): { readonly page: Buffer; readonly start: number; readonly end: number } {
    const page = this.#pages[offset >>> PAGE_BITS] as Buffer;
    const start = (offset & (PAGE_BYTES - 1)) + 1;
    return { page, start, end: start + (page[start - 1] as number) };
  }

  #equals(offset: number, bytes: Uint8Array, start: number, end: number): boolean {
    const page = this.#pages[offset >>> PAGE_BITS] as Buffer;
    let at = offset & (PAGE_BYTES - 1);
    if (page[at++] !== end - start) return false;
    for (let index = start; index < end; index++) if (page[at++] !== bytes[index]) return false;
    return true;
  }

  #shardOf(hash: number): Shard {
    return this.#shards[hash >>> (32 - SHARD_BITS)] as Shard;
  }
}

/** A slot has the hash of an id, its offset, and its number plus 1. In a free slot, the third value is 0. */
const OFFSET = 1;
const NUMBER = 2;
const SLOT_LENGTH = 3;

/** A small hash table, with open addressing. */
class Shard {
  slots = new Uint32Array(MIN_SLOTS * SLOT_LENGTH);
  #used = 0;

  insert(hash: number, offset: number, number: number): void {
    if (this.#used * 4 >= (this.slots.length / SLOT_LENGTH) * 3) this.#grow();
    this.#used += 1;
    this.#put(hash, offset, number + 1);
  }

  remove(hash: number, number: number): void {
    const { slots } = this;
    let free = firstSlot(slots, hash);
    while (slots[free + NUMBER] !== number + 1) free = nextSlot(slots, free);
    // Move back the entries that were placed in later slots because this slot was in use.
    for (let slot = nextSlot(slots, free); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const home = firstSlot(slots, slots[slot] as number);
      const isReachedBetween = free < slot ? free < home && home <= slot : free < home || home <= slot;
      if (isReachedBetween) continue;
      slots.copyWithin(free, slot, slot + SLOT_LENGTH);
      free = slot;
    }
    slots[free + NUMBER] = 0;
    this.#used -= 1;
  }

  /** Doubles the number of slots. */
  #grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += SLOT_LENGTH) {
      const entry = old[slot + NUMBER] as number;
      if (entry !== 0) this.#put(old[slot] as number, old[slot + OFFSET] as number, entry);
    }
  }

  #put(hash: number, offset: number, entry: number): void {
    const { slots } = this;
    let slot = firstSlot(slots, hash);
    while (slots[slot + NUMBER] !== 0) slot = nextSlot(slots, slot);
    slots[slot] = hash;
    slots[slot + OFFSET] = offset;
    slots[slot + NUMBER] = entry;
  }
}

function firstSlot(slots: Uint32Array, hash: number): number {
  return (hash & (slots.length / SLOT_LENGTH - 1)) * SLOT_LENGTH;
}

function nextSlot(slots: Uint32Array, slot: number): number {
  return slot + SLOT_LENGTH === slots.length ? 0 : slot + SLOT_LENGTH;
}

/**
 * A 32-bit hash, with steps like those of Murmur3 for each byte. The highest bits select the shard, and the
 * lowest bits select the slot.
 */
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
