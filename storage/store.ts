/**
 * The store contract: what the server asks of the thing that remembers users and buddy lists.
 *
 * Every store, whatever it is made of, passes the suite in test/storage/store-contract.ts.
 */

import type { UserId } from '../protocol/id.js';
import type { ReplyCode } from '../protocol/reply.js';
import type { Change } from '../protocol/request.js';

/**
 * Most users in one store: what the 32-bit places and entries of storage/tables/id-table.ts reach, with ids
 * of any length.
 */
export const MAX_USERS = 60_000_000;

/** Most buddies on one list. */
export const MAX_BUDDIES = 10_000;

/**
 * Users and lists, to be read. Users are numbers here: a user has the same one for as long as the process
 * runs, however often the store is opened. What is being committed may show before it is durable, but for
 * numbers.
 */
export interface Users {
  /** The number of a user; -1 when nobody has that id, or their registration is not durable yet. */
  numberOf(id: UserId): number;
  /** A user's buddies, in the order they were added, good until the next commit. */
  listOf(user: number): Uint32Array;
  /** How many users there surely are: higher numbers may come to mean others. */
  readonly settled: number;
  /** Writes a user's id into a buffer; returns where it ends. */
  copyId(target: Uint8Array, at: number, user: number): number;
  /** A user's buddies in the order they were added; `undefined` when nobody has that id. */
  buddiesOf(id: UserId): readonly UserId[] | undefined;
}

export interface Store {
  /**
   * Decides changes in their order, each against all before it, and makes the effective ones
   * durable together.
   *
   * One commit at a time: a second one before the first has settled is refused.
   *
   * @returns One reply per change: 200, 201, 202 or 203, as PROTOCOL.md orders the checks; 205
   * where the store is full. All of it is on stable storage when the promise resolves.
   * @throws StoreError, as a rejection: none of these changes was made, as far as this store will tell. After
   * `store.unavailable` the same commit may be tried again.
   */
  commit(changes: readonly Change[]): Promise<readonly ReplyCode[]>;

  /** Who is registered, and who is on whose list. */
  readonly users: Users;

  /** Lets go of everything, after the commit under way. A closed store refuses every commit. */
  close(): Promise<void>;
}

/**
 * - `store.unusable`: it could not be opened; the message says why and what to do.
 * - `store.corrupt`: what was stored is damaged; the message says where.
 * - `store.unavailable`: it cannot write at present.
 * - `store.busy`: a commit is under way.
 * - `store.closed`: it was closed.
 */
export type StoreErrorCode =
  | 'store.unusable'
  | 'store.corrupt'
  | 'store.unavailable'
  | 'store.busy'
  | 'store.closed';

/** What a store fails with. Callers tell the kinds apart by `code` ({@link isStoreError}). */
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

/** True for a {@link StoreError} of that code. */
export function isStoreError(error: unknown, code: StoreErrorCode): error is StoreError {
  return error instanceof Error && 'code' in error && error.code === code;
}
