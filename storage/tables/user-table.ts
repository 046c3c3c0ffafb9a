/**
 * Users and buddy lists in memory, with the rules by which a change is answered.
 *
 * Users are numbers inside, from 0 on, in the order of their registration.
 */

import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import { MAX_BUDDIES, MAX_USERS, type Users } from '../store.js';
import { BuddyLists } from './buddy-lists.js';
import { type IdBatch, IdTable } from './id-table.js';

/** A change that altered the table, and so must be remembered. */
export type EffectiveChange =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId };

/** The answer to a change; `effect`, and where on the list it was, are there where the table was altered. */
export interface Applied {
  readonly reply: ReplyCode;
  readonly effect?: EffectiveChange;
  readonly position?: number;
}

/** A table as it was at one moment, while the table itself goes on. */
export interface FrozenUsers {
  /** How many users there were. */
  readonly size: number;
  /**
   * A user's list, good until the next change of the table. Each user may be asked for once, in ascending
   * order.
   */
  take(user: number): Uint32Array;
  /** The table need not remember any longer. */
  release(): void;
}

export class UserTable implements Users {
  readonly #ids = new IdTable();
  readonly #lists = new BuddyLists();
  #settled = 0;
  /** Has the table tell of a list that is about to change. */
  #beforeChange: ((user: number) => void) | undefined;
  /** How many bytes the copies of lists have that a frozen table needs. */
  #copiedBytes = 0;

  get size(): number {
    return this.#ids.size;
  }

  get settled(): number {
    return this.#settled;
  }

  /** How many buddies there are on all lists. */
  countEntries(): number {
    let entries = 0;
    for (let user = 0; user < this.size; user++) entries += this.#lists.lengthOf(user);
    return entries;
  }

  /** How many bytes there are for lists: those of now, and those that a frozen table needs. */
  get listBytes(): number {
    return this.#lists.bytes + this.#copiedBytes;
  }

  /** Nothing that was applied until now will be undone. */
  settle(): void {
    this.#settled = this.size;
  }

  numberOf(id: UserId): number {
    const user = this.#ids.numberOf(id);
    return user < this.#settled ? user : -1;
  }

  listOf(user: number): Uint32Array {
    return this.#lists.listOf(user);
  }

  buddiesOf(id: UserId): readonly UserId[] | undefined {
    const user = this.#ids.numberOf(id);
    if (user === -1) return undefined;
    return Array.from(this.#lists.listOf(user), (buddy) => this.#ids.idOf(buddy));
  }

  /** Decides one change, in the order of checks that PROTOCOL.md gives, and applies it. */
  apply(change: Change): Applied {
    if (change.op === 'REG') return this.#register(change.id);
    const { op, id, buddy } = change;
    const user = this.#ids.numberOf(id);
    if (user === -1) return { reply: 202 };
    if (buddy === undefined) return { reply: 201 };
    const other = this.#ids.numberOf(buddy);
    if (other === -1) return { reply: 202 };
    if (other === user) return { reply: 201 };
    const listed = this.#lists.positionOf(user, other);
    const length = this.#lists.lengthOf(user);
    if (op === 'DEL' && listed === -1) return { reply: 200 };
    if (op === 'ADD' && (listed !== -1 || length >= MAX_BUDDIES)) return { reply: 201 };
    // Either way a list may need another block.
    if (this.#lists.isFull) return { reply: 205 };
    if (op === 'DEL') {
      this.#beforeChange?.(user);
      this.#lists.remove(user, listed);
      return { reply: 200, effect: { op, id, buddy }, position: listed };
    }
    this.#beforeChange?.(user);
    this.#lists.insert(user, length, other);
    return { reply: 200, effect: { op, id, buddy }, position: length };
  }

  /** Takes back what {@link apply} did. Several must be taken back in reverse order. */
  undo({ effect, position = 0 }: Applied): void {
    if (effect === undefined) return;
    if (effect.op === 'REG') return this.#ids.removeLast();
    const user = this.#ids.numberOf(effect.id);
    this.#beforeChange?.(user);
    if (effect.op === 'ADD') this.#lists.remove(user, position);
    else this.#lists.insert(user, position, this.#ids.numberOf(effect.buddy));
  }

  /**
   * Holds on to the table as it is now. One at a time. A list is copied before its first change, and only
   * then: however often it changes, there is one copy of it, until it is taken.
   */
  freeze(): FrozenUsers {
    const { size } = this;
    const copies = new Map<number, Uint32Array>();
    let taken = 0;
    this.#beforeChange = (user) => {
      if (user < taken || user >= size || copies.has(user)) return;
      const copy = this.#lists.listOf(user).slice();
      copies.set(user, copy);
      this.#copiedBytes += copy.byteLength;
    };
    return {
      size,
      take: (user) => {
        taken = user + 1;
        const copy = copies.get(user);
        if (copy === undefined) return this.#lists.listOf(user);
        copies.delete(user);
        this.#copiedBytes -= copy.byteLength;
        return copy;
      },
      release: () => {
        this.#beforeChange = undefined;
        this.#copiedBytes = 0;
        copies.clear();
      },
    };
  }

  // For files: ids as bytes, lists as numbers.

  /** Finds several users whose ids are written in bytes. */
  findAll(bytes: Uint8Array, batch: IdBatch): void {
    this.#ids.findAll(bytes, batch);
  }

  /**
   * Adds a user whose id is written in bytes.
   *
   * @returns False when there is one already, or no room for another.
   */
  register(bytes: Uint8Array, start: number, end: number): boolean {
    return this.size < MAX_USERS && this.#ids.insert(bytes, start, end) !== -1;
  }

  /** Gives a user who has no buddies the first `length` of these, which are all different and others. */
  setList(user: number, buddies: ArrayLike<number>, length: number): void {
    this.#lists.set(user, buddies, length);
  }

  copyId(target: Uint8Array, at: number, user: number): number {
    return this.#ids.copyTo(target, at, user);
  }

  #register(id: UserId): Applied {
    if (this.size >= MAX_USERS) return { reply: this.#ids.numberOf(id) === -1 ? 205 : 203 };
    if (this.#ids.add(id) === -1) return { reply: 203 };
    return { reply: 200, effect: { op: 'REG', id } };
  }
}
