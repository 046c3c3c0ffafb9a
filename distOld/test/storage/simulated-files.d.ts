/**
 * A file system in memory that fails when it is told to, and whose power can be cut at any moment.
 *
 * It has what the process sees, and what a power cut leaves. What is written or truncated is pending until the file
 * is synced; a name that is made, changed or removed is pending until its directory is. Of what is pending a
 * power cut leaves anything: all, nothing, some of it, a piece of a write, or only the length that it gave the file.
 * So a rename may be there without the data of the file that was renamed.
 *
 * A sync that fails leaves in doubt whatever was pending: the process reads it still, but no later sync brings
 * it to stable storage, as on Linux, which marks the pages clean.
 */
import { type Files, type Lock, type OpenFile } from '../../storage/files.js';
/** A number from 0 up to 1. */
export type Random = () => number;
/** Random numbers that are the same ones for the same seed (mulberry32). */
export declare function seededRandom(seed: number): Random;
/** One of some values. */
export declare function pick<TValue>(random: Random, values: readonly TValue[]): TValue;
/**
 * - `before`: nothing is done.
 * - `after`: it is done, and reported as failed.
 * - `short`: a write, or a read, does a part of it and tells so; the next write to that file fails with ENOSPC.
 *   Everything else fails as with `before`.
 *
 * A file that is closed and a lock that is released are so whatever is reported.
 */
export type FaultKind = 'before' | 'after' | 'short';
export type ErrorCode = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EROFS' | 'ENOENT';
export type OperationName = Exclude<keyof Files, 'remove'> | 'remove' | Exclude<keyof OpenFile, 'isInPlace'> | 'isInPlace' | 'isLockInPlace' | 'release';
/** What the store asked for. */
export interface Operation {
    /** Counted from 1. */
    readonly number: number;
    readonly name: OperationName;
    readonly path: string;
    /** Tells files apart, whatever their names are. */
    readonly file?: number | undefined;
    /** True when it was made to fail, or to come back short. */
    readonly hasFailed: boolean;
}
export declare class SimulatedFiles implements Files {
    #private;
    /** Everything that was asked for, in its order. */
    readonly operations: Operation[];
    /** Called before an operation is done: the moment to cut the power. */
    beforeOperation: (() => void) | undefined;
    /** @param random Has an operation take up to two turns of the event loop; without it, each takes a microtask. */
    constructor(random?: Random);
    /** How many operations there were. */
    get count(): number;
    /** How many files are open. */
    get openFiles(): number;
    /** Has one operation fail, the nth from the beginning. */
    failAt(n: number, kind: FaultKind, code?: ErrorCode): void;
    /** Has every operation fail from the nth on, or those of some names, until {@link heal}. */
    failFrom(n: number, code?: ErrorCode, names?: readonly OperationName[]): void;
    /** Nothing fails any more. */
    heal(): void;
    /** What a crash of the machine may leave; this one goes on as if nothing had happened. */
    powerCut(random: Random): SimulatedFiles;
    /** What the end of the process leaves: whatever it has seen; this one goes on as if nothing had happened. */
    kill(): SimulatedFiles;
    /** Somebody deletes a directory with all that is in it, and syncs that. Files that are open can be used still. */
    vanish(directory: string): void;
    /** Somebody makes an empty directory, and syncs that. */
    appear(directory: string): void;
    /** All that the process sees, as one text. */
    contents(): string;
    list(directory: string): Promise<string[]>;
    createDirectory(directory: string): Promise<void>;
    open(path: string): Promise<OpenFile>;
    create(path: string): Promise<OpenFile>;
    rename(from: string, to: string): Promise<void>;
    remove(path: string): Promise<void>;
    syncDirectory(directory: string): Promise<void>;
    lock(path: string): Promise<Lock>;
}
