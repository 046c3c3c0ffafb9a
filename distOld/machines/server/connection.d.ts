/**
 * A TCP connection to the server: one request line, one reply, then close.
 *
 * Owns: the order of things in one connection. Trusts: nobody's bytes; its actor
 * (actors/server/connection.ts) has turned them into these events. Talks to: the store.
 *
 * The chart is flat on purpose. A connection lives for two or three events, and the actor that
 * runs it (actors/chart.ts) pays for no feature of statecharts that it does not use.
 */
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
export type ConnectionEvent = {
    readonly type: 'request.received';
    readonly change: Change;
} | {
    readonly type: 'request.refused';
    readonly reply: ReplyCode;
} | {
    readonly type: 'input.ended';
} | {
    readonly type: 'socket.closed';
} | {
    readonly type: 'input.flooded';
} | {
    readonly type: 'deadline.passed';
} | {
    readonly type: 'change.answered';
    readonly reply: ReplyCode;
} | {
    readonly type: 'shutdown.requested';
};
/** What the connection does to the world; the actor has one function for each. */
export type ConnectionAction = 'submitChange' | 'restartDeadline' | 'shortenDeadline' | 'sendReply' | 'sendUnavailable';
export declare const connectionMachine: import("xstate").StateMachine<import("xstate").MachineContext, ConnectionEvent, {}, never, {
    type: "submitChange";
    params: unknown;
} | {
    type: "restartDeadline";
    params: unknown;
} | {
    type: "shortenDeadline";
    params: unknown;
} | {
    type: "sendReply";
    params: unknown;
} | {
    type: "sendUnavailable";
    params: unknown;
}, never, never, "closed" | "receiving" | "committing" | "replied", string, import("xstate").NonReducibleUnknown, import("xstate").NonReducibleUnknown, import("xstate").EventObject, import("xstate").MetaObject, {
    id: "connection";
    states: {
        readonly receiving: {};
        readonly committing: {};
        readonly replied: {};
        readonly closed: {};
    };
}, import("xstate").MetaObject>;
