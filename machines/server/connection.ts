/**
 * A TCP connection to the server: one request line, one reply, then close.
 *
 * Owns: the order of events in one connection. Trusts: no bytes from the client; its actor
 * (actors/server/connection-actor.ts) has parsed them into these events. Talks to: the store.
 *
 * The chart is flat on purpose. A connection handles two or three events, and actors/chart.ts runs flat
 * charts without the cost of other statechart features.
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
  /** `revoked`: the device that asked was revoked. The socket is closed without a reply. */
  | { readonly type: 'change.answered'; readonly reply: ReplyCode | 'revoked' }
  // From the supervisor.
  /** The limit is reached, and a client whose address has fewer connections wants to connect. */
  | { readonly type: 'room.wanted' }
  | { readonly type: 'shutdown.requested' };

/** The effects of a connection. The actor has one function for each. */
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
  description: 'One TCP connection: one request, one reply, then close.',
  initial: 'receiving',
  states: {
    receiving: {
      description: 'Waits up to 10 s, from the accept of the connection, for a whole line.',
      on: {
        'request.received': {
          target: 'committing',
          actions: ['restartDeadline', 'submitChange'],
          description: 'The store decides the reply.',
        },
        'request.refused': {
          target: 'replied',
          actions: ['restartDeadline', 'sendReply'],
          description: 'Not a request, or too many from this address: answered without asking the store.',
        },
        'deadline.passed': { target: 'closed', description: 'Too slow: closed without a reply.' },
        'input.ended': { target: 'closed', description: 'The client left without a request: no reply.' },
        'socket.closed': 'closed',
        'room.wanted': { target: 'closed', description: 'No request yet, and others want to connect.' },
        'shutdown.requested': {
          actions: 'shortenDeadline',
          description: 'A request may have arrived unread, so the connection waits a moment longer.',
        },
      },
    },
    committing: {
      description: 'Waits up to 10 s for the store to make the change durable.',
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
        'socket.closed': { target: 'closed', description: 'The store still makes the change.' },
        'shutdown.requested': { description: 'The pending request is finished first.' },
      },
    },
    replied: {
      description: 'Waits up to 10 s for the client to close, so that the client can read the reply first.',
      on: {
        'socket.closed': 'closed',
        'input.flooded': { target: 'closed', description: 'The client keeps sending data after its line.' },
        'deadline.passed': { target: 'closed', description: 'The client did not close in time.' },
        'room.wanted': { target: 'closed', description: 'The reply is written, and others want to connect.' },
        'shutdown.requested': {
          target: 'closed',
          description: 'The reply is written, so the connection can close.',
        },
      },
    },
    closed: { type: 'final', description: 'The connection is over, and its actor closes the socket.' },
  },
});
