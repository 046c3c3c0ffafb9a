/**
 * Keeps the lists and keys of users as they were at one moment, while the tables continue to change. A list
 * or a key is copied before its first change after that moment.
 */

import type { Device } from '../../protocol/device.js';
import type { BuddyLists } from './buddy-lists.js';
import type { KeyTable } from './key-table.js';

/** Lists and keys as they were when they were frozen. */
export interface FrozenRows {
  /** How many numbers had been given to users. */
  readonly size: number;
  /** A user's key. Call it before {@link readList} for the same user. */
  readDevice(user: number): Device | undefined;
  /**
   * A user's list, valid until the next change of the table. Read each list at most once, in ascending order
   * of users.
   */
  readList(user: number): Uint32Array;
  /** Ends the freeze: nothing is copied any more. */
  release(): void;
}

export class Freezer {
  readonly #lists: BuddyLists;
  readonly #keys: KeyTable;
  #frozen: Frozen | undefined;

  constructor(lists: BuddyLists, keys: KeyTable) {
    this.#lists = lists;
    this.#keys = keys;
  }

  /** The size in bytes of the lists that were copied. */
  get copiedBytes(): number {
    return this.#frozen?.copiedBytes ?? 0;
  }

  /** Must be called before a user's list changes. */
  beforeListChange(user: number): void {
    const frozen = this.#frozen;
    if (frozen?.needs(user) !== true || frozen.lists.has(user)) return;
    const copy = this.#lists.listOf(user).slice();
    frozen.lists.set(user, copy);
    frozen.copiedBytes += copy.byteLength;
  }

  /** Must be called before a user's key, serial or floor changes. */
  beforeKeyChange(user: number): void {
    const frozen = this.#frozen;
    if (frozen?.needs(user) === true && !frozen.devices.has(user))
      frozen.devices.set(user, this.#keys.get(user));
  }

  /** Freezes the rows of the first `size` users. Only one freeze can be active. */
  freeze(size: number): FrozenRows {
    const frozen = new Frozen(size);
    this.#frozen = frozen;
    return {
      size,
      readDevice: (user) => (frozen.devices.has(user) ? frozen.devices.get(user) : this.#keys.get(user)),
      readList: (user) => {
        frozen.nextUnread = user + 1;
        frozen.devices.delete(user);
        const copy = frozen.lists.get(user);
        if (copy === undefined) return this.#lists.listOf(user);
        frozen.lists.delete(user);
        frozen.copiedBytes -= copy.byteLength;
        return copy;
      },
      release: () => {
        this.#frozen = undefined;
      },
    };
  }
}

/** The copies of one freeze. */
class Frozen {
  readonly lists = new Map<number, Uint32Array>();
  readonly devices = new Map<number, Device | undefined>();
  copiedBytes = 0;
  /** Users below this number have been read, and need no copies. */
  nextUnread = 0;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  needs(user: number): boolean {
    return user >= this.nextUnread && user < this.#size;
  }
}
