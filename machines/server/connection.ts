/**
 * A TCP connection to the server: one request line, one reply, then close.
 *
 * Owns: the order of things in one connection. Trusts: nobody's bytes; its actor
 * (actors/server/connection-actor.ts) has turned them into these events. Talks to: the store.
 *
 * The chart is flat on purpose. A connection lives for two or three events, and the actor that
 * runs it (actors/chart.ts) pays for no feature of statecharts that it does not use.
 */

import { setup } from 'xstate';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';

export type ConnectionEvent =
  // From the socket's owner.
  | { readonly type: 'request.received'; readonly change: Change }
  | { readonly type: 'request.refused'; readonly reply: ReplyCode }
  | { readonly type: 'input.ended' }
  | { readonly type: 'socket.closed' }
  | { readonly type: 'input.flooded' }
  | { readonly type: 'deadline.passed' }
  // From the store.
  | { readonly type: 'change.answered'; readonly reply: ReplyCode }
  // From the supervisor.
  /** There is no room for a client of an address that has fewer connections than this one's. */
  | { readonly type: 'room.wanted' }
  | { readonly type: 'shutdown.requested' };

/** What the connection does to the world; the actor has one function for each. */
export type ConnectionAction =
  | 'submitChange'
  | 'restartDeadline'
  | 'shortenDeadline'
  | 'sendReply'
  | 'sendUnavailable';

const effect = () => {};

export const connectionMachine = setup({
  types: {} as { events: ConnectionEvent },
  actions: {
    submitChange: effect,
    restartDeadline: effect,
    shortenDeadline: effect,
    sendReply: effect,
    sendUnavailable: effect,
  } satisfies Record<ConnectionAction, () => void>,
}).createMachine({
  id: 'connection',
  description: 'One TCP connection: a request, a reply, closed.',
  initial: 'receiving',
  states: {
    receiving: {
      description: 'Waits for a whole line, at most 10 s from accept.',
      on: {
        'request.received': {
          target: 'committing',
          actions: ['restartDeadline', 'submitChange'],
          description: 'What becomes of it is for the store to say.',
        },
        'request.refused': {
          target: 'replied',
          actions: ['restartDeadline', 'sendReply'],
          description: 'No request, or one too many from there: answered without asking the store.',
        },
        'deadline.passed': { target: 'closed', description: 'Too slow: closed without a reply.' },
        'input.ended': { target: 'closed', description: 'The client left without a word: no reply.' },
        'socket.closed': 'closed',
        'room.wanted': { target: 'closed', description: 'It has asked nothing yet, and others want to.' },
        'shutdown.requested': {
          actions: 'shortenDeadline',
          description: 'Its request may be here, not yet read: a moment tells.',
        },
      },
    },
    committing: {
      description: 'Waits for the store to make the change durable, at most 10 s.',
      on: {
        'change.answered': {
          target: 'replied',
          actions: ['restartDeadline', 'sendReply'],
          description: 'The change is on disk, or refused.',
        },
        'deadline.passed': {
          target: 'replied',
          actions: ['restartDeadline', 'sendUnavailable'],
          description: 'The store did not answer in time: 205.',
        },
        'socket.closed': { target: 'closed', description: 'The change goes on without its client.' },
        'shutdown.requested': { description: 'The request is in flight: finish it first.' },
      },
    },
    replied: {
      description: 'Lets the client read the reply and close: closing first could destroy it unread.',
      on: {
        'socket.closed': 'closed',
        'input.flooded': { target: 'closed', description: 'It goes on sending what nobody reads.' },
        'deadline.passed': { target: 'closed', description: 'It neither sends nor closes.' },
        'room.wanted': { target: 'closed', description: 'The reply is written, and others want one.' },
        'shutdown.requested': {
          target: 'closed',
          description: 'The reply is written: nobody waits any longer for its client.',
        },
      },
    },
    closed: { type: 'final', description: 'The socket is gone, or about to be.' },
  },
});
