/**
 * Runs a supervisor as the root of an actor system.
 */
import { type Actor, type AnyActorLogic, type AnyActorRef, type InspectionEvent } from 'xstate';
export interface RunOptions<TLogic extends AnyActorLogic> {
    /** Told of everything that the tree emits, from the first start on: see `LifecycleEvent`. */
    readonly onEmitted?: (event: Parameters<Parameters<Actor<TLogic>['on']>[1]>[0]) => void;
    /** Told of everything that happens in the system; it slows every actor down. */
    readonly inspect?: (event: InspectionEvent) => void;
}
export interface RunningTree {
    readonly root: AnyActorRef;
    /** True when the whole tree is up, false when it ended before. */
    readonly ready: Promise<boolean>;
    /** Resolves when the tree has ended, with the error if it gave up or could not start. */
    readonly ended: Promise<{
        readonly error?: unknown;
    }>;
    /** Asks the tree to end; children finish what is under way, in reverse order of start. */
    shutdown(): void;
}
/**
 * Starts a tree. It never throws, and nothing that happens in it reaches `uncaughtException`: how it ended,
 * `ended` tells.
 */
export declare function run<TLogic extends AnyActorLogic>(logic: TLogic, { onEmitted, inspect }?: RunOptions<TLogic>): RunningTree;
