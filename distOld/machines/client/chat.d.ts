/**
 * A conversation with one buddy over one TCP connection, from the call to the last line.
 *
 * Owns: the order of things in one chat, in every dialect (protocol/call.ts). Trusts: nobody's
 * text. Talks to: the client's statechart, which decides whether a call is taken.
 *
 * Flat, because its actor runs it over a socket that must be released however the actor ends
 * (actors/chart.ts).
 */
import type { DisplayText } from '../../protocol/display-text.js';
import type { ChatCommand } from './events.js';
/** A line from the buddy, decoded but not gated. */
interface LineReceived {
    readonly type: 'line.received';
    readonly text: string;
    /** True when the line was too long and this is its beginning. */
    readonly cut: boolean;
}
export type ChatEvent = {
    readonly type: 'call.arrived';
} | {
    readonly type: 'call.dialled';
} | {
    readonly type: 'socket.connected';
} | {
    readonly type: 'socket.failed';
    readonly reason: DisplayText;
} | {
    readonly type: 'socket.ended';
} | {
    readonly type: 'socket.closed';
} | {
    readonly type: 'timer.passed';
} | LineReceived | ChatCommand | {
    readonly type: 'shutdown.requested';
};
/** What the chat does to the world; the actor has one function for each. */
export type ChatAction = 'startGreetingTimer' | 'startConnectTimer' | 'startLingerTimer' | 'stopTimer' | 'readOpening' | 'readLateLine' | 'sendGreeting' | 'sendAcceptance' | 'sendRefusal' | 'sendMessage' | 'hangUp' | 'announceCall' | 'announceAccepted' | 'announceRefused' | 'announceFailed' | 'announceUnreachable' | 'announceClosed' | 'deliverEarlyLines' | 'deliverMessage';
export declare const chatMachine: import("xstate").StateMachine<import("xstate").MachineContext, ChatEvent, {}, never, {
    type: "startGreetingTimer";
    params: unknown;
} | {
    type: "startConnectTimer";
    params: unknown;
} | {
    type: "startLingerTimer";
    params: unknown;
} | {
    type: "stopTimer";
    params: unknown;
} | {
    type: "readOpening";
    params: unknown;
} | {
    type: "readLateLine";
    params: unknown;
} | {
    type: "sendGreeting";
    params: unknown;
} | {
    type: "sendAcceptance";
    params: unknown;
} | {
    type: "sendRefusal";
    params: unknown;
} | {
    type: "sendMessage";
    params: unknown;
} | {
    type: "hangUp";
    params: unknown;
} | {
    type: "announceCall";
    params: unknown;
} | {
    type: "announceAccepted";
    params: unknown;
} | {
    type: "announceRefused";
    params: unknown;
} | {
    type: "announceFailed";
    params: unknown;
} | {
    type: "announceUnreachable";
    params: unknown;
} | {
    type: "announceClosed";
    params: unknown;
} | {
    type: "deliverEarlyLines";
    params: unknown;
} | {
    type: "deliverMessage";
    params: unknown;
}, {
    type: "isAcceptance";
    params: unknown;
} | {
    type: "isRefusal";
    params: unknown;
} | {
    type: "isFarewell";
    params: unknown;
}, never, "greeting" | "new" | "closed" | "connecting" | "closing" | "ringing" | "open" | "calling", string, import("xstate").NonReducibleUnknown, import("xstate").NonReducibleUnknown, import("xstate").EventObject, import("xstate").MetaObject, {
    id: "chat";
    states: {
        readonly new: {};
        readonly greeting: {};
        readonly ringing: {};
        readonly connecting: {};
        readonly calling: {};
        readonly open: {};
        readonly closing: {};
        readonly closed: {};
    };
}, import("xstate").MetaObject>;
export {};
