/**
 * The children of a supervisor in their order, and which of them are to be stopped and started next.
 */
import type { AnyActorRef } from 'xstate';
import type { Child } from './child.js';
export declare const STRATEGIES: readonly ["one_for_one", "one_for_all", "rest_for_one"];
/** Which children are restarted when one crashes: it alone, all, or it and those started after it. */
export type Strategy = (typeof STRATEGIES)[number];
export declare class Roster {
    #private;
    /** In the order of their start. */
    readonly children: Child[];
    /** Finds a child by its id, or by the actor that it is. */
    find(child: string | AnyActorRef): Child | undefined;
    /** True for a child that has no actor, and is to have none. */
    isDown(child: Child): boolean;
    /** True for a child that was up, crashed or had to go down with another, and is not up again yet. */
    isRestarting(child: Child): boolean;
    forget(child: Child): void;
    /** Who goes down with a child that crashed. */
    groupOf(child: Child, strategy: Strategy): Child[];
    stopLater(children: readonly Child[]): void;
    isToStop(child: Child): boolean;
    /** Takes the next child to be stopped. */
    nextToStop(): Child | undefined;
    /** It is down already. */
    stopped(child: Child): void;
    /** @param dueAtMs Not before this time; of two times, the later one holds. */
    startLater(child: Child, dueAtMs?: number): void;
    isToStart(child: Child): boolean;
    /** Takes the next child to be started that may start now. */
    nextToStart(nowMs: number): Child | undefined;
    /** When the next start is due; `undefined` when there is none. */
    get nextStartMs(): number | undefined;
    /** True while a child has yet to be started for the first time. */
    get hasFirstStarts(): boolean;
    /** It is not to be started after all. */
    dropStart(child: Child): void;
    /** Nobody is. */
    dropStarts(): void;
}
