/**
 * The session of a user with a key: when the client logs in to the server, in which mode, and when it stops.
 *
 * Owns: the mode of the next login, and the counts of tries. Trusts: its actor (actors/client/heartbeat.ts),
 * which filters out datagrams that do not come from the server, and which holds the keys of the session.
 * Talks to: the client.
 *
 * Only a user's own action ends the session of another client of the same user: a login in mode `new`. All
 * automatic logins are in mode `again`, which the server refuses if another client has a session. Two clients
 * with one key therefore never take the id from each other for ever.
 */

import { assign, setup } from 'xstate';
import type { LoginOutcome } from './login-outcome.js';

/** How a login is meant. The heartbeat adds the name of the old session to `again`. */
export type LoginKind = 'new' | 'again' | 'ask';

/** Least time between a login and the next one because of an unknown session, in milliseconds. */
export const QUIET_MS = 5_000;

/** Longest pause after the first busy server, in milliseconds. It doubles with each one. */
export const FIRST_BUSY_PAUSE_MS = 30_000;

/** Longest pause after any busy server, in milliseconds. */
export const MAX_BUSY_PAUSE_MS = 5 * 60_000;

/** After this many sessions in a row that the server did not know, it is reported. */
const FRUITLESS_LOGINS = 2;

/**
 * The pause before the next try, in milliseconds. It is random, so that the clients of a server that was
 * restarted do not come at the same time.
 *
 * @param random From 0 up to 1.
 */
export function busyPauseMs(tries: number, random: number): number {
  return random * Math.min(FIRST_BUSY_PAUSE_MS * 2 ** (tries - 1), MAX_BUSY_PAUSE_MS);
}

export interface SessionLoginContext {
  readonly kind: LoginKind;
  /** How many times in a row the server was busy. */
  readonly busyTries: number;
  /** Sessions that were opened and that the server did not know then, since its last sealed answer. */
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
  /** A sealed answer was opened. */
  | { readonly type: 'answer.opened' }
  | { readonly type: 'beat.due' }
  | { readonly type: 'quiet.over' }
  | { readonly type: 'pause.over' };

/** The effects of the chart. The heartbeat has one function for each. */
export type SessionLoginAction =
  | 'logIn'
  | 'abandonLogin'
  /** Announces the user, and requests the buddy list. */
  | 'announce'
  | 'startQuietTimer'
  | 'stopQuietTimer'
  | 'startPause'
  | 'stopPause'
  /** The session has ended for good. */
  | 'reportEnd'
  /** The server sees the client's datagrams come from another address than its logins. */
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
    description: 'The login succeeded, and the server did not know the session, twice in a row.',
  },
  { target: '#session-login.loggingIn', actions: 'countFruitless' },
] as const;

export const sessionLoginMachine = setup({
  types: {} as { context: SessionLoginContext; events: SessionLoginEvent },
  guards: {
    isOpen: ({ event }: Args) => outcomeIn(event) === 'open',
    isBusy: ({ event }: Args) => outcomeIn(event) === 'busy',
    isUnanswered: ({ event }: Args) => ['unreachable', 'unregistered'].includes(outcomeIn(event) ?? ''),
    isFruitless: ({ context }: Args) => context.fruitless === FRUITLESS_LOGINS - 1,
  },
  actions: {
    rememberKind: assign({
      kind: ({ event }) => (event as Extract<SessionLoginEvent, { type: 'session.wanted' }>).kind,
    }),
    // From now on, logins are automatic.
    keepSession: assign({ kind: ({ context }) => (context.kind === 'ask' ? 'ask' : 'again'), busyTries: 0 }),
    countBusy: assign({ busyTries: ({ context }) => context.busyTries + 1 }),
    countFruitless: assign({ fruitless: ({ context }) => context.fruitless + 1 }),
    clearTries: assign({ busyTries: 0, fruitless: 0 }),
    clearFruitless: assign({ fruitless: 0 }),
    ...({
      logIn: effect,
      abandonLogin: effect,
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
  context: { kind: 'new', busyTries: 0, fruitless: 0 },
  initial: 'closed',
  on: {
    'session.wanted': { target: '.loggingIn', reenter: true, actions: ['rememberKind', 'clearTries'] },
    'session.unwanted': { target: '.closed' },
  },
  states: {
    closed: { description: 'No user with a key is signed in.' },
    loggingIn: {
      description: 'A LOG is sent: waits for the reply.',
      entry: 'logIn',
      exit: 'abandonLogin',
      on: {
        'login.ended': [
          { guard: 'isOpen', target: 'open', actions: ['keepSession', 'announce'] },
          { guard: 'isBusy', target: 'pausing', actions: 'countBusy' },
          { guard: 'isUnanswered', target: 'unanswered' },
          {
            target: 'ended',
            actions: 'reportEnd',
            description: 'The user signed in elsewhere, or the key does not count here or there.',
          },
        ],
      },
    },
    open: {
      description: 'The session is open: the datagrams of the user are sealed.',
      initial: 'quiet',
      on: {
        'answer.opened': { actions: 'clearFruitless' },
      },
      states: {
        quiet: {
          description: 'For 5 s after a login: a forged datagram must not cause logins without end.',
          entry: 'startQuietTimer',
          exit: 'stopQuietTimer',
          initial: 'known',
          states: {
            known: {
              description: 'As far as is known, the server knows the session.',
              on: { 'session.unknown': 'doubted', 'quiet.over': '#session-login.open.settled' },
            },
            doubted: {
              description: 'The server seems not to know the session: logs in again after the 5 s.',
              on: {
                'answer.opened': {
                  target: 'known',
                  actions: 'clearFruitless',
                  description: 'The datagram was forged, or late.',
                },
                'quiet.over': LOG_IN_AGAIN,
              },
            },
          },
        },
        settled: {
          description: 'The server may say that it does not know the session.',
          on: { 'session.unknown': LOG_IN_AGAIN },
        },
      },
    },
    pausing: {
      description: 'The server is busy: waits for a random time, up to 30 s first, up to 5 min later.',
      entry: 'startPause',
      exit: 'stopPause',
      on: { 'pause.over': 'loggingIn' },
    },
    unanswered: {
      description: 'The server did not answer, or does not know the id: tries again with the next beat.',
      on: { 'beat.due': 'loggingIn' },
    },
    ended: { description: 'The session has ended for good, until the user signs in again.' },
  },
});
