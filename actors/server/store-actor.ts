/**
 * The store's actor: takes changes one by one and commits them in groups.
 *
 * One group is being made durable; what arrives meanwhile is the next group. So the cost of a sync is shared
 * by all who wait (actors/server/group-commit.ts says when one begins), and nobody is answered before the sync.
 *
 * When this actor ends, whoever still waits in the queue is told 205; the group under way is
 * answered truthfully when it settles; and the next incarnation opens the store only after this
 * one has let go of it.
 */

import type { AnyActorRef } from 'xstate';
import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import { isStoreError, MAX_USERS, type Store, type Users } from '../../storage/store.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
} from '../../supervision/behaviour.js';
import type { Log } from '../log.js';
import { GroupCommitTimer } from './group-commit.js';

/** Most changes in one group: what one sync makes durable together. */
const MAX_GROUP_CHANGES = 4_096;

/** Most changes that wait for their group. Beyond it the answer is 205 at once. */
const MAX_QUEUED_CHANGES = 65_536;

/** Asks for a change; answered by {@link ChangeAnswered}. From connections. */
export interface ChangeCommit {
  readonly type: 'change.commit';
  readonly change: Change;
  readonly replyTo: AnyActorRef;
}

interface ChangeAnswered {
  readonly type: 'change.answered';
  readonly reply: ReplyCode;
}

/** Asks who a user is; answered by {@link UserLookedUp}. From presence. */
export interface UserLookUp<TPurpose> {
  readonly type: 'user.look-up';
  readonly id: UserId;
  /** Comes back with the answer, so that the asker need not remember its questions. */
  readonly purpose: TPurpose;
  readonly replyTo: AnyActorRef;
}

export interface UserLookedUp<TPurpose> {
  readonly type: 'user.looked-up';
  /** The user's number, or -1 when nobody is registered under that id. */
  readonly user: number;
  /** To read the rest from, now and not later: the next store has others. */
  readonly users: Users;
  readonly purpose: TPurpose;
}

export type StoreEvent =
  | ChangeCommit
  | UserLookUp<unknown>
  // From the actor itself, when its promises settle.
  | { readonly type: 'store.opened'; readonly store: Store }
  | { readonly type: 'group.settled' }
  // From the actor itself, in the next turn of the event loop.
  | { readonly type: 'turn.passed' };

/** Answers a change that will not be tried: also what the store's mailbox does when it is full. */
export function refuseChange({ replyTo }: ChangeCommit): void {
  replyTo.send({ type: 'change.answered', reply: 205 } satisfies ChangeAnswered);
}

/**
 * Actor logic of the store. Make it once per tree: its incarnations take turns with the files.
 *
 * @param openStore Opens the store; a rejection crashes the actor.
 * @param maxUsers Most users; a REG of one more is answered 206.
 */
export function storeLogic(
  openStore: () => Promise<Store>,
  log: Log,
  maxUsers = MAX_USERS,
): BehaviourLogic<StoreEvent, undefined> {
  let previousClosed: Promise<void> = Promise.resolve();

  return fromBehaviour<StoreEvent>((scope) => {
    const opened = previousClosed.then(openStore);
    const actor = new StoreActor(scope, log, maxUsers, opened);
    previousClosed = actor.closed;
    return actor;
  });
}

class StoreActor implements Behaviour<StoreEvent> {
  readonly starting = true;
  /** Resolves when this incarnation has let go of the store. */
  readonly closed: Promise<void>;
  readonly #scope: BehaviourScope<StoreEvent>;
  readonly #log: Log;
  readonly #maxUsers: number;
  #store: Store | undefined;
  #queue: ChangeCommit[] = [];
  #committing = false;
  readonly #commitTimer = new GroupCommitTimer();
  /** True while the next turn is waited for. */
  #waitsForTurn = false;
  #ending = false;
  #writable = true;
  /** Whether the log says already that no more users can register. */
  #saidFull = false;
  #letGo: () => void = () => {};

  constructor(scope: BehaviourScope<StoreEvent>, log: Log, maxUsers: number, opened: Promise<Store>) {
    this.#scope = scope;
    this.#log = log;
    this.#maxUsers = maxUsers;
    const released = new Promise<void>((resolve) => {
      this.#letGo = resolve;
    });
    const noteFailure = (error: unknown) => log.error({ err: error }, 'the store could not be closed');
    this.closed = opened.then(
      async (store) => {
        scope.self.send({ type: 'store.opened', store });
        await released;
        await store.close().catch(noteFailure);
      },
      (error: unknown) => scope.fail(error),
    );
  }

  receive(event: StoreEvent): void {
    switch (event.type) {
      case 'change.commit':
        if (this.#queue.length < MAX_QUEUED_CHANGES) this.#queue.push(event);
        else refuseChange(event);
        return this.#commitNext();
      case 'user.look-up':
        return this.#lookUp(event);
      case 'store.opened':
        this.#store = event.store;
        this.#scope.ready();
        return this.#commitNext();
      case 'group.settled':
        this.#committing = false;
        return this.#commitNext();
      case 'turn.passed':
        this.#waitsForTurn = false;
        return this.#commitNext();
    }
  }

  shutdown(): void {
    this.#ending = true;
    this.#commitNext();
  }

  release(): void {
    for (const commit of this.#queue.splice(0)) refuseChange(commit);
    this.#letGo();
  }

  #lookUp({ id, purpose, replyTo }: UserLookUp<unknown>): void {
    const users = this.#store?.users;
    if (users === undefined) return;
    const user = users.numberOf(id);
    replyTo.send({ type: 'user.looked-up', user, users, purpose } satisfies UserLookedUp<unknown>);
  }

  #commitNext(): void {
    if (this.#store === undefined || this.#committing || this.#waitsForTurn) return;
    if (this.#queue.length === 0) {
      if (this.#ending) this.#scope.end();
    } else if (this.#ending || this.#commitTimer.isDue(this.#queue.length, this.#scope.now())) {
      const group = this.#refuseUsersBeyondLimit(this.#store.users, this.#queue.splice(0, MAX_GROUP_CHANGES));
      if (group.length === 0) return this.#commitNext();
      this.#commit(this.#store, group);
    } else {
      this.#waitsForTurn = true;
      this.#scope.sendNextIteration({ type: 'turn.passed' });
    }
  }

  /** No group is under way: users who are settled are all that there are. */
  #refuseUsersBeyondLimit(users: Users, group: readonly ChangeCommit[]): readonly ChangeCommit[] {
    let room = this.#maxUsers - users.settled;
    if (room >= group.length) return group;
    return group.filter(({ change, replyTo }) => {
      if (change.op !== 'REG' || users.numberOf(change.id) !== -1 || room-- > 0) return true;
      replyTo.send({ type: 'change.answered', reply: 206 } satisfies ChangeAnswered);
      if (!this.#saidFull) this.#log.warn({ users: users.settled }, 'no more users may register: 206');
      this.#saidFull = true;
      return false;
    });
  }

  #commit(store: Store, group: readonly ChangeCommit[]): void {
    this.#committing = true;
    this.#commitTimer.begin(group.length, this.#scope.now());
    store.commit(group.map(({ change }) => change)).then(
      this.#scope.guard((replies) => {
        for (const [index, reply] of replies.entries()) {
          group[index]?.replyTo.send({ type: 'change.answered', reply } satisfies ChangeAnswered);
        }
        this.#noteWritable(true);
        this.#scope.self.send({ type: 'group.settled' });
      }),
      this.#scope.guard((error: Error) => {
        for (const commit of group) refuseChange(commit);
        if (!isStoreError(error, 'store.unavailable')) throw error;
        this.#noteWritable(false, error);
        this.#scope.self.send({ type: 'group.settled' });
      }),
    );
  }

  #noteWritable(writable: boolean, error?: Error): void {
    if (writable !== this.#writable) {
      if (writable) this.#log.info({}, 'the store can be written again');
      else this.#log.error({ err: error }, 'the store cannot be written: changes are answered 205');
    }
    this.#writable = writable;
  }
}
