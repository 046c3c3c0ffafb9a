/**
 * A TCP connection to the server: one request line, one reply, then close. The line comes in clear or inside
 * TLS. After the line has arrived, the only difference is that TLS shows which device sent it.
 *
 * Owns: the order of events in one connection. Trusts: no bytes from the client; the actor of the connection
 * (actors/server/connection-actor.ts) has parsed all bytes into these events. Talks to: the store, and the
 * sessions actor.
 *
 * The chart is flat on purpose. A connection handles two or three events, and actors/chart.ts runs flat
 * charts without the cost of other statechart features.
 */

import { setup } from 'xstate';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { ReplyCode } from '../../protocol/reply.js';
import type { Change, LoginMode } from '../../protocol/request.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';

/** A question about an id's key. */
interface WhoQuestion {
  readonly op: 'WHO';
  readonly id: UserId;
}

export type ConnectionEvent =
  // From the socket's owner.
  /** A request on which the store decides. Only a LOG has a `mode`. */
  | { readonly type: 'request.received'; readonly change: Change; readonly mode?: LoginMode }
  | { readonly type: 'question.received'; readonly question: WhoQuestion }
  /**
   * The store is not needed for the reply: the line is not a request, there were too many requests, the
   * client is banned, or the request is VER.
   */
  | { readonly type: 'request.decided'; readonly reply: ReplyCode; readonly details?: string }
  /** The first byte begins TLS, and the limits allow a handshake. */
  | { readonly type: 'handshake.begun' }
  /** The handshake failed or is over a limit, or the certificates are not accepted. */
  | { readonly type: 'peer.refused' }
  | { readonly type: 'input.ended' }
  | { readonly type: 'socket.closed' }
  | { readonly type: 'input.flooded' }
  | { readonly type: 'deadline.passed' }
  // From the store.
  /** `revoked`: the device that sent the request is revoked. */
  | {
      readonly type: 'change.answered';
      readonly change: Pick<Change, 'op' | 'id'>;
      readonly reply: ReplyCode | 'revoked';
      /** True if the device that sent the request has the key of the id. */
      readonly isOwner?: boolean;
    }
  /** The number of the user in `users`; -1 for an unregistered id. */
  | { readonly type: 'user.looked-up'; readonly user: number; readonly users: KnownDevices }
  // From the sessions actor. Without a session, the reply is 207.
  | { readonly type: 'session.answered'; readonly session: SessionId | undefined }
  // From the supervisor.
  /**
   * All connections are in use. The address of this connection has the most of them, and a client from
   * another address wants to connect.
   */
  | { readonly type: 'room.wanted' }
  | { readonly type: 'shutdown.requested' };

/** The keys of users, as the store knows them. */
interface KnownDevices {
  /** The newest device of a user; `undefined` if the id has no key. */
  deviceOf(user: number): Device | undefined;
}

/** The effects of a connection. The actor has one function for each. */
export type ConnectionAction =
  | 'submitChange'
  | 'lookUpUser'
  | 'openSession'
  | 'restartDeadline'
  | 'shortenDeadline'
  | 'sendReply'
  | 'sendIdentity'
  | 'sendSession'
  | 'sendUnavailable';

const effect = () => {};

export const connectionMachine = setup({
  types: {} as { events: ConnectionEvent },
  actions: {
    submitChange: effect,
    lookUpUser: effect,
    openSession: effect,
    restartDeadline: effect,
    shortenDeadline: effect,
    sendReply: effect,
    sendIdentity: effect,
    sendSession: effect,
    sendUnavailable: effect,
  } satisfies Record<ConnectionAction, () => void>,
  guards: {
    isRevoked: ({ event }) => event.type === 'change.answered' && event.reply === 'revoked',
    isLogin: ({ event }) =>
      event.type === 'change.answered' && event.reply === 200 && event.change.op === 'LOG',
  },
}).createMachine({
  id: 'connection',
  description: 'One TCP connection: one request, one reply, then close.',
  initial: 'receiving',
  states: {
    receiving: {
      description: 'Waits up to 10 s, from the accept of the connection, for a whole line or for TLS.',
      on: {
        'handshake.begun': { target: 'securing', description: 'The first byte begins TLS.' },
        'peer.refused': { target: 'closed', description: 'Too many handshakes: closed without a reply.' },
        'request.received': {
          target: 'committing',
          actions: ['restartDeadline', 'submitChange'],
          description: 'The store decides the reply.',
        },
        'request.decided': {
          target: 'replied',
          actions: ['restartDeadline', 'sendReply'],
          description: 'Not a request, too many requests, a banned client, or VER: no need for the store.',
        },
        'deadline.passed': { target: 'closed', description: 'Too slow: closed without a reply.' },
        'input.ended': { target: 'closed', description: 'The client sent no request: no reply.' },
        'socket.closed': 'closed',
        'room.wanted': { target: 'closed', description: 'No request yet, and others want to connect.' },
        'shutdown.requested': {
          actions: 'shortenDeadline',
          description: 'A request may be waiting to be read, so the connection waits a moment longer.',
        },
      },
    },
    securing: {
      description: 'TLS: waits for the handshake and for a whole line, within the same 10 s.',
      on: {
        'peer.refused': {
          target: 'closed',
          description: 'The handshake failed, or the certificates are not accepted: no reply.',
        },
        'request.received': { target: 'committing', actions: ['restartDeadline', 'submitChange'] },
        'question.received': { target: 'asking', actions: ['restartDeadline', 'lookUpUser'] },
        'request.decided': { target: 'replied', actions: ['restartDeadline', 'sendReply'] },
        'deadline.passed': { target: 'closed', description: 'Too slow: closed without a reply.' },
        'input.ended': 'closed',
        'socket.closed': 'closed',
        'room.wanted': { target: 'closed', description: 'No request yet, and others want to connect.' },
        'shutdown.requested': { actions: 'shortenDeadline' },
      },
    },
    committing: {
      description: 'Waits up to 10 s for the store to make the change durable.',
      on: {
        'change.answered': [
          { guard: 'isRevoked', target: 'closed', description: 'A revoked device gets no reply.' },
          {
            guard: 'isLogin',
            target: 'asking',
            actions: ['restartDeadline', 'openSession'],
            description: 'A LOG is answered when its session is open.',
          },
          {
            target: 'replied',
            actions: ['restartDeadline', 'sendReply'],
            description: 'The change is on disk, or the store refused it.',
          },
        ],
        'deadline.passed': {
          target: 'replied',
          actions: ['restartDeadline', 'sendUnavailable'],
          description: 'The store did not answer in time: 205.',
        },
        'socket.closed': { target: 'closed', description: 'The store still makes the change.' },
        'shutdown.requested': { description: 'The pending request is finished first.' },
      },
    },
    asking: {
      description: 'Waits up to 10 s for a new session, or for the key of an id.',
      on: {
        'session.answered': { target: 'replied', actions: ['restartDeadline', 'sendSession'] },
        'user.looked-up': { target: 'replied', actions: ['restartDeadline', 'sendIdentity'] },
        'deadline.passed': { target: 'replied', actions: ['restartDeadline', 'sendUnavailable'] },
        'socket.closed': 'closed',
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
