/**
 * The console on a terminal: prompts at the bottom of the screen, everything else above them.
 *
 * The terminal is in raw mode from open to close. Keys go to the open prompt; those typed while
 * there is none wait, up to a limit, for the next.
 */
import type { Console, ConsoleListener, ConsoleStreams } from './console.js';
/** Opens the interactive console. */
export declare function openInteractiveConsole({ stdin, stdout }: ConsoleStreams, listener: ConsoleListener): Console;
