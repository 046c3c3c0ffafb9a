/**
 * The connection's actor: owns one accepted socket and carries out the actions of the chart in
 * machines/server/connection.ts.
 */

import { assertEvent } from 'xstate';
import { DatagramSeal } from '../../keys/datagram-seal.js';
import {
  type ConnectionAction,
  type ConnectionEvent,
  connectionMachine,
} from '../../machines/server/connection.js';
import { plainAddress } from '../../protocol/address.js';
import type { UserId } from '../../protocol/id.js';
import { encodeReply, type ReplyCode } from '../../protocol/reply.js';
import { encodeWhoDetails } from '../../protocol/reply-details.js';
import type { LoginMode } from '../../protocol/request.js';
import type { BehaviourLogic, BehaviourScope } from '../../supervision/behaviour.js';
import { Deadline } from '../../supervision/deadline.js';
import type { Address } from '../../supervision/mailbox.js';
import { fromChart } from '../chart.js';
import { type Log, logVisibly } from '../log.js';
import { RequestReader, type RequestReaderInput } from './request-reader.js';
import type { RequestReply } from './server-meter.js';
import type { SessionsEvent } from './sessions.js';
import type { StoreEvent } from './store-events.js';

/**
 * Longest wait of a connection, in milliseconds. The wait starts again at each step: first the connection
 * waits for a whole line, then for the store, for the sessions actor, and for the client to close.
 */
export const CONNECTION_DEADLINE_MS = 10_000;

/** How long a connection without a request may delay the server's shutdown, in milliseconds. */
const LAST_REQUEST_MS = 500;

export interface ConnectionInput extends RequestReaderInput {
  readonly store: Address<StoreEvent>;
  readonly sessions: Address<SessionsEvent>;
  readonly log: Log;
  /** Whether requests are logged at `info`. Otherwise, they are logged at `debug`. */
  readonly logsRequests: () => boolean;
}

interface Connection extends ConnectionInput {
  readonly scope: BehaviourScope<ConnectionEvent>;
  readonly reader: RequestReader;
  /** Received bytes do not extend the deadline, so a client cannot stay connected by sending single bytes. */
  readonly deadline: Deadline<ConnectionEvent>;
  /** The mode of a LOG. */
  mode: LoginMode | undefined;
  hasReplied: boolean;
}

export const connectionLogic: BehaviourLogic<ConnectionEvent, ConnectionInput> = fromChart<
  ConnectionEvent,
  ConnectionAction,
  ConnectionInput,
  Connection
>(connectionMachine, {
  open(scope, input) {
    const deadline = new Deadline(scope, { type: 'deadline.passed' }, CONNECTION_DEADLINE_MS);
    const reader = new RequestReader(scope, input);
    input.meter.recordConnection(1);
    return { ...input, scope, reader, deadline, mode: undefined, hasReplied: false };
  },

  actions: {
    submitChange(connection, event) {
      assertEvent(event, 'request.received');
      const { change, mode } = event;
      connection.mode = mode;
      connection.store.send({ type: 'change.commit', change, replyTo: connection.scope.self });
    },
    lookUpUser(connection, event) {
      assertEvent(event, 'question.received');
      const { question } = event;
      const replyTo = connection.scope.self;
      connection.store.send({ type: 'user.look-up', id: question.id, purpose: undefined, replyTo });
    },
    openSession,
    restartDeadline: ({ deadline }) => deadline.restart(CONNECTION_DEADLINE_MS),
    shortenDeadline: ({ deadline }) => deadline.restart(LAST_REQUEST_MS),
    sendReply(connection, event) {
      assertEvent(event, ['request.decided', 'change.answered']);
      // The chart closes the connection of a revoked device.
      if (event.reply === 'revoked') return;
      const isDecided = event.type === 'request.decided';
      if (!isDecided && event.isOwner) recordUser(connection, event.change.id);
      if (!isDecided && event.change.op === 'REM' && event.reply === 200)
        logDeletion(connection, event.change.id);
      reply(connection, event.reply, isDecided ? event.details : undefined);
    },
    sendIdentity(connection, event) {
      assertEvent(event, 'user.looked-up');
      const { user, users } = event;
      if (user === -1) reply(connection, 202);
      else reply(connection, 200, encodeWhoDetails(users.deviceOf(user)));
    },
    sendSession(connection, event) {
      assertEvent(event, 'session.answered');
      if (event.session === undefined) reply(connection, 207);
      else reply(connection, 200, event.session);
    },
    sendUnavailable: (connection) => reply(connection, 205),
  },

  release(connection) {
    const { deadline, reader, meter } = connection;
    meter.recordConnection(-1);
    if (!connection.hasReplied) record(connection, 'none');
    deadline.cancel();
    reader.release();
  },
});

/** Passes the keys of the TLS connection to the sessions actor, whose answer decides the reply. */
function openSession(connection: Connection, event: ConnectionEvent): void {
  assertEvent(event, 'change.answered');
  const { reader, mode, sessions, scope } = connection;
  const { device, tls, address } = reader;
  const { id } = event.change;
  recordUser(connection, id);
  const seal = tls && DatagramSeal.fromTls(tls, 'server');
  // There is no seal if TLS has ended already. In that case, the event `socket.closed` follows.
  if (device === undefined || mode === undefined || seal === undefined) return;
  sessions.send({ type: 'session.open', id, device, mode, address, seal, replyTo: scope.self });
}

/**
 * Tells the handshake budget that a device with the key of the id connected from this address. The budget
 * may then refund the handshake of this connection.
 */
function recordUser({ handshakes, reader, scope }: Connection, id: UserId): void {
  handshakes.recordUser(reader.address, id, scope.now());
}

function logDeletion({ log, reader }: Connection, id: UserId): void {
  logVisibly(log, { id, from: plainAddress(reader.address) }, 'a user deleted their own id');
}

function reply(connection: Connection, code: ReplyCode, details?: string): void {
  connection.reader.end(encodeReply(code, details));
  connection.hasReplied = true;
  record(connection, code);
}

/** Counts the request, and logs it. */
function record({ scope, reader, log, logsRequests, meter }: Connection, reply: RequestReply): void {
  const { kind, requestMs } = reader;
  meter.recordRequest(kind, reply, requestMs);
  const level = logsRequests() ? 'info' : 'debug';
  // A connection without a request line has no log line: port scans and health checks are such connections.
  const isLogged = kind !== 'none' || reader.limit !== undefined;
  if (isLogged && log.isLevelEnabled(level)) log[level](fieldsOf(scope.self.id, reader, reply), 'request');
}

/** The fields of a log line. All of them are typed values, never raw text of the client. */
function fieldsOf(connection: string, reader: RequestReader, reply: RequestReply): object {
  const { request, kind, device, limit, requestMs } = reader;
  return {
    connection,
    from: plainAddress(reader.address === '' ? 'unknown' : reader.address),
    tls: reader.tls !== undefined,
    op: kind,
    ...(request !== undefined && 'id' in request && { id: request.id }),
    ...(request !== undefined &&
      'buddy' in request &&
      request.buddy !== undefined && { buddy: request.buddy }),
    ...(device !== undefined && { serial: device.serial }),
    reply,
    ...(limit !== undefined && { limit }),
    ms: Math.round(requestMs * 10) / 10,
  };
}
