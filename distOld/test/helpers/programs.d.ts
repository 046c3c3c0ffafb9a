/**
 * The built programs as real processes, with pipes.
 */
import { type ChildProcess } from 'node:child_process';
import type { ExecutionContext } from 'ava';
/** The path of a program of this project. */
export declare function programPath(name: 'im-server' | 'im-client'): string;
/** A directory that is removed after the test. */
export declare function temporaryDirectory(t: ExecutionContext): Promise<string>;
/** A process whose output can be waited for. */
export declare class Program {
    #private;
    readonly process: ChildProcess;
    readonly exited: Promise<number | null>;
    stdout: string;
    stderr: string;
    /** Starts a program; it is killed after the test if it has not ended. */
    constructor(t: ExecutionContext, name: 'im-server' | 'im-client', ...args: readonly string[]);
    write(text: string | Uint8Array): void;
    /** Waits until text comes out that was not yet waited for, and returns the match. */
    expect(pattern: RegExp | string): Promise<RegExpMatchArray>;
    /** Waits for a prompt or line, then answers it with a line. */
    answer(pattern: RegExp | string, line: string): Promise<void>;
}
/** A running im-server and where it listens. */
export interface ServerProgram {
    readonly program: Program;
    readonly tcp: number;
    readonly udp: number;
}
/** Starts im-server on free ports, or on those in `args`. */
export declare function startServerProgram(t: ExecutionContext, directory: string, ...args: readonly string[]): Promise<ServerProgram>;
