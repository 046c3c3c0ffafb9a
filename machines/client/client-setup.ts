/**
 * The vocabulary of the client's statechart (machines/client/client.ts): what it knows, the
 * conditions it can ask for and the effects it can have, each under the name that the chart uses.
 */

import {
  type ActorRef,
  type AnyActorRef,
  assign,
  type EventObject,
  enqueueActions,
  fromPromise,
  type Snapshot,
  sendTo,
  setup,
} from 'xstate';
import type { Buddy } from '../../protocol/buddy-list.js';
import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type {
  ChatCommand,
  ChatNews,
  ClientEmitted,
  HeartbeatCommand,
  HeartbeatNews,
  OutgoingCall,
  Prompt,
  ServerReply,
  TerminalCommand,
  TerminalNews,
} from './events.js';
import * as view from './view.js';

/** Longest wait for an answer to a call, ours or a buddy's, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 60_000;

/** How long the network may take for a line of ours before the user is told, in milliseconds. */
const READ_PATIENCE_MS = 5_000;

type Neighbour<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;

/** A request as the user typed it: the server judges the ids. */
export interface ServerRequest {
  readonly op: Change['op'];
  readonly ids: readonly string[];
}

/** What the user is asked an id for. */
type Question = 'register' | 'login' | 'add' | 'delete' | 'message';

type CallReceived = Extract<ChatNews, { type: 'call.received' }>;

export interface ClientInput {
  readonly terminal: Neighbour<TerminalCommand>;
  readonly heartbeat: Neighbour<HeartbeatCommand>;
  /** Makes a chat of every `child.start`. */
  readonly chats: Neighbour<{ readonly type: 'child.start'; readonly input: OutgoingCall }>;
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

export type ClientEvent =
  | TerminalNews
  | HeartbeatNews
  | ChatNews
  // From the supervisor.
  | { readonly type: 'shutdown.requested' };

type PromptAnswered = Extract<ClientEvent, { type: 'prompt.answered' }>;
type MessageReceived = Extract<ClientEvent, { type: 'message.received' }>;
type CallFailed = Extract<ClientEvent, { type: 'call.failed' }>;
type ServerAnswered = EventObject & { readonly output: ServerReply };

/** A letter, a word or a line, as the user typed it. */
function answer(event: EventObject): string {
  return (event as PromptAnswered).value.trim();
}

/** The message that the user typed. */
function messageIn(event: EventObject): string {
  const { value } = event as PromptAnswered;
  return value === '\\q' ? 'q' : value;
}

function isDone(event: EventObject): boolean {
  return (event as ServerAnswered).output.done;
}

function currentChat({ context }: { context: ClientContext }): Neighbour<ChatCommand> {
  return context.chat as AnyActorRef;
}

function sendingChat({ event }: { event: EventObject }): Neighbour<ChatCommand> {
  return (event as ChatNews).chat;
}

function terminal({ context }: { readonly context: ClientContext }): Neighbour<TerminalCommand> {
  return context.terminal;
}

function print(...lines: readonly string[]): TerminalCommand {
  return { type: 'lines.print', lines };
}

/** What the actor that asks the server is given. */
export function requestOf({ context }: { context: ClientContext }): ServerRequest {
  return context.request as ServerRequest;
}

export const clientSetup = setup({
  types: {} as { context: ClientContext; input: ClientInput; events: ClientEvent; emitted: ClientEmitted },
  actors: {
    /** Sends one request to the server; the client's tree provides it. */
    askServer: fromPromise<ServerReply, ServerRequest>(() => Promise.reject(new Error('not provided'))),
  },
  delays: { answerTimeout: ANSWER_TIMEOUT_MS, readPatience: READ_PATIENCE_MS },

  guards: {
    isChoice: ({ event }, { letter }: { letter: string }) => answer(event).toUpperCase() === letter,
    isMembersChoice: ({ event }) => /^[ADMS]$/i.test(answer(event)),
    isBlank: ({ event }) => answer(event) === '',
    // One token of a request line: whether it is an id is for the server to say.
    isToken: ({ event }) => /^[\x21-\x7e]{1,64}$/.test(answer(event)),
    isId: ({ event }) => parseId(answer(event)) !== undefined,
    isYes: ({ event }) => /^y(es)?$/i.test(answer(event)),
    isNo: ({ event }) => /^no?$/i.test(answer(event)),
    isQuit: ({ event }) => (event as PromptAnswered).value === 'q',
    isLogin: ({ context }) => context.question === 'login',
    isMessage: ({ context }) => context.question === 'message',
    hasUser: ({ context }) => context.user !== undefined,
    hasQuestion: ({ context }) => context.question !== undefined,
    hasWaitingCall: ({ context }) => context.waitingCall !== undefined,
    isCallable: ({ context: { buddy, buddies } }) =>
      buddy !== undefined && view.notCallable(buddy, buddies) === undefined,
    isCurrentChat: ({ context, event }) => (event as ChatNews).chat === context.chat,
    isWaitingCall: ({ context, event }) => (event as ChatNews).chat === context.waitingCall?.chat,
    isRegistered: ({ context, event }) => context.request?.op === 'REG' && isDone(event),
    isListChanged: ({ context, event }) => context.request?.op !== 'REG' && isDone(event),
    isInputExhausted: ({ context }) => context.inputExhausted,
    isCut: ({ event }) => (event as Extract<ClientEvent, { type: 'message.sent' }>).cut,
  },

  actions: {
    // To the terminal.
    say: sendTo(terminal, (_, { text }: { text: string }) => print(text)),
    sayMenu: sendTo(terminal, print(...view.MENU)),
    saySignedIn: sendTo(terminal, ({ context }) => print(`Signed in as ${context.user}.`)),
    sayReply: sendTo(terminal, ({ context, event }) => {
      const { line } = (event as EventObject as ServerAnswered).output;
      return print(line, ...view.hintLines(context.request?.op, line));
    }),
    sayServerError: sendTo(terminal, ({ event }) =>
      print(view.serverErrorLine((event as { error?: unknown }).error)),
    ),
    sayBuddies: sendTo(terminal, ({ context }) => print(...view.buddyListLines(context.buddies))),
    sayNotCallable: sendTo(terminal, ({ context: { buddy, buddies } }) =>
      print(view.notCallable(buddy as UserId, buddies) ?? ''),
    ),
    sayCaller: sendTo(terminal, ({ context }) => print(view.callerLine(context.call as CallReceived))),
    sayBusy: sendTo(terminal, ({ event }) => print(view.busyLine(event as CallReceived))),
    sayCallFailed: sendTo(terminal, ({ context, event }) =>
      print(view.callFailedLine(context.buddy, (event as CallFailed).reason)),
    ),
    sayNotSent: sendTo(terminal, ({ context }) => print(view.notSentLine(context.heldMessage ?? ''))),
    sayMessage: sendTo(terminal, ({ event }) => print(...view.messageLines(event as MessageReceived))),
    openPrompt: enqueueActions(({ enqueue }, { prompt }: { prompt: Prompt }) => {
      enqueue.assign({ prompt });
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
    }),
    openQuestion: enqueueActions(({ context, enqueue }) => {
      const isOwnId = context.question === 'register' || context.question === 'login';
      const prompt = isOwnId ? view.USER_ID_PROMPT : view.BUDDY_ID_PROMPT;
      enqueue.assign({ prompt });
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
    }),
    reopenPrompt: enqueueActions(({ context: { prompt }, enqueue }) => {
      if (prompt === undefined) return;
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
    }),
    closePrompt: enqueueActions(({ enqueue }) => {
      enqueue.assign({ prompt: undefined });
      enqueue.sendTo(terminal, { type: 'prompt.close' });
    }),

    // Questions and who is signed in.
    ask: assign({ question: (_, { question }: { question: Question }) => question }),
    dropQuestion: assign({ question: undefined }),
    prepareRequest: assign({
      request: ({ context: { question, user }, event }): ServerRequest => {
        const id = answer(event);
        if (question === 'register') return { op: 'REG', ids: [id] };
        return { op: question === 'add' ? 'ADD' : 'DEL', ids: [user ?? '', id] };
      },
    }),
    becomeRegistered: assign({ user: ({ context }) => parseId(context.request?.ids[0]) }),
    becomeAnswered: assign({ user: ({ event }) => parseId(answer(event)) }),
    announceUser: enqueueActions(({ context: { user }, enqueue }) => {
      if (user === undefined) return;
      enqueue.sendTo(({ context }) => context.heartbeat, { type: 'presence.set', id: user, status: 100 });
      enqueue.emit({ type: 'user.signed-in', id: user });
    }),

    // Buddies.
    getBuddies: sendTo(({ context }) => context.heartbeat, { type: 'buddies.get' }),
    rememberBuddies: assign({
      buddies: ({ event }) => (event as Extract<ClientEvent, { type: 'buddies.received' }>).buddies,
    }),
    rememberBuddy: assign({ buddy: ({ event }) => parseId(answer(event)) }),

    // Calls and the chat.
    placeCall: enqueueActions(({ context: { user, buddy, buddies }, enqueue }) => {
      const endpoint = buddies.find(({ id }) => id === buddy)?.endpoint;
      if (user === undefined || endpoint === undefined) return;
      const input: OutgoingCall = { kind: 'outgoing', caller: user, endpoint };
      enqueue.sendTo(({ context }) => context.chats, { type: 'child.start', input });
    }),
    rememberChat: assign({ chat: sendingChat }),
    forgetChat: assign({ chat: undefined, call: undefined }),
    takeCall: assign(({ event }) => ({ call: event as CallReceived, chat: (event as CallReceived).chat })),
    keepCallWaiting: assign(({ event }) => ({ waitingCall: event as CallReceived })),
    takeWaitingCall: assign(({ context: { waitingCall } }) => ({
      call: waitingCall,
      chat: waitingCall?.chat,
      waitingCall: undefined,
    })),
    dropWaitingCall: assign({ waitingCall: undefined }),
    acceptCall: sendTo(currentChat, { type: 'call.accept' }),
    rejectCall: sendTo(currentChat, { type: 'call.reject' }),
    leaveChat: enqueueActions(({ context: { chat }, enqueue }) => {
      // A call that the supervisor of chats had no room for was never placed.
      if (chat !== undefined) enqueue.sendTo(currentChat, { type: 'chat.leave' });
    }),
    rejectCaller: sendTo(sendingChat, { type: 'call.reject' }),
    dismissChat: sendTo(sendingChat, { type: 'chat.leave' }),
    sendMessage: sendTo(currentChat, ({ event }) => ({ type: 'message.send', text: messageIn(event) })),
    holdMessage: assign({ heldMessage: ({ event }) => messageIn(event) }),
    sendHeldMessage: sendTo(currentChat, ({ context }) => ({
      type: 'message.send',
      text: context.heldMessage ?? '',
    })),
    noteExhausted: assign({ inputExhausted: true }),
  },
});
