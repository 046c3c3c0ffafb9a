/**
 * The guards, actions and delays of the client's statechart, first part: the menu, questions, presence and
 * local files. client-chat-setup.ts adds those of calls and chats.
 */

import {
  and,
  assertEvent,
  assign,
  type EventObject,
  enqueueActions,
  fromPromise,
  not,
  sendTo,
  setup,
} from 'xstate';
import type { BuddyList } from '../../protocol/buddy-list.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { parseKeyedId } from '../../protocol/key.js';
import { statusOf } from './attendance.js';
import { NO_CALLS } from './call-log.js';
import type { ClientContext, ClientEvent, ClientInput, Purpose, ServerRequest } from './client-context.js';
import type { ServerReply, SignInCheck, TerminalCommand } from './events.js';
import { seenAt } from './last-seen.js';
import type { Notice, PlainNotice, Question, WhyNotCallable } from './notices.js';
import type { BuddyTrusts } from './pins.js';
import { whyRefused } from './refusals.js';
import type { LinesDropped, UserAnnounced } from './restart-state.js';
import type { OwnWords, WordsRequest, WordsVerdict } from './verification.js';

/** How long to wait for an answer from the archive, in milliseconds. */
const ARCHIVE_PATIENCE_MS = 5_000;

/** How long the program may take to end before it tells the user why it waits, in milliseconds. */
const DEPARTURE_MS = 1_000;

/** The trust in buddies when a user with a key signs in: nothing is known yet. */
const NO_TRUST: BuddyTrusts = Object.assign(new Map(), { isPartial: true as const });

const QUESTIONS: Readonly<Record<Purpose, Question>> = {
  register: { ask: 'userId' },
  login: { ask: 'userId' },
  add: { ask: 'buddyId' },
  delete: { ask: 'buddyId' },
  message: { ask: 'buddyId' },
  history: { ask: 'history' },
  block: { ask: 'block' },
  verify: { ask: 'buddyId' },
};

interface Scope {
  readonly context: ClientContext;
}

export const terminal = ({ context }: Scope) => context.terminal;
const heartbeat = ({ context }: Scope) => context.heartbeat;
export const archive = ({ context }: Scope) => context.archive;

/** The command that shows a notice. */
export function say(notice: Notice): TerminalCommand {
  return { type: 'notice.say', notice };
}

/** The line that the user typed, unchanged. */
export function readTyped(event: EventObject): string {
  return (event as Extract<ClientEvent, { type: 'prompt.answered' }>).value;
}

/** The line that the user typed, without white space around it. */
function readAnswer(event: EventObject): string {
  return readTyped(event).trim();
}

/** The id that the user typed, if it is valid. */
export function readAnswerId(event: EventObject): UserId | undefined {
  return parseId(readAnswer(event));
}

/** A buddy's id, and the words after it. */
function searchIn(event: EventObject): { readonly buddy: UserId | undefined; readonly search: string } {
  const [id, ...words] = readAnswer(event).split(/\s+/);
  return { buddy: parseId(id), search: words.join(' ') };
}

/** Whether a user who signs in with this event has a key here. */
function hasOwnKey(event: EventObject): boolean {
  const { output } = event as EventObject & { readonly output?: ServerReply | SignInCheck };
  if (output === undefined) return false;
  return 'holds' in output ? output.holds === 'key' : output.registration?.with === 'key';
}

/** The result of comparing the typed words. */
function verdictIn(event: EventObject): WordsVerdict {
  return (event as EventObject & { readonly output: WordsVerdict }).output;
}

/** The server's reply to the invoked request. */
export function replyIn(event: EventObject): ServerReply {
  return (event as EventObject & { readonly output: ServerReply }).output;
}

/** Why a buddy cannot be called, or `undefined` if it can. */
function whyNotCallable(id: UserId, buddies: BuddyList): WhyNotCallable | undefined {
  const buddy = buddies.find((other) => other.id === id);
  if (buddy === undefined) return buddies.mayBeCut ? 'beyondCut' : 'unlisted';
  return buddy.endpoint === undefined ? 'offline' : undefined;
}

/** The question for the terminal. In the menu, a user who has a key has one more letter. */
function questionFor(trust: BuddyTrusts | undefined, question: Question): Question {
  return question.ask === 'menu' && trust !== undefined ? { ask: 'menu', isKeyed: true } : question;
}

/** The input of the actors that verify a buddy. */
export function wordsRequestOf({ context, event }: Scope & { readonly event: EventObject }): WordsRequest {
  const { user, buddy } = context;
  return { user: user as UserId, buddy: buddy as UserId, typed: readTyped(event) };
}

/** The input of the actor that asks the server. */
export function requestOf({ context }: Scope): ServerRequest {
  return context.request as ServerRequest;
}

/** The input of the actor that checks whether the key of a user is here. */
export function candidateOf({ context }: Scope): UserId {
  return context.candidate?.id as UserId;
}

export const menuSetup = setup({
  types: {} as {
    context: ClientContext;
    input: ClientInput;
    events: ClientEvent;
    emitted: UserAnnounced | LinesDropped;
  },
  actors: {
    /** Sends one request to the server. The client's tree provides this actor. */
    askServer: fromPromise<ServerReply, ServerRequest>(() => Promise.reject(new Error('not provided'))),
    /** Finds the user's own six words. The client's tree provides this actor. */
    findWords: fromPromise<OwnWords, WordsRequest>(() => Promise.reject(new Error('not provided'))),
    /** Compares typed words. The client's tree provides this actor. */
    compareWords: fromPromise<WordsVerdict, WordsRequest>(() => Promise.reject(new Error('not provided'))),
    /** Finds out whether the key of an id is on this machine. The client's tree provides this actor. */
    checkSignIn: fromPromise<SignInCheck, UserId>(() => Promise.reject(new Error('not provided'))),
  },
  delays: { archivePatience: ARCHIVE_PATIENCE_MS, departure: DEPARTURE_MS },

  guards: {
    isChoice: ({ event }, { letter }: { letter: string }) => readAnswer(event).toUpperCase() === letter,
    isHelp: ({ event }) => ['', '?'].includes(readAnswer(event)),
    needsSignIn: ({ event }) => /^[ADMSWH]$/i.test(readAnswer(event)),
    isBlank: ({ event }) => readAnswer(event) === '',
    // One token of a request line. The server decides whether it is a valid id.
    isToken: ({ event }) => /^[\x21-\x7e]{1,64}$/.test(readAnswer(event)),
    isId: ({ event }) => parseId(readAnswer(event)) !== undefined,
    isYes: ({ event }) => /^y(es)?$/i.test(readAnswer(event)),
    isNo: ({ event }) => /^no?$/i.test(readAnswer(event)),
    isLogin: ({ context }) => context.purpose === 'login',
    isMessage: ({ context }) => context.purpose === 'message',
    isHistory: ({ context }) => context.purpose === 'history',
    isBlock: ({ context }) => context.purpose === 'block',
    isVerify: ({ context }) => context.purpose === 'verify',
    isAdd: ({ context }) => context.purpose === 'add',
    isKeyed: ({ context }) => context.trust !== undefined,
    isKeyedBuddy: ({ event }) => parseKeyedId(readAnswer(event)) !== undefined,
    isToRepeat: ({ event }) => ['typo', 'wrong-count'].includes(verdictIn(event).result),
    isSearch: ({ event }) => searchIn(event).buddy !== undefined,
    isInteractive: ({ context }) => context.isInteractive,
    isOnline: ({ context }) => context.user !== undefined && context.attendance === 'here',
    isIdle: ({ context }) => context.attendance === 'idle',
    isAway: ({ context }) => context.attendance !== 'here',
    isHistoryFailure: ({ event }) => {
      assertEvent(event, 'archive.failed');
      return event.task === 'history.read';
    },
    isBlockedName: ({ context, event }) => context.blocked.includes(readAnswer(event).toLowerCase()),
    hasUser: ({ context }) => context.user !== undefined,
    hasPurpose: ({ context }) => context.purpose !== undefined,
    isCallable: ({ context: { buddy, buddies } }) =>
      buddy !== undefined && whyNotCallable(buddy, buddies) === undefined,
    isRegistered: ({ context, event }) => context.request?.op === 'REG' && replyIn(event).done,
    isListChanged: ({ context, event }) => context.request?.op !== 'REG' && replyIn(event).done,
    isInputExhausted: ({ context }) => context.inputExhausted,

    // Combined guards have names of their own, because a guard that is combined inside a chart is not drawn.
    isBackChoice: and([{ type: 'isChoice', params: { letter: 'W' } }, 'isAway']),
    isVerifyChoice: and([{ type: 'isChoice', params: { letter: 'V' } }, 'isKeyed']),
    isVerifyAnswer: and(['isVerify', 'isId']),
    isKeyedAddAnswer: and(['isAdd', 'isKeyed', 'isKeyedBuddy']),
    isLoginAnswer: and(['isLogin', 'isId']),
    isMessageAnswer: and(['isMessage', 'isId']),
    isHistoryAnswer: and(['isHistory', 'isSearch']),
    isUnblockAnswer: and(['isBlock', 'isToken', 'isBlockedName']),
    isBlockAnswer: and(['isBlock', 'isToken']),
    isRequestAnswer: and([
      not('isLogin'),
      not('isMessage'),
      not('isHistory'),
      not('isBlock'),
      not('isVerify'),
      'isToken',
    ]),
  },

  actions: {
    // The terminal.
    say: sendTo(terminal, ({ context: { trust } }, { notice }: { notice: PlainNotice }) =>
      say({ say: notice, ...(notice === 'menuHelp' && trust && { isKeyed: true }) }),
    ),
    // A screen reader would read out the full menu after every action. Therefore the menu is shown only at
    // the start and after each login. Exception: a signed-out user at a terminal sees the menu each time,
    // because no status line lists the letters.
    sayMenu: enqueueActions(({ context: { isInteractive, isMenuKnown, trust, user }, enqueue }) => {
      if (!isMenuKnown) enqueue.sendTo(terminal, say({ say: 'menu', ...(trust && { isKeyed: true }) }));
      enqueue.assign({ isMenuKnown: user !== undefined || !isInteractive });
    }),
    sayIdHint: sendTo(terminal, ({ event }) =>
      say({ say: 'idHint', typed: toDisplayText(readAnswer(event)) }),
    ),
    sayServerSilent: sendTo(terminal, ({ context: { user }, event }) => {
      assertEvent(event, 'buddies.timed-out');
      return say({ say: 'serverSilent', silence: event.silence, user });
    }),
    sayServerLost: sendTo(terminal, ({ context: { user }, event }) => {
      assertEvent(event, 'server.lost');
      return say({ say: 'serverLost', silence: event.silence, user });
    }),
    saySignedIn: sendTo(terminal, ({ context: { user } }) => say({ say: 'signedIn', user: user as UserId })),
    sayReply: sendTo(terminal, ({ context, event }) => {
      const request = requestOf({ context });
      const { line, trust } = replyIn(event);
      const buddy = parseId(request.ids[1]);
      const added = buddy && trust && { buddy, trust };
      const why = whyRefused(request, line, context.buddies);
      return say({ say: 'reply', op: request.op, line, why, ...(added && { added }) });
    }),
    sayServerError: sendTo(terminal, ({ event }) =>
      say({ say: 'serverError', error: (event as { readonly error?: unknown }).error }),
    ),
    sayBuddies: sendTo(terminal, ({ context: { buddies, lastSeen, log, trust } }) =>
      say({ say: 'buddies', buddies, lastSeen, ...(trust && { trust }), missed: log.missed }),
    ),
    showStatus: sendTo(terminal, ({ context }) => ({
      type: 'status.show',
      status: {
        user: context.user,
        isAway: context.attendance !== 'here',
        buddies: context.buddies,
        lastSeen: context.lastSeen,
        ...(context.trust && { trust: context.trust }),
        missed: context.log.missed,
      },
    })),
    openPrompt: enqueueActions(({ context: { trust }, enqueue }, params: { question: Question }) => {
      const question = questionFor(trust, params.question);
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    // When the user gains or loses a key, the open menu gains or loses a letter.
    renewMenuPrompt: enqueueActions(({ context: { question, trust }, enqueue }) => {
      if (question?.ask !== 'menu' || question.isKeyed === (trust && true)) return;
      const renewed = questionFor(trust, { ask: 'menu' });
      enqueue.assign({ question: renewed });
      enqueue.sendTo(terminal, { type: 'prompt.open', question: renewed });
    }),
    askForId: enqueueActions(({ context: { purpose, blocked }, enqueue }) => {
      const question = QUESTIONS[purpose as Purpose];
      if (purpose === 'block') enqueue.sendTo(terminal, say({ say: 'blocked', names: blocked }));
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    reopenPrompt: enqueueActions(({ context: { question }, enqueue }) => {
      if (question !== undefined) enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    forgetQuestion: assign({ question: undefined }),
    closePrompt: enqueueActions(({ enqueue }) => {
      enqueue.assign({ question: undefined });
      enqueue.sendTo(terminal, { type: 'prompt.close' });
    }),
    // Keys.
    rememberTrust: assign(({ event }) => {
      assertEvent(event, 'trust.reported');
      return { trust: event.trust };
    }),
    sayKey: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'key.reported');
      return say({ say: 'key', buddy: event.buddy, became: event.became });
    }),
    sayOwnWords: sendTo(terminal, ({ context, event }) => {
      const { words } = (event as EventObject & { readonly output: OwnWords }).output;
      return say({ say: 'ownWords', words, buddy: context.buddy as UserId });
    }),
    askForWords: enqueueActions(({ context, enqueue }) => {
      const question = { ask: 'words', buddy: context.buddy as UserId } as const;
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    sayVerdict: sendTo(terminal, ({ context, event }) =>
      say({ say: 'verdict', buddy: context.buddy as UserId, verdict: verdictIn(event) }),
    ),

    rememberInputExhausted: assign({ inputExhausted: true }),

    // Questions for ids, and the signed-in user.
    setPurpose: assign({ purpose: (_, { purpose }: { purpose: Purpose }) => purpose }),
    dropPurpose: assign({ purpose: undefined }),
    prepareRequest: assign({
      request: ({ context: { purpose, trust, user }, event }): ServerRequest => {
        const token = readAnswer(event);
        const keyed = purpose === 'add' && trust !== undefined ? parseKeyedId(token) : undefined;
        if (keyed !== undefined) return { op: 'ADD', ids: [user ?? '', keyed.id], key: keyed.key };
        // Fold valid ids, because other servers may be case-sensitive. Send other tokens unchanged.
        const id = parseId(token) ?? token;
        if (purpose === 'register') return { op: 'REG', ids: [id] };
        return { op: purpose === 'add' ? 'ADD' : 'DEL', ids: [user ?? '', id] };
      },
    }),
    becomeRegisteredUser: assign({ user: ({ context }) => parseId(context.request?.ids[0]) }),
    becomeNamedUser: assign({ user: ({ event }) => readAnswerId(event) }),
    announceUser: enqueueActions(({ context, enqueue }) => {
      const { user: id, attendance } = context;
      if (id === undefined) return;
      enqueue.sendTo(heartbeat, { type: 'presence.set', id, status: statusOf(attendance) });
      enqueue.sendTo(archive, { type: 'user.claim', id });
      enqueue.emit({ type: 'user.announced', id, attendance });
    }),
    becomeAway: assign({ attendance: 'away' }),
    becomeIdle: assign({ attendance: 'idle' }),
    becomeHere: assign({ attendance: 'here' }),

    // Buddies.
    getBuddies: sendTo(heartbeat, { type: 'buddies.get' }),
    rememberBuddies: assign(({ context: { lastSeen }, event }) => {
      assertEvent(event, 'buddies.received');
      return { buddies: event.buddies, lastSeen: seenAt(lastSeen, event.buddies, event.atMs) };
    }),
    // A new user starts as `here`, without the buddies, calls and keys of the previous user.
    beginSession: assign({
      trust: ({ event }) => (hasOwnKey(event) ? NO_TRUST : undefined),
      attendance: 'here',
      isMenuKnown: false,
      buddies: [],
      lastSeen: new Map(),
      log: NO_CALLS,
    }),
    rememberBuddy: assign({ buddy: ({ event }) => parseId(readAnswer(event)) }),
    sayNotCallable: enqueueActions(({ context: { buddy, buddies }, enqueue }) => {
      const why = buddy && whyNotCallable(buddy, buddies);
      if (why !== undefined)
        enqueue.sendTo(terminal, say({ say: 'notCallable', buddy: buddy as UserId, why }));
    }),
    clearMissedCalls: assign({ log: ({ context: { log } }) => ({ ...log, missed: [] }) }),

    // Local files.
    showHistory: enqueueActions(({ event, enqueue }) => {
      const { buddy, search } = searchIn(event);
      if (buddy !== undefined) enqueue.sendTo(archive, { type: 'history.show', buddy, search });
    }),
    sayHistory: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'history.found');
      const { buddy, search, messages } = event;
      return say({ say: 'history', buddy, search, messages });
    }),
    sayOtherClient: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'client.found');
      const { user, pid, host } = event;
      return say({ say: 'otherClient', user, pid, host });
    }),
    getBlocked: sendTo(archive, { type: 'blocked.get' }),
    block: sendTo(archive, ({ event }) => ({ type: 'buddy.block', name: readAnswer(event).toLowerCase() })),
    unblock: sendTo(archive, ({ event }) => ({
      type: 'buddy.unblock',
      name: readAnswer(event).toLowerCase(),
    })),
    sayBlocked: sendTo(terminal, ({ context: { blocked } }) => say({ say: 'blocked', names: blocked })),
    sayArchiveFailed: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'archive.failed');
      return say({ say: 'archiveFailed', task: event.task, reason: event.reason });
    }),
  },
});
