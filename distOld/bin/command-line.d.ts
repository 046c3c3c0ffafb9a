/**
 * What both command lines share: exit codes, and errors of one line that say what to do.
 */
import { Command } from 'commander';
/** Exit codes of both programs. */
export declare const EXIT: {
    readonly done: 0;
    readonly failed: 1;
    readonly usage: 2;
};
/** A command whose mistakes end in one line on standard error and exit code 2. */
export declare function createCommand(name: string, description: string): Command;
/** Reads a port from the command line. */
export declare function portOption(value: string): number;
/** Reads a number of things, at least one. */
export declare function countOption(value: string): number;
/** Reads a text from the command line; an empty one is most often a variable that is not set. */
export declare function textOption(value: string): string;
/** Says why a program stops, in one line on standard error. */
export declare function complain(name: string, message: string): void;
