/**
 * The events that the store receives, and its answers.
 */

import type { AnyActorRef } from 'xstate';
import type { UserId } from '../../protocol/id.js';
import type { Expulsion, Store, StoreChange, Users, Verdict } from '../../storage/store.js';
import type { Address } from '../../supervision/mailbox.js';
import type { OutageKind } from './store-outages.js';

/** Requests a change; answered by {@link ChangeAnswered}. From connections, and from the operator. */
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

/** Requests the number of a user; answered by {@link UserLookedUp}. From presence. */
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
  /** The store's users. Read them while you handle this event: a reopened store has another object. */
  readonly users: Users;
  readonly purpose: TPurpose;
}

/** Requests the changes of other servers; answered by {@link StoreCaughtUp}. From presence, and the bus. */
export interface StoreCatchUp<TPurpose> {
  readonly type: 'store.catch-up';
  /** Returned with the reply. */
  readonly purpose: TPurpose;
  readonly replyTo: Address<StoreCaughtUp<TPurpose>>;
}

export interface StoreCaughtUp<TPurpose> {
  readonly type: 'store.caught-up';
  /** False if the store could not be asked: changes may be missing. */
  readonly isCurrent: boolean;
  /** The store's users, as in {@link UserLookedUp}. */
  readonly users: Users;
  /** The number of the last change that the store shows. */
  readonly lastChange: number;
  readonly purpose: TPurpose;
}

/** Asks for the state of the store; answered by {@link StoreExamined}. From the administration. */
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
 * Changes have removed users, banned targets or changed keys; `all` if it is not known which ones. To
 * presence and to sessions, which check each entry: it may be outdated.
 */
export interface UsersExpelled {
  readonly type: 'users.expelled';
  readonly expulsions: readonly Expulsion[] | 'all';
  /** The store's users, as in {@link UserLookedUp}. */
  readonly users: Users;
}

/**
 * The directory has changes up to this number. From the store to the bus, when this server has them; from the
 * bus to the store, when another server has them.
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
  // From the actor itself, when the store is open, and when a commit has succeeded or failed.
  | { readonly type: 'store.opened'; readonly store: Store }
  | { readonly type: 'commit.finished' }
  // From the actor itself, in the next event-loop iteration.
  | { readonly type: 'iteration.passed' };

/** Replies 205 to a change without trying it. The store's mailbox also uses it, when the mailbox is full. */
export function refuseChange({ change, replyTo }: ChangeCommit): void {
  replyTo.send({ type: 'change.answered', change, reply: 205, isOwner: false } satisfies ChangeAnswered);
}
