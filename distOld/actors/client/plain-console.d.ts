/**
 * The console without a terminal: a line in is an answer, and output is lines without any codes.
 * For pipes and scripts, screen readers and dumb terminals.
 *
 * Lines are read ahead, in order, up to a limit; each waits for the prompt that it answers.
 */
import { type Console, type ConsoleListener, type ConsoleStreams } from './console.js';
/** Most lines read ahead; then input waits in its pipe. */
export declare const MAX_LINES_AHEAD = 1024;
/** Opens the plain console. */
export declare function openPlainConsole({ stdin, stdout }: ConsoleStreams, listener: ConsoleListener): Console;
