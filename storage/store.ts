/**
 * The store contract: the operations that the server needs to keep users and buddy lists.
 *
 * Every implementation passes the suite in test/storage/store-contract.ts.
 */

import type { Device } from '../protocol/device.js';
import type { UserId } from '../protocol/id.js';
import type { IdentityKey } from '../protocol/key.js';
import type { ReplyCode } from '../protocol/reply.js';
import type { Change } from '../protocol/request.js';

/**
 * The maximum number of users in one store. The 32-bit offsets and entries of storage/tables/id-table.ts can
 * address this many ids of any length.
 */
export const MAX_USERS = 60_000_000;

/** The maximum number of buddies on one list. */
export const MAX_BUDDIES = 10_000;

/** The maximum number of bans in one store. */
export const MAX_BANS = 1_000_000;

/** The target of a ban: an id, or an IP address or network. */
export type BanTarget =
  | { readonly kind: 'id'; readonly name: UserId }
  // An IP address or a network, such as `192.0.2.0/24`, in lower case.
  | { readonly kind: 'address'; readonly name: string };

/** A ban. It has no end if `untilMs` is `undefined`; otherwise it ends at that Unix time in milliseconds. */
export type Ban = BanTarget & { readonly untilMs?: number | undefined };

/**
 * A user who was removed, a user whose key was changed, or the target of a new ban. The server ends the
 * presence and the sessions of this user. For a banned address or network, it ends those of all users there.
 */
export type Expulsion =
  | { readonly kind: 'user' | 'key'; readonly user: number; readonly name: UserId }
  | BanTarget;

/** The maximum number of expulsions that a store keeps. If there are more, the server checks all users. */
export const MAX_EXPULSIONS = 4_096;

/** A reserved id, usually that of a removed user. It cannot be registered until it is freed. */
export interface Reservation {
  readonly id: UserId;
  /** When the id was reserved: a Unix time in milliseconds. */
  readonly atMs: number;
}

/**
 * A change by the operator.
 *
 * - `KEY` binds an id to a key, or removes the key of an id. In both cases, the floor and the newest serial
 *   of the id become 0.
 * - `REMOVE` removes a user, and deletes the user from all lists. The user's number is never used again, and
 *   the id stays reserved.
 * - `RESERVE` reserves an id that is not registered, as if its user had been removed.
 * - `FREE` frees a reserved id: it can be registered again, by a user with another number. With `untilMs`, a
 *   Unix time in milliseconds, the store refuses to free an id that was reserved after that time: another
 *   server may have freed the id, and it may have been reserved again.
 * - `BAN` replaces an earlier ban of the same target.
 * - `UNBAN` lifts a ban. With `endedMs`, a Unix time in milliseconds, the store refuses to lift a ban that is
 *   still in force at that time: another server may have banned the target again.
 *
 * The store keeps bans, but does not enforce them: the server refuses the changes of banned users before they
 * reach the store.
 */
export type OperatorChange =
  | { readonly op: 'KEY'; readonly id: UserId; readonly key: IdentityKey | undefined }
  | { readonly op: 'REMOVE'; readonly id: UserId; readonly atMs: number }
  | { readonly op: 'RESERVE'; readonly id: UserId; readonly atMs: number }
  | { readonly op: 'FREE'; readonly id: UserId; readonly untilMs?: number }
  | { readonly op: 'BAN'; readonly ban: Ban }
  | { readonly op: 'UNBAN'; readonly target: BanTarget; readonly endedMs?: number };

export type StoreChange = Change | OperatorChange;

/**
 * The result of a change. `revoked`: the device has the key of the id, but its serial is below the floor of
 * the id. The server closes the connection of such a device without a reply.
 */
export type Verdict = ReplyCode | 'revoked';

/**
 * Read access to users and lists. Each user has a number, which stays the same while the process runs, even
 * if the store is reopened.
 *
 * Most of these methods may show changes of the commit under way, which are not durable yet. `numberOf` and
 * `deviceOf` show only durable registrations and keys. But they treat a user as removed as soon as the commit
 * of the removal is under way.
 */
export interface Users {
  /** The number of a user; -1 when the id is not registered, or the registration is not durable yet. */
  numberOf(id: UserId): number;
  /** The numbers of a user's buddies, in the order they were added. Valid until the next commit. */
  listOf(user: number): Uint32Array;
  /**
   * How many numbers are committed, including those of removed users. A number that equals or exceeds this
   * count is not committed yet, and can still be given to another user.
   */
  readonly committed: number;
  /** How many users are registered. Includes registrations of the commit under way. */
  countUsers(): number;
  /**
   * True when the id of a user is bound to a key. Must be cheap, because the server calls it for every SET
   * and GET.
   */
  isKeyed(user: number): boolean;
  /**
   * The key of a user's id, with the newest serial and the highest floor that the store has seen; `undefined`
   * for an open id.
   */
  deviceOf(user: number): Device | undefined;
  /** True once the store is closed or has replaced this object. The database may have changed since then. */
  readonly isClosed: boolean;
  /** When an id was reserved, as a Unix time in milliseconds; `undefined` if the id is not reserved. */
  reservedSince(id: UserId): number | undefined;
  /** How many ids are reserved. Includes reservations of the commit under way. */
  countReservations(): number;
  /** The reserved ids, in the order of registration. */
  reservations(): readonly Reservation[];
  /** All bans, even those that have ended: addresses first, each kind in the order of the names. */
  bans(): readonly Ban[];
  /** How many bans the store has, including those that have ended. */
  countBans(): number;
  /** The targets of at most `limit` bans that are over at `nowMs`, a Unix time in milliseconds. */
  endedBans(nowMs: number, limit: number): readonly BanTarget[];
  /**
   * The ban that is in force for an id at a Unix time in milliseconds. The id need not be registered. Must be
   * cheap.
   */
  banOfId(id: UserId, nowMs: number): Ban | undefined;
  /**
   * The ban that is in force for an address, or for a network that contains the address, at a Unix time in
   * milliseconds. If several bans are in force, the one that ends last. Must be cheap.
   *
   * @param address As the operating system writes it, or an IPv4 address as `packIpv4` returns it.
   */
  banOfAddress(address: string | number, nowMs: number): Ban | undefined;
  /** True for the number of a user who was removed, or whose id is banned at a Unix time in milliseconds. */
  isExpelled(user: number, nowMs: number): boolean;
  /** Writes a user's id into a buffer; returns the offset of its end. */
  copyId(target: Uint8Array, at: number, user: number): number;
  /** The ids of a user's buddies, in the order they were added; `undefined` when the id is not registered. */
  buddiesOf(id: UserId): readonly UserId[] | undefined;
  /** How many users have a key. */
  countKeys(): number;
  /** Returns what the store keeps about the user with a number, including changes of the commit under way. */
  recordOf(user: number): UserRecord;
}

/** Everything that a store keeps about the user with one number. */
export interface UserRecord {
  /** `undefined` when the id was freed. */
  readonly id: UserId | undefined;
  /**
   * When the user was removed, or the id reserved, as a Unix time in milliseconds; -1 when the id was freed
   * afterwards; `undefined` for a user who is registered.
   */
  readonly removedAtMs: number | undefined;
  readonly device: Device | undefined;
  /** Valid until the next change of the table. */
  readonly buddies: Uint32Array;
}

export interface Store {
  /**
   * Applies changes in order, and makes those that had an effect durable together.
   *
   * Only one commit may be under way: a second one is refused.
   *
   * @returns One verdict per change: 200, 201, 202, 203, 204 or `revoked`; 205 when the store is full.
   * PROTOCOL.md says in which order a change is checked. All changes are on stable storage when the promise
   * resolves.
   * @throws StoreError, as a rejection. The store then shows none of these changes. After `store.unavailable`
   * the caller may retry the same commit.
   */
  commit(changes: readonly StoreChange[]): Promise<readonly Verdict[]>;

  /**
   * Makes {@link users} show all changes that other servers made before the call. If only one server uses the
   * store, there are no such changes, and the promise resolves at once.
   *
   * @throws StoreError, as a rejection, like {@link commit}.
   */
  catchUp(): Promise<void>;

  /**
   * The number of the last change that {@link users} shows. Changes that have an effect are numbered from 1,
   * in the order in which they were made; all servers of a directory number them alike.
   */
  readonly lastChange: number;

  /**
   * Returns the expulsions since the last call, including those that other servers have caused. Entries may
   * be outdated: check each entry against {@link users}. `all` means that the expulsions are no longer known:
   * check every user.
   */
  takeExpulsions(): readonly Expulsion[] | 'all';

  /** The registered users and their lists. A store that several servers share may replace this object. */
  readonly users: Users;

  /** Waits for the commit under way, then releases all resources. A closed store refuses every commit. */
  close(): Promise<void>;
}

/**
 * - `store.unusable`: the store could not be opened; the message says why and what to do.
 * - `store.corrupt`: the stored data is damaged; the message says where.
 * - `store.unavailable`: the store cannot write at present. A store that several servers share may have been
 *   cut off while it committed: then the changes can still appear later.
 * - `store.diverged`: the database is not the one that this store has in memory, for example because it was
 *   restored from a backup. Users may have other numbers there, so the process must be restarted.
 * - `store.outdated`: the database has a format that this version of the program does not know.
 * - `store.busy`: a commit is under way.
 * - `store.closed`: the store was closed.
 */
export type StoreErrorCode =
  | 'store.unusable'
  | 'store.corrupt'
  | 'store.unavailable'
  | 'store.diverged'
  | 'store.outdated'
  | 'store.busy'
  | 'store.closed';

/** The error of a store. Callers distinguish the kinds by `code` ({@link isStoreError}). */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/** True for a {@link StoreError} with that code. */
export function isStoreError(error: unknown, code: StoreErrorCode): error is StoreError {
  return error instanceof Error && 'code' in error && error.code === code;
}
