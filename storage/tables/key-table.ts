/**
 * The keys of users, with the newest serial and the highest floor of each key. A user without a key takes no
 * memory, except for four bytes if a user with a nearby number has a key.
 */

import type { Device } from '../../protocol/device.js';
import { type IdentityKey, KEY_BYTES, keyBytes } from '../../protocol/key.js';
import { Column } from './column.js';

/** Slots in a page. A slot has the key of one user. */
const PAGE_BITS = 12;
const PAGE_LENGTH = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_LENGTH - 1;

interface Page {
  readonly keys: Buffer;
  /** Two numbers for each slot: the newest serial and the highest floor. */
  readonly numbers: Float64Array;
}

export class KeyTable {
  /** The slot of each user, plus 1; 0 for a user without a key. */
  readonly #slots = new Column();
  readonly #pages: Page[] = [];
  readonly #free: number[] = [];
  /** How many slots have ever been used, including those that are free again. */
  #end = 0;

  /** How many users have a key. */
  get size(): number {
    return this.#end - this.#free.length;
  }

  has(user: number): boolean {
    return this.#slots.get(user) !== 0;
  }

  get(user: number): Device | undefined {
    const entry = this.#slots.get(user);
    if (entry === 0) return undefined;
    const { keys, numbers } = this.#pages[(entry - 1) >>> PAGE_BITS] as Page;
    const at = (entry - 1) & PAGE_MASK;
    return {
      identity: keys.toString('base64url', at * KEY_BYTES, (at + 1) * KEY_BYTES) as IdentityKey,
      serial: numbers[2 * at] as number,
      floor: numbers[2 * at + 1] as number,
    };
  }

  /** Sets or clears the key of a user. */
  set(user: number, device: Device | undefined): void {
    const entry = this.#slots.get(user);
    if (device !== undefined) this.#write(entry === 0 ? this.#allocate(user) : entry - 1, device);
    else if (entry !== 0) {
      this.#slots.set(user, 0);
      this.#free.push(entry - 1);
    }
  }

  #allocate(user: number): number {
    const slot = this.#free.pop() ?? this.#end++;
    this.#slots.set(user, slot + 1);
    return slot;
  }

  #write(slot: number, { identity, serial, floor }: Device): void {
    const page = this.#pages[slot >>> PAGE_BITS] ?? this.#addPage();
    const at = slot & PAGE_MASK;
    page.keys.set(keyBytes(identity), at * KEY_BYTES);
    page.numbers[2 * at] = serial;
    page.numbers[2 * at + 1] = floor;
  }

  #addPage(): Page {
    const page = {
      keys: Buffer.allocUnsafeSlow(PAGE_LENGTH * KEY_BYTES),
      numbers: new Float64Array(2 * PAGE_LENGTH),
    };
    this.#pages.push(page);
    return page;
  }
}
