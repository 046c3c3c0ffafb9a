/**
 * How a call begins: what the caller may say first, and what the called side may answer.
 *
 * Clients of this protocol fill the same gap in different ways (PROTOCOL.md names the dialects A
 * to E). These functions read all of them and write what each understands.
 */
import { type UserId } from './id.js';
/**
 * The caller's first line: `greeting` answers with `OK` (dialect C), `request` and `message` with
 * `ACCEPT`. A line that is neither greeting nor request is already the first message.
 */
export type Opening = {
    readonly kind: 'greeting';
    readonly caller: UserId | undefined;
} | {
    readonly kind: 'request';
    readonly caller: UserId | undefined;
} | {
    readonly kind: 'message';
};
/** The called side's first line. Anything that is no known answer accepts, and is the first message. */
export type Answer = 'accepted' | 'refused' | 'message';
/** The line with which our caller introduces itself. */
export declare function encodeGreeting(caller: UserId): string;
/** Reads the first line that a caller sent. */
export declare function parseOpening(line: string): Opening;
/** Reads the first line that a called client sent. */
export declare function parseAnswer(line: string): Answer;
/** The line that accepts a call, in the words that this caller expects. */
export declare function encodeAcceptance(opening: Opening | undefined): string;
/** The line that refuses a call. */
export declare const REFUSAL_LINE = "REJECT\n";
