/**
 * The client's contact with the server over UDP: whether the server counts as lost, and how a question for
 * the buddy list is retried.
 *
 * Owns: the count of unanswered beats, and the count of tries of a question. Trusts: its actor
 * (actors/client/heartbeat.ts), which tells answers of the server from other datagrams. Talks to: the client.
 *
 * The two rules are parallel: an answer settles both, and neither waits for the other.
 */

import { assign, setup } from 'xstate';
import type { HeartbeatCommand } from './events.js';
import type { Silence } from './silence.js';

/** How many beats in a row may go unanswered: the server counts as lost when the next beat is due. */
export const LOST_AFTER_BEATS = 2;

/** How often a question for the buddy list is sent before it is given up. */
export const QUERY_TRIES = 3;

/** Time between two tries, and between the last one and giving up, in milliseconds. */
export const QUERY_RETRY_MS = 700;

export interface ServerConnectivityInput {
  /** True when the heartbeat before a restart had reported the server as lost. */
  readonly wasLost: boolean;
}

interface ServerConnectivityContext extends ServerConnectivityInput {
  /** Beats since the last answer. */
  readonly unansweredBeats: number;
  /** How often the current question, or the last one, was sent. */
  readonly tries: number;
}

export type ServerConnectivityEvent =
  // From the client.
  | Extract<HeartbeatCommand, { type: 'buddies.get' }>
  // From the heartbeat.
  /** A restarted heartbeat announces its user and asks for the buddy list at once. */
  | { readonly type: 'session.resumed' }
  /** The session of this user is over: another user signs in, or the client leaves. */
  | { readonly type: 'session.ended' }
  /** The regular announcement of a user, with its question, is sent. */
  | { readonly type: 'beat.sent' }
  | { readonly type: 'query.overdue' }
  /** The server answered, whatever it was asked by. */
  | { readonly type: 'answer.received' }
  /** Why the server is silent, as far as can be found out. */
  | { readonly type: 'cause.found'; readonly silence: Silence };

/** What the contact does to the world; the heartbeat has one function for each. */
export type ServerConnectivityAction =
  | 'sendQuery'
  | 'startQueryTimer'
  | 'stopQueryTimer'
  | 'askCause'
  | 'reportLost'
  | 'reportFound'
  | 'reportTimedOut';

function firstContext({ input }: { readonly input: ServerConnectivityInput }): ServerConnectivityContext {
  return { ...input, unansweredBeats: 0, tries: 0 };
}

const effect = () => {};

export const serverConnectivityMachine = setup({
  types: {} as {
    context: ServerConnectivityContext;
    input: ServerConnectivityInput;
    events: ServerConnectivityEvent;
  },
  guards: {
    wasLost: ({ context }) => context.wasLost,
    isSilent: ({ context }) => context.unansweredBeats === LOST_AFTER_BEATS,
    hasTriesLeft: ({ context }) => context.tries < QUERY_TRIES,
  },
  actions: {
    countBeat: assign({ unansweredBeats: ({ context }) => context.unansweredBeats + 1 }),
    clearBeats: assign({ unansweredBeats: 0 }),
    countFirstTry: assign({ tries: 1 }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    ...({
      sendQuery: effect,
      startQueryTimer: effect,
      stopQueryTimer: effect,
      askCause: effect,
      reportLost: effect,
      reportFound: effect,
      reportTimedOut: effect,
    } satisfies Record<ServerConnectivityAction, () => void>),
  },
}).createMachine({
  id: 'server-connectivity',
  description: 'Whether the server answers, and the question for the buddy list that is open.',
  context: firstContext,
  type: 'parallel',
  states: {
    server: {
      description: 'Whether the server counts as lost.',
      initial: 'starting',
      states: {
        starting: {
          description: 'A restart takes over what was reported before.',
          always: [
            { guard: 'wasLost', target: 'lost', description: 'Its return is still to be reported.' },
            { target: 'answering' },
          ],
        },
        answering: {
          description: 'At most two beats in a row went unanswered.',
          on: {
            'beat.sent': [
              {
                guard: 'isSilent',
                target: 'doubted',
                description: 'The two beats before this one went unanswered.',
              },
              { actions: 'countBeat' },
            ],
            'answer.received': { actions: 'clearBeats' },
          },
        },
        doubted: {
          description: 'Two beats went unanswered. Over TCP the server is asked why.',
          entry: 'askCause',
          on: {
            'cause.found': { target: 'lost', actions: 'reportLost' },
            'answer.received': { target: 'answering', actions: 'clearBeats' },
            'session.ended': { target: 'answering', description: 'The cause was that of the user before.' },
          },
        },
        lost: {
          description: 'The user was told that the server does not answer. Beats go on.',
          on: {
            'answer.received': { target: 'answering', actions: ['clearBeats', 'reportFound'] },
          },
        },
      },
    },
    query: {
      description: 'The question for the buddy list.',
      initial: 'idle',
      states: {
        idle: {
          description: 'No question is open.',
          on: {
            'buddies.get': { target: 'waiting', actions: ['countFirstTry', 'sendQuery'] },
            'session.resumed': {
              target: 'waiting',
              actions: 'countFirstTry',
              description: 'A question may have been open before the restart. The announcement asks it.',
            },
          },
        },
        waiting: {
          description: 'A question was sent: the answer is waited for, 700 ms for each of three tries.',
          entry: 'startQueryTimer',
          exit: 'stopQueryTimer',
          on: {
            'query.overdue': [
              {
                guard: 'hasTriesLeft',
                target: 'waiting',
                reenter: true,
                actions: ['countTry', 'sendQuery'],
                description: 'A datagram may be lost: it is sent again.',
              },
              { target: 'unanswered', description: 'Given up after the third try.' },
            ],
            'buddies.get': {
              target: 'waiting',
              reenter: true,
              actions: ['countFirstTry', 'sendQuery'],
              description: 'A new question takes the place of the one before.',
            },
            'answer.received': 'idle',
            'session.ended': { target: 'idle', description: 'The question was that of the user before.' },
          },
        },
        unanswered: {
          description: 'The question was given up. Over TCP the server is asked why.',
          entry: 'askCause',
          on: {
            'cause.found': { target: 'idle', actions: 'reportTimedOut' },
            'buddies.get': { target: 'waiting', actions: ['countFirstTry', 'sendQuery'] },
            'answer.received': { target: 'idle', description: 'Late, but it is the answer.' },
            'session.ended': { target: 'idle', description: 'The question was that of the user before.' },
          },
        },
      },
    },
  },
});
