/**
 * The vocabulary of the client's statechart (machines/client/client.ts): what it knows, the
 * conditions it can ask for and the effects it can have, each under the name that the chart uses.
 */
import { type ActorRef, type AnyActorRef, type EventObject, type Snapshot } from 'xstate';
import type { Buddy } from '../../protocol/buddy-list.js';
import { type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type { ChatNews, ClientEmitted, HeartbeatCommand, HeartbeatNews, OutgoingCall, Prompt, ServerReply, TerminalCommand, TerminalNews } from './events.js';
type Neighbour<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;
/** A request as the user typed it: the server judges the ids. */
export interface ServerRequest {
    readonly op: Change['op'];
    readonly ids: readonly string[];
}
/** What the user is asked an id for. */
type Question = 'register' | 'login' | 'add' | 'delete' | 'message';
type CallReceived = Extract<ChatNews, {
    type: 'call.received';
}>;
export interface ClientInput {
    readonly terminal: Neighbour<TerminalCommand>;
    readonly heartbeat: Neighbour<HeartbeatCommand>;
    /** Makes a chat of every `child.start`. */
    readonly chats: Neighbour<{
        readonly type: 'child.start';
        readonly input: OutgoingCall;
    }>;
    /** Signed in from the start, without asking the server. */
    readonly user: UserId | undefined;
}
export interface ClientContext extends ClientInput {
    /** Asked and not yet answered: whatever interrupts it, the user comes back to it. */
    readonly question: Question | undefined;
    readonly request: ServerRequest | undefined;
    /** Who is to be called. */
    readonly buddy: UserId | undefined;
    /** As the server last gave them. */
    readonly buddies: readonly Buddy[];
    /** What the terminal shows; a terminal that was restarted is shown it again. */
    readonly prompt: Prompt | undefined;
    /** The one call or chat. */
    readonly chat: AnyActorRef | undefined;
    /** Who calls, while the user is asked. */
    readonly call: CallReceived | undefined;
    /** A call that came while the server was asked; it rings as soon as the answer is there. */
    readonly waitingCall: CallReceived | undefined;
    /** Typed while the buddy did not read; it goes out next. */
    readonly heldMessage: string | undefined;
    /** There will be no more input. */
    readonly inputExhausted: boolean;
}
export type ClientEvent = TerminalNews | HeartbeatNews | ChatNews | {
    readonly type: 'shutdown.requested';
};
/** What the actor that asks the server is given. */
export declare function requestOf({ context }: {
    context: ClientContext;
}): ServerRequest;
export declare const clientSetup: import("xstate").SetupReturn<ClientContext, ClientEvent, {
    askServer: import("xstate").PromiseActorLogic<ServerReply, ServerRequest, EventObject>;
}, {}, {
    say: {
        text: string;
    };
    sayMenu: import("xstate").NonReducibleUnknown;
    saySignedIn: import("xstate").NonReducibleUnknown;
    sayReply: import("xstate").NonReducibleUnknown;
    sayServerError: import("xstate").NonReducibleUnknown;
    sayBuddies: import("xstate").NonReducibleUnknown;
    sayNotCallable: import("xstate").NonReducibleUnknown;
    sayCaller: import("xstate").NonReducibleUnknown;
    sayBusy: import("xstate").NonReducibleUnknown;
    sayCallFailed: import("xstate").NonReducibleUnknown;
    sayNotSent: import("xstate").NonReducibleUnknown;
    sayMessage: import("xstate").NonReducibleUnknown;
    openPrompt: {
        prompt: Prompt;
    };
    openQuestion: import("xstate").NonReducibleUnknown;
    reopenPrompt: import("xstate").NonReducibleUnknown;
    closePrompt: import("xstate").NonReducibleUnknown;
    ask: {
        question: Question;
    };
    dropQuestion: import("xstate").NonReducibleUnknown;
    prepareRequest: import("xstate").NonReducibleUnknown;
    becomeRegistered: import("xstate").NonReducibleUnknown;
    becomeAnswered: import("xstate").NonReducibleUnknown;
    announceUser: import("xstate").NonReducibleUnknown;
    getBuddies: import("xstate").NonReducibleUnknown;
    rememberBuddies: import("xstate").NonReducibleUnknown;
    rememberBuddy: import("xstate").NonReducibleUnknown;
    placeCall: import("xstate").NonReducibleUnknown;
    rememberChat: import("xstate").NonReducibleUnknown;
    forgetChat: import("xstate").NonReducibleUnknown;
    takeCall: import("xstate").NonReducibleUnknown;
    keepCallWaiting: import("xstate").NonReducibleUnknown;
    takeWaitingCall: import("xstate").NonReducibleUnknown;
    dropWaitingCall: import("xstate").NonReducibleUnknown;
    acceptCall: import("xstate").NonReducibleUnknown;
    rejectCall: import("xstate").NonReducibleUnknown;
    leaveChat: import("xstate").NonReducibleUnknown;
    rejectCaller: import("xstate").NonReducibleUnknown;
    dismissChat: import("xstate").NonReducibleUnknown;
    sendMessage: import("xstate").NonReducibleUnknown;
    holdMessage: import("xstate").NonReducibleUnknown;
    sendHeldMessage: import("xstate").NonReducibleUnknown;
    noteExhausted: import("xstate").NonReducibleUnknown;
}, {
    isChoice: {
        letter: string;
    };
    isMembersChoice: unknown;
    isBlank: unknown;
    isToken: unknown;
    isId: unknown;
    isYes: unknown;
    isNo: unknown;
    isQuit: unknown;
    isLogin: unknown;
    isMessage: unknown;
    hasUser: unknown;
    hasQuestion: unknown;
    hasWaitingCall: unknown;
    isCallable: unknown;
    isCurrentChat: unknown;
    isWaitingCall: unknown;
    isRegistered: unknown;
    isListChanged: unknown;
    isInputExhausted: unknown;
    isCut: unknown;
}, "answerTimeout" | "readPatience", string, ClientInput, import("xstate").NonReducibleUnknown, ClientEmitted, import("xstate").MetaObject, import("xstate").MetaObject>;
export {};
