/**
 * A program in a real pseudo-terminal, and the screen that a user would see.
 */
import { type IPty } from '@lydell/node-pty';
import type { ExecutionContext } from 'ava';
export interface TerminalSize {
    readonly columns: number;
    readonly rows: number;
}
export declare class Terminal {
    #private;
    readonly pty: IPty;
    readonly exited: Promise<number>;
    constructor(t: ExecutionContext, size: TerminalSize, file: string, ...args: readonly string[]);
    /** Runs the client in a terminal. */
    static client(t: ExecutionContext, size: TerminalSize, ...args: readonly string[]): Terminal;
    /** Presses keys, as bytes. */
    press(keys: string): void;
    resize({ columns, rows }: TerminalSize): void;
    /** The rows of the screen, without the blanks at their ends and the empty rows below. */
    rows(): string[];
    /** The cursor's column, counted from 0, and the text of its row. */
    cursor(): {
        readonly column: number;
        readonly row: string;
    };
    /** Waits until the last rows of the screen are these. */
    shows(...lastRows: readonly string[]): Promise<void>;
    /** Waits until the screen is as wanted. */
    until(wanted: () => boolean, what?: unknown): Promise<void>;
}
