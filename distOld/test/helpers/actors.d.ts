/**
 * Actors that behave, and misbehave, on request; and a system to watch them in.
 */
import { type AnyActorLogic, type AnyActorRef, type InspectionEvent, SimulatedClock } from 'xstate';
import { type BehaviourLogic } from '../../actors/supervision/behaviour.js';
import { type ChildSpec } from '../../actors/supervision/child-spec.js';
import { dynamicSupervisor } from '../../actors/supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../actors/supervision/lifecycle.js';
import type { RestartLimits } from '../../actors/supervision/restart-budget.js';
import { type SupervisorOptions } from '../../actors/supervision/supervisor.js';
/** What a worker does when it is told to. */
export type WorkerEvent = {
    readonly type: 'crash';
} | {
    readonly type: 'finish';
} | {
    readonly type: 'note';
    readonly text: string;
};
export interface WorkerOptions {
    /** Every start, note and release is appended here, as `name event`. */
    readonly log: string[];
    /** Tells which of its starts, counted from 1, fail. */
    readonly failsStart?: (start: number) => boolean;
    /** Ignores requests to shut down. */
    readonly hangs?: boolean;
    /** Says that it is ready only when it is told `become.ready`. */
    readonly slow?: boolean;
}
/** Logic of a worker that can crash, finish, hang or start slowly. */
export declare function worker(name: string, { log, failsStart, hangs, slow }: WorkerOptions): BehaviourLogic<WorkerEvent | {
    readonly type: 'become.ready';
}, undefined>;
/** A root actor with simulated time, everything it emits, and how it ended. */
export interface Watched {
    readonly root: AnyActorRef;
    readonly clock: SimulatedClock;
    readonly emitted: LifecycleEvent[];
    /** The latest actor that was started under an id. */
    actor(id: string): AnyActorRef;
    readonly ended: {
        status: 'running' | 'done' | 'error';
        error?: unknown;
    };
}
/**
 * Starts logic as a root and watches it.
 *
 * @param options.inspect Told of everything in the system.
 * @param options.before Given the root before it starts.
 */
export declare function watch(logic: AnyActorLogic, { inspect, before, }?: {
    inspect?: (event: InspectionEvent) => void;
    before?: (root: AnyActorRef) => void;
}): Watched;
/** Limits that no test reaches. */
export declare const MANY: RestartLimits;
/** A worker and its spec, in one. */
export interface FamilyMember extends Omit<WorkerOptions, 'log'>, Omit<ChildSpec, 'id' | 'logic'> {
}
export interface Family extends Watched {
    readonly log: string[];
    /** Empties the log, and tells what was in it. */
    take(): string[];
}
/** The spec of a worker. */
export declare function member(id: string, log: string[], options?: FamilyMember): ChildSpec;
/** A supervisor of workers named by the keys, all of which write to one log. */
export declare function family(workers: Readonly<Record<string, FamilyMember>>, options?: Partial<SupervisorOptions>): Family;
/** Has actors crash, one after the other. */
export declare function crash(...actors: readonly AnyActorRef[]): void;
/** Lets the restart happen that a supervisor puts off to a later turn. */
export declare function nextTurn({ clock }: Watched): void;
/** The lives that a system told of, as `type id`, with the reason of an end. */
export declare function story({ emitted }: Watched): string[];
type DynamicOptions = Parameters<typeof dynamicSupervisor>[0];
/** What the children of a {@link crowd} are given. */
export interface CrowdInput extends Omit<WorkerOptions, 'log'> {
    readonly name: string;
}
export interface Crowd extends Family {
    readonly refused: string[];
    /** Starts a child. */
    start(name: string, options?: Omit<CrowdInput, 'name'>): void;
    /** The latest actor of that name. */
    named(name: string): AnyActorRef;
}
/** A dynamic supervisor of workers that are known by their names and write to one log. */
export declare function crowd(template?: Partial<DynamicOptions['template']>, options?: Partial<DynamicOptions>): Crowd;
/** What a promise has come to by now, if it has. */
export declare function settledBy<TValue>(promise: Promise<TValue>): () => Promise<TValue | 'pending'>;
/** A child's actor, ready or not, as its supervisor lists it. */
export declare function listed(root: AnyActorRef, index?: number): Promise<AnyActorRef>;
export {};
