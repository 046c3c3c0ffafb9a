/**
 * A child as its supervisor has it: a spec, and at most one actor at a time.
 *
 * It starts that actor and waits until it is ready, asks it to end and waits for that, and says what
 * happened. When to do so, and what follows from it, is for the supervisor to decide.
 */
import { type AnyActorRef } from 'xstate';
import { type Reply, type Started } from './administration.js';
import type { AnyActorSystem, BehaviourScope } from './behaviour.js';
import type { ResolvedSpec } from './child-spec.js';
import type { EndReason, LifecycleEvent } from './lifecycle.js';
import type { RestartBudget } from './restart-budget.js';
/** Longest wait for a child to become ready, in milliseconds; then it counts as crashed. */
export declare const START_TIMEOUT_MS = 120000;
/** The error of a child that did not become ready within {@link START_TIMEOUT_MS}. */
export declare function notReady(id: string): Error;
/**
 * The shortest wait before a restart, in milliseconds: it comes in a later turn, so that a child that
 * crashes at once does not keep the event loop from others.
 */
export declare const NEXT_TURN_MS = 1;
/** From a child to its own supervisor. */
export type ChildNews = {
    readonly type: 'child.readied';
    readonly actorId: string;
}
/** It was not ready, or did not end, in time. */
 | {
    readonly type: 'child.overdue';
    readonly actorId: string;
};
/**
 * Why a child is to be started. It decides what a failure means: `first`, the supervisor's own start fails;
 * `added`, the child is forgotten; `asked`, it stays down; `restart`, it is tried again.
 */
export type Purpose = 'first' | 'added' | 'asked' | 'restart';
/** What not every child has. */
interface ChildMore {
    /** True for one of many from a template: it is known by its actor. */
    readonly dynamic: boolean;
    /** Of a dynamic child: its input, for each start. */
    readonly input?: unknown;
    /** Of a named one. */
    readonly mailbox?: AnyActorRef | undefined;
}
export declare class Child {
    #private;
    readonly spec: ResolvedSpec;
    readonly input: unknown;
    purpose: Purpose;
    state: 'down' | 'starting' | 'up' | 'stopping';
    /** The actor that it is, or was last. */
    actor: AnyActorRef | undefined;
    /** The actor by which others know it: the last one that was up. */
    knownAs: AnyActorRef | undefined;
    /** Who waits for it to be up, and for it to be down. */
    onUp: readonly Reply<Started>[];
    onDown: readonly Reply[];
    /** @param scope The supervisor's. */
    constructor(scope: BehaviourScope<ChildNews>, spec: ResolvedSpec, purpose: Purpose, more: ChildMore);
    /**
     * Starts an actor, and tells when it is ready.
     *
     * @returns True when it is ready already: {@link up} is to be called.
     * @throws What making it, or its input, threw.
     */
    start(actorId: string, makeInput: (system: AnyActorSystem) => unknown): boolean;
    /** Takes note that it can be used. */
    up(): void;
    /** Asks it to end, in time; a brutal child is stopped at once, and down when this returns. */
    stop(timeoutMs?: number | 'brutal'): void;
    /** Stops it hard. */
    kill(): void;
    /** Takes note that its actor has ended, or never came to be. */
    down(reason: EndReason | undefined): void;
    /**
     * Takes one more restart from its supervisor's budget, because of an end, and tells of it.
     *
     * @returns After how many milliseconds it is to be started; `undefined` when it was one too many.
     */
    planRestart(budget: RestartBudget, error: unknown): number | undefined;
    /** Lets go of the actor, because the supervisor ends or forgets it. */
    release(): void;
    /** Tells whoever waits for it to be up. */
    answerUp(given: Parameters<Reply<Started>>[0]): void;
    /** How events name it. */
    about(): {
        readonly id: string;
        readonly supervisor: string;
        readonly dynamic: boolean;
    };
    emit(event: LifecycleEvent): void;
}
export {};
