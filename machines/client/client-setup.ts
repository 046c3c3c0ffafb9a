/**
 * The vocabulary of the client's statechart (machines/client/client.ts): what it knows, the
 * conditions it can ask for and the effects it can have, each under the name that the chart uses.
 */

import {
  type ActorRef,
  type AnyActorRef,
  and,
  assign,
  type EventObject,
  enqueueActions,
  fromPromise,
  not,
  type Snapshot,
  sendTo,
  setup,
} from 'xstate';
import type { Buddy } from '../../protocol/buddy-list.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type { Status } from '../../protocol/status.js';
import * as callers from './callers.js';
import type {
  ArchiveCommand,
  ArchiveNews,
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
import * as presence from './presence-view.js';
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
type Question = 'register' | 'login' | 'add' | 'delete' | 'message' | 'history' | 'block';

const QUESTION_PROMPTS: Readonly<Record<Question, Prompt>> = {
  register: view.USER_ID_PROMPT,
  login: view.USER_ID_PROMPT,
  add: view.BUDDY_ID_PROMPT,
  delete: view.BUDDY_ID_PROMPT,
  message: view.BUDDY_ID_PROMPT,
  history: view.HISTORY_PROMPT,
  block: view.BLOCK_PROMPT,
};

/** Who is at the other end of the chat: `id` where it is known. */
interface Peer {
  readonly id: UserId | undefined;
  readonly address: DisplayText;
}

/** Lines that did not get through, and to whom they were said. */
interface Undelivered {
  readonly buddy: UserId;
  readonly lines: readonly string[];
}

/** Most undelivered lines that are kept to be sent again; all are told of. */
const MAX_UNDELIVERED_LINES = 1_000;

type CallReceived = Extract<ChatNews, { type: 'call.received' }>;

export interface ClientInput {
  readonly terminal: Neighbour<TerminalCommand>;
  readonly heartbeat: Neighbour<HeartbeatCommand>;
  /** Makes a chat of every `child.start`. */
  readonly chats: Neighbour<{ readonly type: 'child.start'; readonly input: OutgoingCall }>;
  readonly archive: Neighbour<ArchiveCommand>;
  /** True where somebody sits at a terminal, who can be asked things that a script does not know of. */
  readonly isInteractive: boolean;
  /** Signed in from the start, without asking the server. */
  readonly user: UserId | undefined;
  readonly status: Status;
}

export interface ClientContext extends ClientInput {
  /** Asked and not yet answered: whatever interrupts it, the user comes back to it. */
  readonly question: Question | undefined;
  /** True once a user who signed in was shown the menu. */
  readonly isMenuKnown: boolean;
  readonly request: ServerRequest | undefined;
  /** Who is to be called. */
  readonly buddy: UserId | undefined;
  /** As the server last gave them. */
  readonly buddies: readonly Buddy[];
  readonly lastSeen: presence.LastSeen;
  /** True while the user is away because no key was pressed for long. */
  readonly isIdle: boolean;
  readonly calls: callers.CallLog;
  /** Ids and addresses whose calls are refused without asking. */
  readonly blocked: readonly string[];
  /** What the terminal shows; a terminal that was restarted is shown it again. */
  readonly prompt: Prompt | undefined;
  /** The one call or chat. */
  readonly chat: AnyActorRef | undefined;
  readonly peer: Peer | undefined;
  /** Who calls, while the user is asked. */
  readonly call: CallReceived | undefined;
  /** A call that came while the server was asked; it rings as soon as the answer is there. */
  readonly waitingCall: CallReceived | undefined;
  /** Typed while the buddy did not read; it goes out next. */
  readonly heldMessage: string | undefined;
  readonly undelivered: Undelivered | undefined;
  /** True while the buddy of undelivered lines is called for them. */
  readonly isResending: boolean;
  /** Given to the chat, and not reported as sent or failed yet. */
  readonly outbox: readonly string[];
  /** There will be no more input. */
  readonly inputExhausted: boolean;
}

export type ClientEvent =
  | TerminalNews
  | HeartbeatNews
  | ChatNews
  | ArchiveNews
  // From the supervisor.
  | { readonly type: 'shutdown.requested' };

type PromptAnswered = Extract<ClientEvent, { type: 'prompt.answered' }>;
type MessageReceived = Extract<ClientEvent, { type: 'message.received' }>;
type MessageSent = Extract<ClientEvent, { type: 'message.sent' }>;
type MessageMissed = Extract<ClientEvent, { type: 'message.failed' | 'message.lost' }>;
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

/** A buddy's id, and what follows it. */
function searchIn(event: EventObject): { readonly buddy: UserId | undefined; readonly search: string } {
  const [id, ...words] = answer(event).split(/\s+/);
  return { buddy: parseId(id), search: words.join(' ') };
}

function isBlocked({ blocked }: ClientContext, { caller, address }: CallReceived): boolean {
  return blocked.includes(address) || (caller !== undefined && blocked.includes(caller));
}

/** The prompt that asks whether to call a buddy again. */
function callAgainPrompt(context: ClientContext): Prompt {
  return view.callAgainPrompt(interrupted(context) as UserId, context.undelivered?.lines.length ?? 0);
}

/** With whom a chat broke. */
function interrupted({ undelivered, peer }: ClientContext): UserId | undefined {
  return undelivered?.buddy ?? peer?.id;
}

/** A message, as the screen and the archive are given it. */
function messageFor(
  { user, peer }: ClientContext,
  isOwn: boolean,
  text: DisplayText,
  atMs: number,
): { readonly show: TerminalCommand; readonly record: ArchiveCommand } {
  const buddys = peer?.id ?? peer?.address ?? toDisplayText('buddy');
  const name = toDisplayText(isOwn ? (user ?? 'you') : buddys);
  const [own, buddy] = [user, peer?.id];
  const address = buddy === undefined ? peer?.address : undefined;
  return {
    show: { type: 'message.show', message: { name, isOwn, text, atMs } },
    record: { type: 'message.record', own, buddy, address, isOwn, text, atMs },
  };
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

function archive({ context }: { readonly context: ClientContext }): Neighbour<ArchiveCommand> {
  return context.archive;
}

/** Keeps a line that did not get through, for the time when its buddy is talked to again. */
function withUndelivered({ peer, undelivered }: ClientContext, text: string): Partial<ClientContext> {
  if (peer?.id === undefined) return {};
  // One buddy's at a time: all are told of, and the first are asked about first.
  if (undelivered !== undefined && undelivered.buddy !== peer.id) return {};
  const before = undelivered?.lines ?? [];
  return { undelivered: { buddy: peer.id, lines: [...before, text].slice(-MAX_UNDELIVERED_LINES) } };
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
    isMembersChoice: ({ event }) => /^[ADMSWH]$/i.test(answer(event)),
    isBlank: ({ event }) => answer(event) === '',
    // One token of a request line: whether it is an id is for the server to say.
    isToken: ({ event }) => /^[\x21-\x7e]{1,64}$/.test(answer(event)),
    isId: ({ event }) => parseId(answer(event)) !== undefined,
    isYes: ({ event }) => /^y(es)?$/i.test(answer(event)),
    isNo: ({ event }) => /^no?$/i.test(answer(event)),
    isQuit: ({ event }) => (event as PromptAnswered).value === 'q',
    isLogin: ({ context }) => context.question === 'login',
    isMessage: ({ context }) => context.question === 'message',
    isHistory: ({ context }) => context.question === 'history',
    isBlock: ({ context }) => context.question === 'block',
    isSearch: ({ event }) => searchIn(event).buddy !== undefined,
    isInteractive: ({ context }) => context.isInteractive,
    isOnline: ({ context }) => context.user !== undefined && context.status === 100,
    isIdle: ({ context }) => context.isIdle,
    isAway: ({ context }) => context.status === 102,
    isHistoryUnread: ({ event }) =>
      (event as Extract<ClientEvent, { type: 'archive.failed' }>).task === 'history.read',
    isBlockedName: ({ context, event }) => context.blocked.includes(answer(event).toLowerCase()),
    isUnwelcome: ({ context, event }) =>
      isBlocked(context, event as CallReceived) || callers.isNuisance(context.calls, event as CallReceived),
    isBroken: ({ event }) => (event as Extract<ChatNews, { type: 'chat.closed' }>).reason !== undefined,
    hasPeerId: ({ context }) => context.peer?.id !== undefined,
    hasUndelivered: ({ context }) => context.isInteractive && context.undelivered !== undefined,
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

    // Made of others, and named: a condition that the chart puts together itself shows as nothing in a drawing.
    isReturn: and([{ type: 'isChoice', params: { letter: 'W' } }, 'isAway']),
    isLoginAnswer: and(['isLogin', 'isId']),
    isMessageAnswer: and(['isMessage', 'isId']),
    isHistoryAnswer: and(['isHistory', 'isSearch']),
    isUnblockAnswer: and(['isBlock', 'isToken', 'isBlockedName']),
    isBlockAnswer: and(['isBlock', 'isToken']),
    isRequestAnswer: and([not('isLogin'), not('isMessage'), not('isHistory'), not('isBlock'), 'isToken']),
    isCurrentChatBroken: and(['isCurrentChat', 'isBroken']),
    isCallableAgain: and(['isCurrentChat', 'isBroken', 'isInteractive', 'hasPeerId']),
    isCurrentChatAtTerminal: and(['isCurrentChat', 'isInteractive']),
  },

  actions: {
    // To the terminal.
    say: sendTo(terminal, (_, { text }: { text: string }) => print(text)),
    // At a terminal, once is enough: there the status reminds of it, and pushes nothing off the screen.
    sayMenu: enqueueActions(({ context: { isInteractive, isMenuKnown, user }, enqueue }) => {
      if (!isInteractive || !isMenuKnown) enqueue.sendTo(terminal, print(...view.MENU));
      enqueue.assign({ isMenuKnown: user !== undefined });
    }),
    saySignedIn: sendTo(terminal, ({ context }) => print(`Signed in as ${context.user}.`)),
    sayReply: sendTo(terminal, ({ context, event }) => {
      const { line } = (event as EventObject as ServerAnswered).output;
      return print(view.replyLine(line), ...view.hintLines(context.request?.op, line));
    }),
    sayServerError: sendTo(terminal, ({ event }) =>
      print(view.serverErrorLine((event as { error?: unknown }).error)),
    ),
    sayBuddies: sendTo(terminal, ({ context: { buddies, lastSeen, calls } }) =>
      print(...presence.buddyListLines(buddies, lastSeen), ...presence.missedLines(calls)),
    ),
    showStatus: sendTo(terminal, ({ context }) => ({
      type: 'status.show',
      lines: [...(context.user === undefined ? [] : [view.MENU_REMINDER]), ...presence.statusLines(context)],
    })),
    sayNotCallable: sendTo(terminal, ({ context: { buddy, buddies } }) =>
      print(view.notCallable(buddy as UserId, buddies) ?? ''),
    ),
    sayCaller: sendTo(terminal, ({ context }) => print(view.callerLine(context.call as CallReceived))),
    notifyCall: sendTo(terminal, ({ context }) => ({
      type: 'notice.raise',
      text: view.callNotice(context.call as CallReceived),
    })),
    noteBusy: enqueueActions(({ context: { calls }, event, enqueue }) => {
      const call = event as CallReceived;
      if (callers.isBusyTold(calls, call))
        enqueue.sendTo(terminal, print(view.busyLine(call, calls.busyCalls)));
      enqueue.assign({ calls: callers.withBusy(calls, call) });
    }),
    noteMissed: assign({
      calls: ({ context: { calls, call } }) => callers.withMissed(calls, call as CallReceived),
    }),
    noteHangUp: enqueueActions(({ context, event, enqueue }) => {
      const call = context.call ?? context.waitingCall;
      const { atMs } = event as ChatNews;
      if (call === undefined) return;
      const calls = callers.withHangUp(context.calls, { ...call, atMs });
      enqueue.sendTo(terminal, print(view.SAY.callGone));
      if (callers.isNuisance(calls, { ...call, atMs }))
        enqueue.sendTo(terminal, print(view.nuisanceLine(call)));
      enqueue.assign({ calls });
    }),
    noteDeclined: assign({
      calls: ({ context: { calls, call } }) => callers.withDeclined(calls, call as CallReceived),
    }),
    dropMissed: assign({ calls: ({ context: { calls } }) => ({ ...calls, missed: [] }) }),
    sayCallFailed: sendTo(terminal, ({ context, event }) =>
      print(view.callFailedLine(context.buddy, (event as CallFailed).reason)),
    ),
    sayBroken: sendTo(terminal, ({ event }) =>
      print(view.brokenLine((event as { readonly reason?: DisplayText }).reason ?? toDisplayText('closed'))),
    ),
    sayUndelivered: sendTo(terminal, ({ event }) => {
      const { type, text } = event as MessageMissed;
      return print(type === 'message.lost' ? view.lostLine(text) : view.notSentLine(text));
    }),
    noteMessage: enqueueActions(({ context, event, enqueue }) => {
      const { text, cut, atMs } = event as MessageReceived;
      const { show, record } = messageFor(context, false, text, atMs);
      enqueue.sendTo(terminal, show);
      if (cut) enqueue.sendTo(terminal, print(view.SAY.buddysMessageCut));
      enqueue.sendTo(archive, record);
      const name = context.peer?.id ?? context.peer?.address;
      enqueue.sendTo(terminal, { type: 'notice.raise', text: toDisplayText(`${name}: ${text}`) });
    }),
    noteSent: enqueueActions(({ context, event, enqueue }) => {
      const { text, cut, atMs } = event as MessageSent;
      const { show, record } = messageFor(context, true, text, atMs);
      enqueue.sendTo(terminal, show);
      if (cut) enqueue.sendTo(terminal, print(view.SAY.ownMessageCut));
      enqueue.sendTo(archive, record);
    }),
    takeFromOutbox: assign({ outbox: ({ context }) => context.outbox.slice(1) }),
    openPrompt: enqueueActions(({ enqueue }, { prompt }: { prompt: Prompt }) => {
      enqueue.assign({ prompt });
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
    }),
    openQuestion: enqueueActions(({ context, enqueue }) => {
      const prompt = QUESTION_PROMPTS[context.question as Question];
      if (context.question === 'block') enqueue.sendTo(terminal, print(view.blockedLine(context.blocked)));
      enqueue.assign({ prompt });
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
    }),
    openCallAgain: enqueueActions(({ context, enqueue }) => {
      const prompt = callAgainPrompt(context);
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
    announceUser: enqueueActions(({ context: { user, status }, enqueue }) => {
      if (user === undefined) return;
      enqueue.sendTo(({ context }) => context.heartbeat, { type: 'presence.set', id: user, status });
      enqueue.emit({ type: 'user.announced', id: user, status });
    }),
    becomeAway: assign({ status: 102, isIdle: false }),
    becomeIdle: assign({ status: 102, isIdle: true }),
    becomeBack: assign({ status: 100, isIdle: false }),

    // Buddies.
    getBuddies: sendTo(({ context }) => context.heartbeat, { type: 'buddies.get' }),
    rememberBuddies: assign(({ context: { lastSeen }, event }) => {
      const { buddies, atMs } = event as Extract<ClientEvent, { type: 'buddies.received' }>;
      return { buddies, lastSeen: presence.seenAt(lastSeen, buddies, atMs) };
    }),
    // Whoever signs in is there, and has other buddies.
    beginSession: assign({
      status: 100,
      isMenuKnown: false,
      isIdle: false,
      buddies: [],
      lastSeen: new Map(),
      calls: callers.NO_CALLS,
    }),
    rememberBuddy: assign({ buddy: ({ event }) => parseId(answer(event)) }),
    rememberInterrupted: assign({ buddy: ({ context }) => interrupted(context), isResending: true }),

    // Local files.
    showHistory: enqueueActions(({ event, enqueue }) => {
      const { buddy, search } = searchIn(event);
      if (buddy !== undefined) enqueue.sendTo(archive, { type: 'history.show', buddy, search });
    }),
    sayHistory: sendTo(terminal, ({ event }) =>
      print(...view.historyLines(event as Extract<ClientEvent, { type: 'history.found' }>)),
    ),
    block: sendTo(archive, ({ event }) => ({ type: 'buddy.block', name: answer(event).toLowerCase() })),
    unblock: sendTo(archive, ({ event }) => ({ type: 'buddy.unblock', name: answer(event).toLowerCase() })),
    rememberBlocked: assign({
      blocked: ({ event }) => (event as Extract<ClientEvent, { type: 'blocked.changed' }>).names,
    }),
    sayBlocked: sendTo(terminal, ({ event }) =>
      print(view.blockedLine((event as Extract<ClientEvent, { type: 'blocked.changed' }>).names)),
    ),
    sayArchiveFailed: sendTo(terminal, ({ event }) =>
      print(view.archiveFailedLine(event as Extract<ClientEvent, { type: 'archive.failed' }>)),
    ),

    // Calls and the chat.
    placeCall: enqueueActions(({ context: { user, buddy, buddies }, enqueue }) => {
      const endpoint = buddies.find(({ id }) => id === buddy)?.endpoint;
      if (user === undefined || endpoint === undefined) return;
      const input: OutgoingCall = { kind: 'outgoing', caller: user, endpoint };
      enqueue.sendTo(({ context }) => context.chats, { type: 'child.start', input });
    }),
    rememberChat: assign({ chat: sendingChat }),
    rememberCalled: assign({
      peer: ({ context: { buddy, buddies } }): Peer => ({
        id: buddy,
        address: toDisplayText(buddies.find(({ id }) => id === buddy)?.endpoint?.address ?? 'unknown'),
      }),
    }),
    rememberCaller: assign({
      peer: ({ context: { call } }): Peer => ({
        id: call?.caller,
        address: call?.address ?? toDisplayText('unknown'),
      }),
    }),
    forgetChat: assign({
      chat: undefined,
      call: undefined,
      heldMessage: undefined,
      isResending: false,
      outbox: [],
    }),
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
    sendMessage: enqueueActions(({ context: { outbox }, event, enqueue }) => {
      const text = messageIn(event);
      enqueue.sendTo(currentChat, { type: 'message.send', text });
      enqueue.assign({ outbox: [...outbox, text] });
    }),
    holdMessage: assign({ heldMessage: ({ event }) => messageIn(event) }),
    sendHeldMessage: enqueueActions(({ context: { heldMessage }, enqueue }) => {
      const text = heldMessage ?? '';
      enqueue.sendTo(currentChat, { type: 'message.send', text });
      enqueue.assign(({ context }) => ({ heldMessage: undefined, outbox: [...context.outbox, text] }));
    }),
    missHeldMessage: enqueueActions(({ context: { heldMessage }, enqueue }) => {
      if (heldMessage === undefined) return;
      enqueue.sendTo(terminal, print(view.notSentLine(heldMessage)));
      enqueue.assign(({ context }) => withUndelivered(context, heldMessage));
    }),
    sayUnfinished: sendTo(terminal, ({ context: { outbox, heldMessage } }) =>
      print(
        ...outbox.map(view.lostLine),
        ...(heldMessage === undefined ? [] : [view.notSentLine(heldMessage)]),
      ),
    ),
    sayLineRefused: sendTo(terminal, ({ event }) => print(view.notSentLine(messageIn(event)))),
    openHeldPrompt: enqueueActions(({ context, enqueue }) => {
      if (!context.isInteractive) return;
      enqueue.assign({ prompt: view.CHAT_PROMPT });
      enqueue.sendTo(terminal, { type: 'prompt.open', prompt: view.CHAT_PROMPT });
    }),
    keepUndelivered: assign(({ context, event }) => withUndelivered(context, (event as MessageMissed).text)),
    dropUndelivered: assign({ undelivered: undefined }),
    dropPeersUndelivered: assign({
      undelivered: ({ context: { undelivered, peer } }) =>
        undelivered?.buddy === peer?.id ? undefined : undelivered,
    }),
    // Only in a call of ours: who calls may be anybody, whatever it says of itself.
    sendUndelivered: enqueueActions(({ context: { undelivered, isResending, peer }, enqueue }) => {
      if (!isResending || undelivered === undefined || undelivered.buddy !== peer?.id) return;
      for (const text of undelivered.lines) enqueue.sendTo(currentChat, { type: 'message.send', text });
      enqueue.assign({ undelivered: undefined, isResending: false, outbox: undelivered.lines });
    }),
    noteExhausted: assign({ inputExhausted: true }),
  },
});
