/**
 * Mailboxes: the stable address of a child that may be restarted.
 *
 * Senders hold the mailbox, never the child. The supervisor attaches each new incarnation; until
 * then events wait in a bounded stash, in order. So a crash of a child costs its neighbours a
 * wait, and no neighbour ever sends to a dead actor.
 */
import type { ActorLogic, ActorRef, EventObject, Snapshot } from 'xstate';
import type { AnyActorSystem } from './behaviour.js';
/** The name of a child that can be written to from anywhere in its system, typed by what it is sent. */
export type Name<TEvent extends EventObject> = string & {
    readonly [EVENT]: TEvent;
};
declare const EVENT: unique symbol;
/** How a named child is addressed. */
export interface AddressOptions<TEvent extends EventObject> {
    /** Most events that wait while the child is down; 0 refuses them all. */
    readonly stashLimit: number;
    /** Told of each event that no longer fits, so that its sender can be answered. */
    readonly refuse?: (event: TEvent) => void;
}
/** Anything events can be sent to: an actor, or the mailbox that stands for it. */
export type Address<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;
/** Makes a name; it must be unique in its system. */
export declare function nameOf<TEvent extends EventObject>(id: string): Name<TEvent>;
/**
 * Finds the address of a named child anywhere in the system.
 *
 * @throws Error when no supervisor in the system has a child of that name.
 */
export declare function addressOf<TEvent extends EventObject>(system: AnyActorSystem, name: Name<TEvent>): Address<TEvent>;
/** Forwards every event to the attached child, in order, or keeps it until there is one. */
export declare const mailboxLogic: ActorLogic<Snapshot<undefined>, EventObject, AddressOptions<never>>;
export {};
