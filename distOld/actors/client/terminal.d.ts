/**
 * The terminal's actor: prints lines and asks questions, one at a time, through a console.
 *
 * There are two consoles: plain (lines in, lines out) and interactive (a terminal with prompts).
 */
import type { TerminalCommand, TerminalNews } from '../../machines/client/events.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { Console, ConsoleListener } from './console.js';
export interface TerminalInput {
    readonly client: Address<TerminalNews>;
    readonly openConsole: (listener: ConsoleListener) => Console;
}
export declare const terminalLogic: BehaviourLogic<TerminalCommand, TerminalInput>;
