/**
 * The store contract: the operations that the server needs to keep users and buddy lists.
 *
 * Every implementation passes the suite in test/storage/store-contract.ts.
 */

import type { UserId } from '../protocol/id.js';
import type { ReplyCode } from '../protocol/reply.js';
import type { Change } from '../protocol/request.js';

/**
 * Most users in one store. The 32-bit offsets and entries of storage/tables/id-table.ts can address this many
 * ids of any length.
 */
export const MAX_USERS = 60_000_000;

/** Most buddies on one list. */
export const MAX_BUDDIES = 10_000;

/**
 * Read access to users and lists. Each user has a number, which stays the same while the process runs, even
 * if the store is reopened. Lists may show changes of the commit under way before they are durable;
 * `numberOf` never does.
 */
export interface Users {
  /** The number of a user; -1 when the id is not registered, or the registration is not durable yet. */
  numberOf(id: UserId): number;
  /** The numbers of a user's buddies, in the order they were added. Valid until the next commit. */
  listOf(user: number): Uint32Array;
  /**
   * How many users are committed. A user number at or above this count may still be given to another user.
   */
  readonly committed: number;
  /** Writes a user's id into a buffer; returns the offset of its end. */
  copyId(target: Uint8Array, at: number, user: number): number;
  /** The ids of a user's buddies, in the order they were added; `undefined` when the id is not registered. */
  buddiesOf(id: UserId): readonly UserId[] | undefined;
}

export interface Store {
  /**
   * Applies changes in order, and makes those that had an effect durable together.
   *
   * Only one commit may be under way: a second one is refused.
   *
   * @returns One reply per change: 200, 201, 202 or 203, in the order of checks in PROTOCOL.md; 205
   * when the store is full. All changes are on stable storage when the promise resolves.
   * @throws StoreError, as a rejection. In that case this store shows none of these changes. After
   * `store.unavailable` the caller may retry the same commit.
   */
  commit(changes: readonly Change[]): Promise<readonly ReplyCode[]>;

  /** The registered users and their lists. */
  readonly users: Users;

  /** Waits for the commit under way, then releases all resources. A closed store refuses every commit. */
  close(): Promise<void>;
}

/**
 * - `store.unusable`: the store could not be opened; the message says why and what to do.
 * - `store.corrupt`: the stored data is damaged; the message says where.
 * - `store.unavailable`: the store cannot write at present.
 * - `store.busy`: a commit is under way.
 * - `store.closed`: the store was closed.
 */
export type StoreErrorCode =
  | 'store.unusable'
  | 'store.corrupt'
  | 'store.unavailable'
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
