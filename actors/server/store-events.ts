/**
 * The events that the store receives, and its answers.
 */

import type { AnyActorRef } from 'xstate';
import type { UserId } from '../../protocol/id.js';
import type { Expulsion, Store, StoreChange, Users, Verdict } from '../../storage/store.js';
import type { Address } from '../../supervision/mailbox.js';
import type { OutageKind } from './store-outages.js';

/** Requests a change; answered by {@link ChangeAnswered}. Sent by connections and the administration. */
export interface ChangeCommit {
  readonly type: 'change.commit';
  readonly change: StoreChange;
  readonly replyTo: AnyActorRef;
}

export interface ChangeAnswered {
  readonly type: 'change.answered';
  /** The requested change, so that the sender need not keep it. */
  readonly change: StoreChange;
  readonly reply: Verdict;
  /** True if the device that requested the change has the key of the id, and is not revoked. */
  readonly isOwner: boolean;
}

/** Requests the number of a user; answered by {@link UserLookedUp}. Sent by presence and connections. */
export interface UserLookUp<TPurpose> {
  readonly type: 'user.look-up';
  readonly id: UserId;
  /** Returned with the reply, so that the sender need not keep its pending requests. */
  readonly purpose: TPurpose;
  readonly replyTo: AnyActorRef;
}

export interface UserLookedUp<TPurpose> {
  readonly type: 'user.looked-up';
  /** The user's number, or -1 when the id is not registered. */
  readonly user: number;
  /** The store's users. Do not use this object after its store is closed. */
  readonly users: Users;
  readonly purpose: TPurpose;
}

/**
 * Asks the store to read the changes of other servers; answered by {@link StoreCaughtUp}. Sent by presence
 * and the bus.
 */
export interface StoreCatchUp<TPurpose> {
  readonly type: 'store.catch-up';
  /** Returned with the reply. */
  readonly purpose: TPurpose;
  readonly replyTo: Address<StoreCaughtUp<TPurpose>>;
}

export interface StoreCaughtUp<TPurpose> {
  readonly type: 'store.caught-up';
  /** False if the store could not read the changes of other servers: some of them may be missing. */
  readonly isCurrent: boolean;
  /** The store's users, as in {@link UserLookedUp}. */
  readonly users: Users;
  /** The number of the last change that the store shows. */
  readonly lastChange: number;
  readonly purpose: TPurpose;
}

/** Asks for the state of the store; answered by {@link StoreExamined}. Sent by the administration. */
export interface StoreExamine {
  readonly type: 'store.examine';
  readonly replyTo: AnyActorRef;
}

export interface StoreExamined {
  readonly type: 'store.examined';
  /** The store's users, as in {@link UserLookedUp}. */
  readonly users: Users;
  readonly lastChange: number;
  /** How many changes wait for the next commit. */
  readonly waiting: number;
  /** The outages that have begun and not ended. */
  readonly outages: readonly OutageKind[];
}

/**
 * Changes were made that remove users, ban users or addresses, or change keys. Sent to presence and sessions.
 * They check each entry, because an entry may be outdated.
 */
export interface UsersExpelled {
  readonly type: 'users.expelled';
  /** `all`: any user may be affected. */
  readonly expulsions: readonly Expulsion[] | 'all';
  /** The store's users, as in {@link UserLookedUp}. */
  readonly users: Users;
}

/**
 * A server has the changes of the directory up to the number `lastChange`. The store sends this event to the
 * bus when this server has them. The bus sends it to the store when another server has them.
 */
export interface DirectoryAdvanced {
  readonly type: 'directory.advanced';
  readonly lastChange: number;
}

export type StoreEvent =
  | ChangeCommit
  | UserLookUp<unknown>
  | StoreCatchUp<never>
  | StoreExamine
  | DirectoryAdvanced
  // From the actor itself: the store is open; a commit has succeeded or failed.
  | { readonly type: 'store.opened'; readonly store: Store }
  | { readonly type: 'commit.finished' }
  // From the actor itself: the next event-loop iteration has begun.
  | { readonly type: 'iteration.passed' };

/** Replies 205 to a change without trying it. The store's mailbox does this for changes that it refuses. */
export function refuseChange({ change, replyTo }: ChangeCommit): void {
  replyTo.send({ type: 'change.answered', change, reply: 205, isOwner: false } satisfies ChangeAnswered);
}
