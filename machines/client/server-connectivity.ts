/**
 * The client's connectivity to the server over UDP: whether the server counts as lost, and how a query for
 * the buddy list is retried.
 *
 * Owns: the number of unanswered beats, and the number of tries of a query. Trusts: its actor
 * (actors/client/heartbeat.ts), which filters out datagrams that do not come from the server. Talks to: the
 * client.
 *
 * The two parts are parallel states: the loss of the server, and the retries of a query. An answer ends the
 * wait in both parts. Neither part waits for the other part.
 */

import { assign, setup } from 'xstate';
import type { HeartbeatCommand } from './events.js';
import type { Silence } from './silence.js';

/**
 * After this many unanswered beats in a row, the next beat makes the client ask over TCP for the cause. The
 * server counts as lost when the cause is found.
 */
export const LOST_AFTER_BEATS = 2;

/** How many times a query for the buddy list is sent before it is given up. */
export const QUERY_TRIES = 3;

/** Time between two tries, and between the last try and giving up, in milliseconds. */
export const QUERY_RETRY_MS = 700;

export interface ServerConnectivityInput {
  /** True if the heartbeat had reported the server as lost before a restart. */
  readonly wasLost: boolean;
}

interface ServerConnectivityContext extends ServerConnectivityInput {
  /** Beats since the last answer. */
  readonly unansweredBeats: number;
  /** How many times the current query was sent; if no query is open, the previous one. */
  readonly tries: number;
}

export type ServerConnectivityEvent =
  // From the client.
  | Extract<HeartbeatCommand, { type: 'buddies.get' }>
  // From the heartbeat.
  /** A restarted heartbeat announces its user and requests the buddy list at once. */
  | { readonly type: 'session.resumed' }
  /** The session of this user is over: the user is signed out, another user signs in, or the client ends. */
  | { readonly type: 'session.ended' }
  /** A beat is due. If the heartbeat can send, it announces the user and asks for the buddy list. */
  | { readonly type: 'beat.sent' }
  | { readonly type: 'query.overdue' }
  /** The client has moved on to a server of the directory that was not tried since the last answer. */
  | { readonly type: 'server.moved' }
  /** The server answered a beat or a query. */
  | { readonly type: 'answer.received' }
  /** The cause of the server's silence, as far as the heartbeat could find out. */
  | { readonly type: 'cause.found'; readonly silence: Silence };

/** The effects of the chart. The heartbeat has one function for each effect. */
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
  description: 'Tracks whether the server answers, and retries the query for the buddy list.',
  context: firstContext,
  type: 'parallel',
  states: {
    server: {
      description: 'Tracks whether the server counts as lost.',
      initial: 'starting',
      states: {
        starting: {
          description: 'Restores the state from before a restart.',
          always: [
            { guard: 'wasLost', target: 'lost', description: 'The next answer must be reported.' },
            { target: 'answering' },
          ],
        },
        answering: {
          description: 'The server counts as reachable, until two beats in a row are unanswered.',
          on: {
            'beat.sent': [
              {
                guard: 'isSilent',
                target: 'doubted',
                description: 'The two beats before this one were not answered.',
              },
              { actions: 'countBeat' },
            ],
            'answer.received': { actions: 'clearBeats' },
            'server.moved': { actions: 'clearBeats', description: 'The beats went to the previous server.' },
          },
        },
        doubted: {
          description: 'Two beats in a row were not answered: asks over TCP why, and waits for the cause.',
          entry: 'askCause',
          on: {
            'cause.found': { target: 'lost', actions: 'reportLost' },
            'answer.received': { target: 'answering', actions: 'clearBeats' },
            'session.ended': { target: 'answering', description: 'The cause concerns the previous user.' },
          },
        },
        lost: {
          description: 'The user was told that the server does not answer. The next answer ends this state.',
          on: {
            'answer.received': { target: 'answering', actions: ['clearBeats', 'reportFound'] },
          },
        },
      },
    },
    query: {
      description: 'Sends and retries the query for the buddy list.',
      initial: 'idle',
      states: {
        idle: {
          description: 'No query is open, until the client requests the buddy list.',
          on: {
            'buddies.get': { target: 'waiting', actions: ['countFirstTry', 'sendQuery'] },
            'session.resumed': {
              target: 'waiting',
              actions: 'countFirstTry',
              description:
                'A query may have been open before the restart. A new query is sent with the announcement.',
            },
          },
        },
        waiting: {
          description: 'A query was sent: waits 700 ms for an answer, in each of up to three tries.',
          entry: 'startQueryTimer',
          exit: 'stopQueryTimer',
          on: {
            'query.overdue': [
              {
                guard: 'hasTriesLeft',
                target: 'waiting',
                reenter: true,
                actions: ['countTry', 'sendQuery'],
                description: 'The datagram may be lost, so it is sent again.',
              },
              { target: 'unanswered', description: 'The third try was not answered.' },
            ],
            'buddies.get': {
              target: 'waiting',
              reenter: true,
              actions: ['countFirstTry', 'sendQuery'],
              description: 'A new query replaces the previous one.',
            },
            'answer.received': 'idle',
            'session.ended': { target: 'idle', description: 'The query was for the previous user.' },
          },
        },
        unanswered: {
          description: 'Three tries were not answered: asks over TCP why, and waits for the cause.',
          entry: 'askCause',
          on: {
            'cause.found': { target: 'idle', actions: 'reportTimedOut' },
            'buddies.get': { target: 'waiting', actions: ['countFirstTry', 'sendQuery'] },
            'answer.received': { target: 'idle', description: 'The answer came late.' },
            'session.ended': { target: 'idle', description: 'The query was for the previous user.' },
          },
        },
      },
    },
  },
});
