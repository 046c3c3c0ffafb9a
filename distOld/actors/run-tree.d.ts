/**
 * Runs a supervision tree and logs the lives of its actors: the frame that both programs share.
 */
import type { AnyActorLogic } from 'xstate';
import type { Log } from './log.js';
import type { BackoffOptions } from './supervision/backoff.js';
import { type RunningTree, type RunOptions } from './supervision/run.js';
/**
 * Between restarts of an actor that needs the disk or the network: what failed once may fail for a while. One that
 * always fails is tried ten times in ten seconds at most, which each level that has such actors allows.
 */
export declare const RESTART_BACKOFF: BackoffOptions;
export interface RunTreeOptions extends RunOptions<AnyActorLogic> {
    readonly log: Log;
}
/** Starts a tree and logs the lives of its actors. */
export declare function runTree(logic: AnyActorLogic, { log, onEmitted, ...options }: RunTreeOptions): RunningTree;
