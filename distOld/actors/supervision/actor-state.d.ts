/**
 * What XState tells a supervisor of an actor: whether it can be used, and how it ended.
 */
import type { AnyActorRef, EventObject } from 'xstate';
import type { EndReason } from './lifecycle.js';
/** True when a started actor can be used; a logic whose snapshot has no `ready` always can. */
export declare function isReady(actor: AnyActorRef): boolean;
/** XState's own news of a child's end, as they reach the parent. */
export type ActorEnded = {
    readonly type: `xstate.done.actor.${string}`;
    readonly actorId: string;
    readonly output: unknown;
} | {
    readonly type: `xstate.error.actor.${string}`;
    readonly actorId: string;
    readonly error: unknown;
};
/** Tells the end of a child from any other event. */
export declare function isActorEnded(event: EventObject): event is ActorEnded;
/** What an actor threw when it was stopped already: it ended, and its supervisor knows; that it failed shall be known too. */
export declare function reportLateError(supervisor: AnyActorRef, event: ActorEnded): void;
/** True for the end of an actor that had nothing to do. */
export declare function isIgnored(event: ActorEnded): boolean;
/** Why an actor ended that its supervisor had asked to, or not. */
export declare function reasonOf(event: ActorEnded, asked: boolean): EndReason;
