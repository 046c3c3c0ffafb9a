/**
 * Users and buddy lists in memory, and the rules that decide the reply to a change.
 *
 * Each user has a number, from 0, in the order of registration.
 */

import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import { MAX_BUDDIES, MAX_USERS, type Users } from '../store.js';
import { BuddyLists } from './buddy-lists.js';
import { type IdBatch, IdTable } from './id-table.js';

/** A change that altered the table, and must be stored. */
export type EffectiveChange =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId };

/**
 * The reply to a change. If the change altered the table, also its effect, and the buddy's position on the
 * list.
 */
export interface Applied {
  readonly reply: ReplyCode;
  readonly effect?: EffectiveChange;
  readonly position?: number;
}

/** A table as it was at one moment, while the table itself continues to change. */
export interface FrozenUsers {
  /** How many users the table had. */
  readonly size: number;
  /**
   * A user's list, valid until the next change of the table. Read each list at most once, in ascending order
   * of users.
   */
  readList(user: number): Uint32Array;
  /** Ends the freeze: the table stops copying lists. */
  release(): void;
}

export class UserTable implements Users {
  readonly #ids = new IdTable();
  readonly #lists = new BuddyLists();
  #committed = 0;
  /** Called before a user's list changes. */
  #beforeChange: ((user: number) => void) | undefined;
  /** The size in bytes of the lists that were copied for a frozen table. */
  #copiedBytes = 0;

  get size(): number {
    return this.#ids.size;
  }

  get committed(): number {
    return this.#committed;
  }

  /** How many buddies are on all lists together. */
  countEntries(): number {
    let entries = 0;
    for (let user = 0; user < this.size; user++) entries += this.#lists.lengthOf(user);
    return entries;
  }

  /** The size of all lists in bytes, including copies for a frozen table. */
  get listBytes(): number {
    return this.#lists.bytes + this.#copiedBytes;
  }

  /** Declares all changes applied so far final: they will not be undone. */
  commit(): void {
    this.#committed = this.size;
  }

  numberOf(id: UserId): number {
    const user = this.#ids.numberOf(id);
    return user < this.#committed ? user : -1;
  }

  listOf(user: number): Uint32Array {
    return this.#lists.listOf(user);
  }

  buddiesOf(id: UserId): readonly UserId[] | undefined {
    const user = this.#ids.numberOf(id);
    if (user === -1) return undefined;
    return Array.from(this.#lists.listOf(user), (buddy) => this.#ids.idOf(buddy));
  }

  /** Checks one change, in the order given in PROTOCOL.md, and applies it. */
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
    // Both ADD and DEL may move the list to another block.
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

  /** Reverts {@link apply}. Several changes must be reverted in reverse order. */
  undo({ effect, position = 0 }: Applied): void {
    if (effect === undefined) return;
    if (effect.op === 'REG') return this.#ids.removeLast();
    const user = this.#ids.numberOf(effect.id);
    this.#beforeChange?.(user);
    if (effect.op === 'ADD') this.#lists.remove(user, position);
    else this.#lists.insert(user, position, this.#ids.numberOf(effect.buddy));
  }

  /**
   * Preserves the current contents of the table. Only one freeze can be active. Before a list changes for the
   * first time, the table copies the list. It keeps the copy until the caller has read the list.
   */
  freeze(): FrozenUsers {
    const { size } = this;
    const copies = new Map<number, Uint32Array>();
    let nextUnread = 0;
    this.#beforeChange = (user) => {
      if (user < nextUnread || user >= size || copies.has(user)) return;
      const copy = this.#lists.listOf(user).slice();
      copies.set(user, copy);
      this.#copiedBytes += copy.byteLength;
    };
    return {
      size,
      readList: (user) => {
        nextUnread = user + 1;
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

  // For readers and writers of files: ids as bytes, lists as numbers.

  /** Finds several users by ids given as bytes. */
  findAll(bytes: Uint8Array, batch: IdBatch): void {
    this.#ids.findAll(bytes, batch);
  }

  /**
   * Adds a user whose id is given as bytes.
   *
   * @returns False when the id is already registered, or the table is full.
   */
  register(bytes: Uint8Array, start: number, end: number): boolean {
    return this.size < MAX_USERS && this.#ids.insert(bytes, start, end) !== -1;
  }

  /**
   * Sets the list of a user who has no buddies to the first `length` of `buddies`. These must be distinct,
   * and must not include the user.
   */
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
