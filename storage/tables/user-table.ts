/**
 * Users, buddy lists and keys in memory, and the rules that decide the verdict on a change.
 *
 * Each user has a number, from 0, in the order of registration. The number of a removed user stays unused.
 */

import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import {
  type Ban,
  type BanTarget,
  type Expulsion,
  MAX_BUDDIES,
  MAX_USERS,
  type OperatorChange,
  type Reservation,
  type StoreChange,
  type UserRecord,
  type Users,
  type Verdict,
} from '../store.js';
import { BanTable, parseBanTarget } from './ban-table.js';
import { BuddyLists } from './buddy-lists.js';
import { Expulsions } from './expulsions.js';
import { Freezer, type FrozenRows } from './freezer.js';
import { type IdBatch, IdTable } from './id-table.js';
import { KeyTable } from './key-table.js';
import { FREED, RemovedUsers } from './removed-users.js';

/** A change that altered the table, and must be stored. `LOG` has the new serial and floor of the id. */
export type EffectiveChange =
  | { readonly op: 'REG'; readonly id: UserId; readonly device?: Device }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId }
  | { readonly op: 'LOG'; readonly id: UserId; readonly serial: number; readonly floor: number }
  | OperatorChange;

/**
 * The verdict on a change. If the change altered the table, also the effect of the change, and the data that
 * {@link UserTable.undo} needs.
 */
export interface Applied {
  readonly verdict: Verdict;
  readonly effect?: EffectiveChange;
  /** The number of the user whose row changed; none for BAN and UNBAN. */
  readonly user?: number;
  /** For ADD and DEL: the position of the buddy on the list. */
  readonly position?: number;
  /** For a change other than REG, ADD and DEL: reverts the change. */
  readonly revert?: () => void;
}

/**
 * If a replay has removed at most this many users, it is faster to search all lists once for each removed
 * user. For more users, it is faster to look up every entry of every list in the set of removed users.
 */
const MAX_SEARCHED = 8;

/** A table as it was at one moment, while the table itself continues to change. */
export interface FrozenUsers extends FrozenRows {
  /** When each removed user was removed; {@link FREED} if the id of the user was freed afterwards. */
  readonly removed: ReadonlyMap<number, number>;
  readonly bans: readonly Ban[];
}

type ListChange = Extract<Change, { readonly op: 'ADD' | 'DEL' }>;

export class UserTable implements Users {
  readonly #ids = new IdTable();
  readonly #lists = new BuddyLists();
  readonly #keys = new KeyTable();
  readonly #freezer = new Freezer(this.#lists, this.#keys);
  readonly #bans = new BanTable();
  readonly #removed = new RemovedUsers();
  /** Removed users who may still be on lists, until {@link endReplay}. */
  readonly #stale = new Set<number>();
  readonly #expulsions = new Expulsions();
  #committed = 0;
  /** For each user whose device was changed since the last commit: the device before that change. */
  readonly #durableDevices = new Map<number, Device | undefined>();
  #isClosed = false;

  /** How many numbers were given to users, including removed ones. */
  get size(): number {
    return this.#ids.size;
  }

  get committed(): number {
    return this.#committed;
  }

  /** How many users there are. */
  countUsers(): number {
    return this.size - this.#removed.size;
  }

  /** How many users have a key. */
  countKeys(): number {
    return this.#keys.size;
  }

  /** How many buddies are on all lists together. */
  countEntries(): number {
    let entries = 0;
    for (let user = 0; user < this.size; user++) entries += this.#lists.lengthOf(user);
    return entries;
  }

  /** The size of all lists in bytes, including copies for a frozen table. */
  get listBytes(): number {
    return this.#lists.bytes + this.#freezer.copiedBytes;
  }

  /** Declares all changes applied so far final: they will not be undone. */
  commit(): void {
    this.#committed = this.size;
    this.#durableDevices.clear();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Records that the store is closed. */
  close(): void {
    this.#isClosed = true;
  }

  numberOf(id: UserId): number {
    const user = this.#find(id);
    return user < this.#committed ? user : -1;
  }

  listOf(user: number): Uint32Array {
    return this.#lists.listOf(user);
  }

  buddiesOf(id: UserId): readonly UserId[] | undefined {
    const user = this.#find(id);
    if (user === -1) return undefined;
    return Array.from(this.#lists.listOf(user), (buddy) => this.#ids.idOf(buddy));
  }

  isKeyed(user: number): boolean {
    return this.#keys.has(user);
  }

  deviceOf(user: number): Device | undefined {
    return this.#durableDevices.has(user) ? this.#durableDevices.get(user) : this.#keys.get(user);
  }

  reservedSince(id: UserId): number | undefined {
    if (this.#removed.size === 0) return undefined;
    // An id that was freed has no number.
    return this.#removed.timeOf(this.#ids.numberOf(id));
  }

  countReservations(): number {
    return this.#removed.reserved;
  }

  reservations(): readonly Reservation[] {
    return this.#removed.reservations().map(([user, atMs]) => ({ id: this.#ids.idOf(user), atMs }));
  }

  bans(): readonly Ban[] {
    return this.#bans.list();
  }

  countBans(): number {
    return this.#bans.size;
  }

  endedBans(nowMs: number, limit: number): readonly BanTarget[] {
    return this.#bans.ended(nowMs, limit);
  }

  banOfId(id: UserId, nowMs: number): Ban | undefined {
    return this.#bans.ofId(id, nowMs);
  }

  banOfAddress(address: string | number, nowMs: number): Ban | undefined {
    return this.#bans.ofAddress(address, nowMs);
  }

  isExpelled(user: number, nowMs: number): boolean {
    if (this.#removed.has(user)) return true;
    return this.#bans.hasIds && user < this.size && this.banOfId(this.#ids.idOf(user), nowMs) !== undefined;
  }

  /** See `takeExpulsions` of the store. The result may include expulsions of changes that were undone. */
  takeExpulsions(): readonly Expulsion[] | 'all' {
    return this.#expulsions.take();
  }

  /** Checks one change, in the order given in PROTOCOL.md, and applies it. */
  apply(change: StoreChange): Applied {
    switch (change.op) {
      case 'REG':
        return this.#register(change.id, change.device);
      case 'ADD':
      case 'DEL': {
        const user = this.#find(change.id);
        if (user === -1) return { verdict: 202 };
        const refusal = this.#refusalOf(user, change.device);
        return refusal === undefined ? this.#changeList(user, change) : { verdict: refusal };
      }
      case 'LOG': {
        const { id, device } = change;
        const user = this.#find(id);
        if (user === -1) return { verdict: 202 };
        if (!this.#keys.has(user)) return { verdict: 204 };
        const refusal = this.#refusalOf(user, device);
        return refusal === undefined ? this.#logIn(user, id, device) : { verdict: refusal };
      }
      case 'REM': {
        const { id, device, atMs } = change;
        const user = this.#find(id);
        if (user === -1) return { verdict: 202 };
        if (!this.#keys.has(user)) return { verdict: 204 };
        const refusal = this.#refusalOf(user, device);
        return refusal === undefined ? this.apply({ op: 'REMOVE', id, atMs }) : { verdict: refusal };
      }
      default:
        return this.#applyOperator(change);
    }
  }

  /**
   * Applies an effect from a journal, without checking who requested it. After the last effect, call
   * {@link endReplay}.
   *
   * @returns False when the effect is not possible in the present state of the table.
   */
  replay(effect: EffectiveChange): boolean {
    return this.#replay(effect).effect !== undefined;
  }

  #replay(effect: EffectiveChange): Applied {
    switch (effect.op) {
      case 'REG':
        return this.#register(effect.id, effect.device);
      case 'ADD':
      case 'DEL': {
        const user = this.#find(effect.id);
        if (user === -1) return { verdict: 202 };
        if (this.#stale.size > 0 && this.#lists.lengthOf(user) >= MAX_BUDDIES) this.#removeStale(user);
        return this.#changeList(user, effect);
      }
      case 'LOG': {
        const user = this.#find(effect.id);
        return this.#keys.has(user) ? this.#logIn(user, effect.id, effect) : { verdict: 202 };
      }
      case 'REMOVE': {
        const user = this.#find(effect.id);
        if (user === -1) return { verdict: 202 };
        // Remove the user from the lists later, in one pass: to search all lists for each removed user would
        // take minutes in a large database.
        this.#stale.add(user);
        this.#lists.clear(user);
        this.#keys.set(user, undefined);
        this.#removed.set(user, effect.atMs);
        this.#expulsions.add({ kind: 'user', user, name: effect.id });
        return { verdict: 200, effect };
      }
      default:
        return this.#applyOperator(effect);
    }
  }

  /** Removes from all lists the users whom {@link replay} has removed. */
  endReplay(): void {
    if (this.#stale.size <= MAX_SEARCHED) for (const user of this.#stale) this.#removeFromLists(user);
    else for (let user = 0; user < this.size; user++) this.#removeStale(user);
    this.#stale.clear();
  }

  /** Reverts {@link apply}. Several changes must be reverted in reverse order. */
  undo({ effect, position = 0, revert }: Applied): void {
    if (effect === undefined) return;
    switch (effect.op) {
      case 'REG':
        this.#ids.removeLast();
        return this.#keys.set(this.size, undefined);
      case 'ADD':
      case 'DEL': {
        const user = this.#find(effect.id);
        this.#freezer.beforeListChange(user);
        if (effect.op === 'ADD') return this.#lists.remove(user, position);
        return this.#lists.insert(user, position, this.#find(effect.buddy));
      }
      default:
        revert?.();
    }
  }

  /**
   * Preserves the current contents of the table. Only one freeze can be active. The table copies a user's
   * list or key before its first change, and keeps the copy until the caller reads the list of that user.
   */
  freeze(): FrozenUsers {
    return {
      ...this.#freezer.freeze(this.size),
      removed: this.#removed.copy(),
      bans: this.#bans.list(),
    };
  }

  // Methods for readers and writers of files, which have ids as bytes and lists as numbers.

  /** Finds several users by ids given as bytes. */
  findAll(bytes: Uint8Array, batch: IdBatch): void {
    this.#ids.findAll(bytes, batch);
    if (this.#removed.size === 0) return;
    const { numbers, size } = batch;
    for (let index = 0; index < size; index++)
      if (this.#removed.has(numbers[index] as number)) numbers[index] = -1;
  }

  /**
   * Adds a user whose id is given as bytes.
   *
   * @returns False when the id is already registered, or the table is full.
   */
  register(bytes: Uint8Array, start: number, end: number, device?: Device): boolean {
    if (this.size >= MAX_USERS || this.#ids.insert(bytes, start, end) === -1) return false;
    if (device !== undefined) this.#keys.set(this.size - 1, device);
    return true;
  }

  /** Adds a removed user. Pass `undefined` if the user's id was freed, and is no longer known. */
  addRemoved(reservation: Reservation | undefined): boolean {
    if (this.size >= MAX_USERS) return false;
    if (reservation === undefined) this.#ids.skipNumber();
    else if (this.#ids.add(reservation.id) === -1) return false;
    this.#removed.set(this.size - 1, reservation?.atMs ?? FREED);
    return true;
  }

  /**
   * Makes the user's list from the first `length` of these buddies. The buddies must be distinct, and must
   * not include the user. The user must not have a list yet.
   */
  setList(user: number, buddies: ArrayLike<number>, length: number): void {
    this.#lists.set(user, buddies, length);
  }

  /** The current record of a number, including changes that are not committed yet. */
  recordOf(user: number): UserRecord {
    const removedAtMs = this.#removed.timeOf(user);
    return {
      id: removedAtMs === FREED ? undefined : this.#ids.idOf(user),
      removedAtMs,
      device: this.#keys.get(user),
      buddies: this.#lists.listOf(user),
    };
  }

  /** True if each number of another table has the same id in this table. Ignores ids that were freed. */
  hasNumbersOf(other: UserTable): boolean {
    if (this.size < other.size) return false;
    const isFreed = (user: number) => [this, other].some((table) => table.#removed.timeOf(user) === FREED);
    for (let user = 0; user < other.size; user++) {
      if (!isFreed(user) && this.#ids.idOf(user) !== other.#ids.idOf(user)) return false;
    }
    return true;
  }

  copyId(target: Uint8Array, at: number, user: number): number {
    return this.#ids.copyTo(target, at, user);
  }

  /** The number of a user; -1 for an id that is reserved or not registered. */
  #find(id: UserId): number {
    const user = this.#ids.numberOf(id);
    return this.#removed.size > 0 && this.#removed.has(user) ? -1 : user;
  }

  /** Why a device, or a request without a device, is not allowed to change the data of a user. */
  #refusalOf(user: number, device: Device | undefined): 204 | 'revoked' | undefined {
    const bound = this.#keys.get(user);
    if (bound === undefined) return undefined;
    if (device?.identity !== bound.identity) return 204;
    return device.serial < bound.floor ? 'revoked' : undefined;
  }

  #register(id: UserId, device: Device | undefined): Applied {
    if (this.size >= MAX_USERS) return { verdict: this.#ids.numberOf(id) === -1 ? 205 : 203 };
    const user = this.#ids.add(id);
    if (user === -1) return { verdict: 203 };
    if (device === undefined) return { verdict: 200, effect: { op: 'REG', id }, user };
    this.#keys.set(user, device);
    return { verdict: 200, effect: { op: 'REG', id, device }, user };
  }

  #changeList(user: number, { op, id, buddy }: ListChange): Applied {
    if (buddy === undefined) return { verdict: 201 };
    const other = this.#find(buddy);
    if (other === -1) return { verdict: 202 };
    if (other === user) return { verdict: 201 };
    const listed = this.#lists.positionOf(user, other);
    const length = this.#lists.lengthOf(user);
    if (op === 'DEL' && listed === -1) return { verdict: 200 };
    if (op === 'ADD' && (listed !== -1 || length >= MAX_BUDDIES)) return { verdict: 201 };
    // Both ADD and DEL may move the list to another block.
    if (this.#lists.isFull) return { verdict: 205 };
    this.#freezer.beforeListChange(user);
    if (op === 'DEL') this.#lists.remove(user, listed);
    else this.#lists.insert(user, length, other);
    return { verdict: 200, effect: { op, id, buddy }, user, position: op === 'DEL' ? listed : length };
  }

  /** Records the serial and the floor of a user's device, if they are higher than the known ones. */
  #logIn(user: number, id: UserId, device: Pick<Device, 'serial' | 'floor'>): Applied {
    const known = this.#keys.get(user) as Device;
    const serial = Math.max(device.serial, known.serial);
    const floor = Math.max(device.floor, known.floor);
    if (serial === known.serial && floor === known.floor) return { verdict: 200 };
    return this.#setDevice(user, { ...known, serial, floor }, { op: 'LOG', id, serial, floor });
  }

  #setDevice(user: number, device: Device | undefined, effect: EffectiveChange): Applied {
    const before = this.#keys.get(user);
    const set = (to: Device | undefined) => {
      this.#freezer.beforeKeyChange(user);
      this.#keys.set(user, to);
    };
    if (user < this.#committed && !this.#durableDevices.has(user)) this.#durableDevices.set(user, before);
    set(device);
    return { verdict: 200, effect, user, revert: () => set(before) };
  }

  #applyOperator(change: OperatorChange): Applied {
    switch (change.op) {
      case 'KEY': {
        const user = this.#find(change.id);
        if (user === -1) return { verdict: 202 };
        const { key } = change;
        const before = this.#keys.get(user);
        const isSame = before?.identity === key && !before?.serial && !before?.floor;
        if (isSame) return { verdict: 200 };
        if (before?.identity !== key) this.#expulsions.add({ kind: 'key', user, name: change.id });
        return this.#setDevice(user, key && { identity: key, serial: 0, floor: 0 }, change);
      }
      case 'REMOVE': {
        const user = this.#find(change.id);
        if (user === -1) return { verdict: 202 };
        return isTime(change.atMs) ? this.#remove(user, change.atMs, change) : { verdict: 201 };
      }
      case 'RESERVE': {
        const { id, atMs } = change;
        if (!isTime(atMs)) return { verdict: 201 };
        if (this.#ids.numberOf(id) !== -1) return { verdict: 203 };
        if (!this.addRemoved({ id, atMs })) return { verdict: 205 };
        const revert = () => {
          this.#ids.removeLast();
          this.#removed.delete(this.size);
        };
        return { verdict: 200, effect: change, user: this.size - 1, revert };
      }
      case 'FREE': {
        const { op, id, untilMs = Number.POSITIVE_INFINITY } = change;
        const user = this.#ids.numberOf(id);
        const atMs = this.#removed.timeOf(user);
        if (user === -1) return { verdict: 202 };
        if (atMs === undefined || atMs > untilMs) return { verdict: 203 };
        this.#ids.free(user);
        this.#removed.set(user, FREED);
        const revert = () => {
          this.#ids.unfree(user);
          this.#removed.set(user, atMs);
        };
        return { verdict: 200, effect: { op, id }, user, revert };
      }
      case 'BAN':
        return this.#ban(change.ban, change.ban, change);
      case 'UNBAN': {
        const { op, target, endedMs } = change;
        if (endedMs !== undefined && !this.#bans.hasEnded(target, endedMs)) return { verdict: 202 };
        return this.#ban(target, undefined, { op, target });
      }
    }
  }

  #ban(target: BanTarget, ban: Ban | undefined, change: OperatorChange): Applied {
    if (parseBanTarget(target.kind, target.name) === undefined) return { verdict: 201 };
    if (ban?.untilMs !== undefined && !isTime(ban.untilMs)) return { verdict: 201 };
    const before = this.#bans.get(target);
    if (before === undefined && ban === undefined) return { verdict: 202 };
    if (before !== undefined && ban !== undefined && before.untilMs === ban.untilMs) return { verdict: 200 };
    if (before === undefined && this.#bans.isFull) return { verdict: 205 };
    this.#bans.set(target, ban);
    if (ban !== undefined) this.#expulsions.add(target);
    return { verdict: 200, effect: change, revert: () => this.#bans.set(target, before) };
  }

  /** Removes a user, also from all lists. Searches every list: no index says which lists have the user. */
  #remove(user: number, atMs: number, effect: EffectiveChange): Applied {
    const holders: number[] = [];
    const positions: number[] = [];
    let moved = 0;
    for (let holder = 0; holder < this.size; holder++) {
      const position = this.#lists.positionOf(holder, user);
      if (position === -1) continue;
      holders.push(holder);
      positions.push(position);
      moved += this.#lists.lengthOf(holder);
    }
    if (!this.#lists.hasRoomFor(moved)) return { verdict: 205 };
    const list = this.#lists.listOf(user).slice();
    const device = this.#keys.get(user);
    for (const [index, holder] of holders.entries()) {
      this.#freezer.beforeListChange(holder);
      this.#lists.remove(holder, positions[index] as number);
    }
    this.#freezer.beforeListChange(user);
    this.#lists.clear(user);
    this.#freezer.beforeKeyChange(user);
    this.#keys.set(user, undefined);
    this.#removed.set(user, atMs);
    this.#expulsions.add({ kind: 'user', user, name: this.#ids.idOf(user) });
    const revert = () => {
      this.#removed.delete(user);
      this.#freezer.beforeKeyChange(user);
      this.#keys.set(user, device);
      this.#freezer.beforeListChange(user);
      this.#lists.set(user, list, list.length);
      for (const [index, holder] of holders.entries()) {
        this.#freezer.beforeListChange(holder);
        this.#lists.insert(holder, positions[index] as number, user);
      }
    };
    return { verdict: 200, effect, user, revert };
  }

  #removeFromLists(user: number): void {
    for (let holder = 0; holder < this.size; holder++) {
      const position = this.#lists.positionOf(holder, user);
      if (position !== -1) this.#lists.remove(holder, position);
    }
  }

  #removeStale(user: number): void {
    for (let position = this.#lists.lengthOf(user) - 1; position >= 0; position--) {
      if (this.#stale.has(this.#lists.listOf(user)[position] as number)) this.#lists.remove(user, position);
    }
  }
}

/** True for a number that the store can keep as a time. */
function isTime(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0;
}
