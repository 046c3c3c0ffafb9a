/**
 * The store's actor: takes changes one by one and commits them in groups.
 *
 * One group is being made durable; what arrives meanwhile is the next group. So the cost of a sync
 * is shared by all who wait (actors/server/group-pace.ts says when one begins), and nobody is answered before the sync.
 *
 * When this actor ends, whoever still waits in the queue is told 205; the group under way is
 * answered truthfully when it settles; and the next incarnation opens the store only after this
 * one has let go of it.
 */
import type { AnyActorRef } from 'xstate';
import type { UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type { Store, Users } from '../../storage/store.js';
import type { Log } from '../log.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
/** Asks for a change; answered by {@link ChangeAnswered}. From connections. */
export interface ChangeCommit {
    readonly type: 'change.commit';
    readonly change: Change;
    readonly replyTo: AnyActorRef;
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
export type StoreEvent = ChangeCommit | UserLookUp<unknown> | {
    readonly type: 'store.opened';
    readonly store: Store;
} | {
    readonly type: 'group.settled';
} | {
    readonly type: 'turn.passed';
};
/** Answers a change that will not be tried: also what the store's mailbox does when it is full. */
export declare function refuseChange({ replyTo }: ChangeCommit): void;
/**
 * Actor logic of the store. Make it once per tree: its incarnations take turns with the files.
 *
 * @param openStore Opens the store; a rejection crashes the actor.
 */
export declare function storeLogic(openStore: () => Promise<Store>, log: Log): BehaviourLogic<StoreEvent, undefined>;
