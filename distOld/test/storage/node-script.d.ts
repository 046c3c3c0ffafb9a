/**
 * Small scripts in processes of their own, for what ends with a process, or is measured of one.
 */
import { type ChildProcess } from 'node:child_process';
import type { ExecutionContext } from 'ava';
/** The address of a module of storage/ as it was built. */
export declare function builtModule(name: string): string;
export interface NodeScript {
    readonly process: ChildProcess;
    /** The first line that it prints. Rejects when it ends before. */
    readonly firstLine: Promise<string>;
    /** Settles when it has ended. */
    readonly ended: Promise<unknown>;
}
/** Starts a script, as a module; it is killed after the test if it has not ended. */
export declare function startScript(t: ExecutionContext, source: string, ...nodeOptions: readonly string[]): NodeScript;
