/**
 * The words of the client. People and scripts know them, so they stay as they are.
 */
import type { Buddy } from '../../protocol/buddy-list.js';
import { type DisplayText } from '../../protocol/display-text.js';
import { type UserId } from '../../protocol/id.js';
import type { Prompt } from './events.js';
export declare const MENU: readonly string[];
export declare const MENU_PROMPT: Prompt;
export declare const USER_ID_PROMPT: Prompt;
export declare const BUDDY_ID_PROMPT: Prompt;
export declare const CALL_PROMPT: Prompt;
export declare const CHAT_PROMPT: Prompt;
/** What is said in words that never change. */
export declare const SAY: {
    readonly signInFirst: "Register or log in first.";
    readonly unknownChoice: "Choose one of the letters above.";
    readonly idHint: "An id is one word of at most 64 letters, digits and _ . @ + - (an empty line goes back).";
    readonly serverSilent: "The server does not answer: it is down, or you are not registered with it.";
    readonly serverLost: "The server does not answer: it is down, or you are not registered with it. Trying again every 10 s.";
    readonly serverFound: "The server answers again.";
    readonly callingFromMemory: "The server does not answer. Calling where your buddy was last seen.";
    readonly connecting: "Attempting to connect...";
    readonly accepted: "Buddy accepted connection.";
    readonly refused: "Buddy refused connection.";
    readonly unanswered: "Buddy did not answer within 60 seconds.";
    readonly callAccepted: "Connection accepted.";
    readonly callRefused: "Connection refused.";
    readonly callUnanswered: "Not answered within 60 seconds: connection refused.";
    readonly callGone: "The caller hung up.";
    readonly chatHelp: "Enter your text to send to buddy.  Enter q to quit.";
    readonly chatClosed: "Buddy connection closed.";
    readonly buddyDoesNotRead: "(Your buddy does not read at present. Wait, or enter q to quit.)";
    readonly ownMessageCut: "(Your message was longer than 16 KiB: only its beginning was sent.)";
};
/** The buddy list as the server gave it, a line each, fields separated by tabs. */
export declare function buddyListLines(buddies: readonly Buddy[]): string[];
/** Why a buddy cannot be called; `undefined` when it can. */
export declare function notCallable(id: UserId, buddies: readonly Buddy[]): string | undefined;
/** A caller as it introduced itself, if it did, and as the network knows it. */
interface Caller {
    readonly caller: UserId | undefined;
    readonly address: DisplayText;
}
/** Who calls. */
export declare function callerLine({ caller, address }: Caller): string;
/** A call that was refused because only one buddy can be talked to at a time. */
export declare function busyLine({ caller, address }: Caller): string;
/** A call of ours that did not get through. */
export declare function callFailedLine(buddy: UserId | undefined, reason: DisplayText): string;
/** A message, and a note where it was cut. */
export declare function messageLines({ text, cut }: {
    readonly text: DisplayText;
    readonly cut: boolean;
}): string[];
/** A line of the user's own that did not go out. */
export declare function notSentLine(text: string): string;
/** What a reply means that says little by itself; nothing for the others. */
export declare function hintLines(op: 'REG' | 'ADD' | 'DEL' | undefined, reply: string): string[];
/** Why the server could not be asked. */
export declare function serverErrorLine(error: unknown): string;
export {};
