/**
 * Keeps the mailboxes of a tree, one for each name.
 *
 * A mailbox outlives not only its child but also the supervisor that has the child: when that one crashes and
 * is restarted, its next incarnation finds the mailbox as it was, and whoever holds the address notices
 * nothing. So the mailboxes belong to the topmost supervisor.
 */
import { type AnyActorRef } from 'xstate';
import type { BehaviourScope } from './behaviour.js';
import { type AddressOptions } from './mailbox.js';
/** The post office of the tree that a supervisor is in; the topmost supervisor opens it. */
export declare function postOfficeOf(scope: BehaviourScope): PostOffice;
export declare class PostOffice {
    #private;
    /** @param scope The topmost supervisor's. */
    constructor(scope: BehaviourScope);
    /**
     * Opens the mailbox of a name, or takes up the one that its last owner left.
     *
     * @throws Error when somebody else has it.
     */
    open(name: string, options: AddressOptions<never>, owner: AnyActorRef): AnyActorRef;
    /** Its owner is gone, and may come back: what is sent waits. */
    leave(name: string): void;
    /** Nobody will have it again: what waits is refused. */
    close(name: string): void;
    /** Closes what was left in a tree that nobody will start again. */
    closeBelow(supervisor: AnyActorRef | undefined): void;
    /** Closes all, when the supervisor that opened the office ends. */
    closeFor(supervisor: AnyActorRef): void;
}
