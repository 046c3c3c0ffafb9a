/**
 * The session of a user with a key: decides when the client logs in to the server, in which mode, and when it
 * gives up.
 *
 * Owns: the mode of the next login, and the counts of attempts. Trusts: its actor
 * (actors/client/heartbeat.ts). The actor ignores datagrams that do not come from the server, and holds the
 * keys of the session. Talks to: the client.
 *
 * A login in mode `new` ends the session of another client of the same user. The first login after the user
 * signs in has this mode. If the reply is lost, the server may have opened a session whose name the client
 * does not know. The client then repeats the login in mode `new` once, immediately.
 *
 * All later logins are automatic and in mode `again`, which the server refuses if another client has a
 * session. This includes the login after a first login that failed before the client sent anything. Therefore
 * two clients with one key never take the id from each other in an endless loop. If a client cannot reach the
 * server at first, it gives way to a client that has logged in meanwhile.
 *
 * While the client has no port for calls, all logins have mode `ask`, which does not end the session of
 * another client. The first login after the client gets a port has mode `new`.
 *
 * If the server presents a key other than the known key, the client's reaction depends on whether a session
 * was open before. If no session was open, the client signs out the user. If a session was open, the client
 * sends nothing to that server, and tries again as if the server were busy. Without this rule, a host in the
 * middle that can send one forged datagram could sign out the user for good.
 */

import { assign, setup } from 'xstate';
import type { LoginOutcome } from './login-outcome.js';

/**
 * The kind of a login: see `LoginMode` in protocol/request.ts. The heartbeat adds the name of a session to
 * `again`.
 */
export type LoginKind = 'new' | 'again' | 'ask';

/**
 * The shortest time between two logins, in milliseconds, if the server does not know the session that the
 * first one opened.
 */
export const QUIET_MS = 5_000;

/** The longest pause after the first busy reply, in milliseconds. It doubles with each further busy reply. */
export const FIRST_BUSY_PAUSE_MS = 30_000;

/** The longest pause after any busy reply, in milliseconds. */
export const MAX_BUSY_PAUSE_MS = 5 * 60_000;

/** The user is told when the server has opened this many sessions in a row, but then knew none of them. */
const FRUITLESS_LOGINS = 2;

/**
 * The pause before the next attempt, in milliseconds. The pause is random, because the clients of a restarted
 * server must not all log in at the same time.
 *
 * @param random From 0 up to 1.
 */
export function busyPauseMs(tries: number, random: number): number {
  return random * Math.min(FIRST_BUSY_PAUSE_MS * 2 ** (tries - 1), MAX_BUSY_PAUSE_MS);
}

export interface SessionLoginContext {
  readonly kind: LoginKind;
  /** True if the login in mode `new` was repeated, because its reply was lost. */
  readonly hasRepeated: boolean;
  /** True if the server has opened a session since the user signed in. */
  readonly wasOpen: boolean;
  /** How many times in a row the server was busy, or a server with an unknown key answered. */
  readonly busyTries: number;
  /** How many sessions the server opened, but then did not know, since its last sealed answer. */
  readonly fruitless: number;
}

export type SessionLoginEvent =
  // From the heartbeat.
  /** A user with a key signs in, the port for calls is known, or the heartbeat was restarted. */
  | { readonly type: 'session.wanted'; readonly kind: LoginKind }
  /** The user has signed out, another user signs in, or the client ends. */
  | { readonly type: 'session.unwanted' }
  | { readonly type: 'login.ended'; readonly outcome: LoginOutcome }
  /** The server does not know the session: it was restarted, or the client's address has changed. */
  | { readonly type: 'session.unknown' }
  /** The client has moved on to another server of the directory, which does not know the session. */
  | { readonly type: 'server.moved' }
  /** The heartbeat decrypted a sealed answer of the server. */
  | { readonly type: 'answer.opened' }
  | { readonly type: 'beat.due' }
  | { readonly type: 'quiet.over' }
  | { readonly type: 'pause.over' };

/** The effects of the chart. The heartbeat has one function for each effect. */
export type SessionLoginAction =
  | 'logIn'
  | 'abandonLogin'
  /** Stores that a login has failed, so that a restarted heartbeat logs in with mode `again`. */
  | 'recordFailure'
  /** Announces the user, and requests the buddy list. */
  | 'announce'
  | 'startQuietTimer'
  | 'stopQuietTimer'
  | 'startPause'
  | 'stopPause'
  /** Reports that the session has ended, and that the client does not log in again by itself. */
  | 'reportEnd'
  /** Reports that the server receives the client's datagrams and logins from different addresses. */
  | 'reportTwoAddresses';

interface Args {
  readonly context: SessionLoginContext;
  readonly event: SessionLoginEvent;
}

function outcomeIn(event: SessionLoginEvent): LoginOutcome | undefined {
  return event.type === 'login.ended' ? event.outcome : undefined;
}

const effect = () => {};

/** The transitions when the server does not know the session. */
const LOG_IN_AGAIN = [
  {
    guard: 'isFruitless',
    target: '#session-login.loggingIn',
    actions: ['countFruitless', 'reportTwoAddresses'],
    description: 'Twice in a row, a login succeeded, but then the server did not know the session.',
  },
  { target: '#session-login.loggingIn', actions: 'countFruitless' },
] as const;

export const sessionLoginMachine = setup({
  types: {} as { context: SessionLoginContext; events: SessionLoginEvent },
  guards: {
    isOpen: ({ event }: Args) => outcomeIn(event) === 'open',
    isBusy: ({ event }: Args) => outcomeIn(event) === 'busy',
    isAnotherServer: ({ context, event }: Args) => context.wasOpen && outcomeIn(event) === 'changed',
    isUnanswered: ({ event }: Args) => ['unreachable', 'lost'].includes(outcomeIn(event) ?? ''),
    mayRepeat: ({ context, event }: Args) =>
      outcomeIn(event) === 'lost' && context.kind === 'new' && !context.hasRepeated,
    isFruitless: ({ context }: Args) => context.fruitless === FRUITLESS_LOGINS - 1,
  },
  actions: {
    rememberKind: assign({
      kind: ({ event }) => (event as Extract<SessionLoginEvent, { type: 'session.wanted' }>).kind,
    }),
    /** Later logins are automatic: they do not end the session of another client. */
    giveWay: assign({ kind: ({ context }) => (context.kind === 'ask' ? 'ask' : 'again') }),
    rememberRepeated: assign({ hasRepeated: true }),
    rememberOpen: assign({ wasOpen: true, busyTries: 0 }),
    countBusy: assign({ busyTries: ({ context }) => context.busyTries + 1 }),
    countFruitless: assign({ fruitless: ({ context }) => context.fruitless + 1 }),
    clearTries: assign({ hasRepeated: false, wasOpen: false, busyTries: 0, fruitless: 0 }),
    clearFruitless: assign({ fruitless: 0 }),
    ...({
      logIn: effect,
      abandonLogin: effect,
      recordFailure: effect,
      announce: effect,
      startQuietTimer: effect,
      stopQuietTimer: effect,
      startPause: effect,
      stopPause: effect,
      reportEnd: effect,
      reportTwoAddresses: effect,
    } satisfies Record<SessionLoginAction, () => void>),
  },
}).createMachine({
  id: 'session-login',
  description: 'Keeps the session of a user with a key.',
  context: { kind: 'new', hasRepeated: false, wasOpen: false, busyTries: 0, fruitless: 0 },
  initial: 'closed',
  on: {
    'session.wanted': { target: '.loggingIn', reenter: true, actions: ['rememberKind', 'clearTries'] },
    'session.unwanted': { target: '.closed' },
  },
  states: {
    closed: { description: 'No user with a key is signed in.' },
    loggingIn: {
      description: 'The client has sent LOG, and waits for the reply.',
      entry: 'logIn',
      exit: 'abandonLogin',
      on: {
        'login.ended': [
          { guard: 'isOpen', target: 'open', actions: ['giveWay', 'rememberOpen', 'announce'] },
          {
            guard: 'mayRepeat',
            target: 'loggingIn',
            reenter: true,
            actions: 'rememberRepeated',
            description: 'The reply was lost: only mode `new` replaces a session whose name is not known.',
          },
          { guard: 'isBusy', target: 'pausing', actions: ['giveWay', 'countBusy', 'recordFailure'] },
          {
            guard: 'isAnotherServer',
            target: 'pausing',
            actions: 'countBusy',
            description: 'A host in the middle may have answered. Nothing was sent to that host.',
          },
          { guard: 'isUnanswered', target: 'unanswered', actions: ['giveWay', 'recordFailure'] },
          {
            target: 'ended',
            actions: 'reportEnd',
            description: 'The user signed in elsewhere, is banned or deleted, or a key is no longer valid.',
          },
        ],
      },
    },
    open: {
      description: 'The session is open: the client seals the datagrams of the user.',
      initial: 'quiet',
      on: {
        'answer.opened': { actions: 'clearFruitless' },
        'server.moved': { target: 'loggingIn', description: 'The new server does not know the session.' },
      },
      states: {
        quiet: {
          description:
            'The first 5 s after a login. No datagram causes a login yet, because it may be forged.',
          entry: 'startQuietTimer',
          exit: 'stopQuietTimer',
          initial: 'known',
          states: {
            known: {
              description: 'No datagram has said that the server does not know the session.',
              on: { 'session.unknown': 'doubted', 'quiet.over': '#session-login.open.settled' },
            },
            doubted: {
              description:
                'A datagram said that the session is unknown: logs in again 5 s after the last login.',
              on: {
                'answer.opened': {
                  target: 'known',
                  actions: 'clearFruitless',
                  description: 'The server knows the session: the datagram was forged, or late.',
                },
                'quiet.over': LOG_IN_AGAIN,
              },
            },
          },
        },
        settled: {
          description: 'If the server does not know the session, the client logs in again at once.',
          on: { 'session.unknown': LOG_IN_AGAIN },
        },
      },
    },
    pausing: {
      description:
        'The server is busy, or a server with an unknown key answers: waits for a random time, at first of ' +
        'up to 30 s. This limit grows to 5 min.',
      entry: 'startPause',
      exit: 'stopPause',
      on: {
        'pause.over': 'loggingIn',
        'server.moved': { target: 'loggingIn', description: 'The new server may not be busy.' },
      },
    },
    unanswered: {
      description: 'The server did not answer. Tries again at the next beat.',
      on: { 'beat.due': 'loggingIn' },
    },
    ended: { description: 'The session has ended. The client logs in only when the user signs in again.' },
  },
});
