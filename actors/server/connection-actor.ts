/**
 * The connection's actor: owns one accepted socket and runs the chart of
 * machines/server/connection.ts over it.
 */

import type { Socket } from 'node:net';
import { assertEvent } from 'xstate';
import {
  type ConnectionAction,
  type ConnectionEvent,
  connectionMachine,
} from '../../machines/server/connection.js';
import type { Quota } from '../../machines/server/quota.js';
import { plainAddress } from '../../protocol/address.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { encodeReply } from '../../protocol/reply.js';
import { type Change, isChange, MAX_REQUEST_BYTES, parseRequest } from '../../protocol/request.js';
import type { Verdict } from '../../storage/store.js';
import type { BehaviourLogic, BehaviourScope } from '../../supervision/behaviour.js';
import { Deadline } from '../../supervision/deadline.js';
import type { Address } from '../../supervision/mailbox.js';
import { fromChart } from '../chart.js';
import type { Log } from '../log.js';
import type { StoreEvent } from './store-actor.js';

/**
 * Longest wait in milliseconds: from accept to a whole line; then for the store; then for the client to
 * close.
 */
export const CONNECTION_DEADLINE_MS = 10_000;

/** How long a connection without a request may delay the server's shutdown, in milliseconds. */
const LAST_REQUEST_MS = 50;

/** Most bytes after the request line that are read and ignored before the connection is cut. */
export const MAX_IGNORED_BYTES = 64 * 1024;

export interface ConnectionInput {
  readonly socket: Socket;
  readonly store: Address<StoreEvent>;
  /** Limits the REG requests of a source; the server replies 206 beyond it. */
  readonly registrations: Quota;
  readonly log: Log;
}

interface Connection extends ConnectionInput {
  readonly scope: BehaviourScope<ConnectionEvent>;
  /** Received bytes do not extend it: a client cannot stay connected by sending a byte now and then. */
  readonly deadline: Deadline<ConnectionEvent>;
  readonly acceptedAtMs: number;
  change: Change | undefined;
}

export const connectionLogic: BehaviourLogic<ConnectionEvent, ConnectionInput> = fromChart<
  ConnectionEvent,
  ConnectionAction,
  ConnectionInput,
  Connection
>(connectionMachine, {
  open(scope, input) {
    const deadline = new Deadline(scope, { type: 'deadline.passed' }, CONNECTION_DEADLINE_MS);
    const acceptedAtMs = scope.now();
    const connection: Connection = { ...input, scope, deadline, acceptedAtMs, change: undefined };
    listen(connection);
    return connection;
  },

  actions: {
    submitChange(connection, event) {
      assertEvent(event, 'request.received');
      const { change } = event;
      connection.change = change;
      connection.store.send({ type: 'change.commit', change, replyTo: connection.scope.self });
    },
    restartDeadline: ({ deadline }) => deadline.restart(CONNECTION_DEADLINE_MS),
    shortenDeadline: ({ deadline }) => deadline.restart(LAST_REQUEST_MS),
    sendReply(connection, event) {
      assertEvent(event, ['request.refused', 'change.answered']);
      reply(connection, event.reply);
    },
    sendUnavailable: (connection) => reply(connection, 205),
  },

  release({ deadline, socket }) {
    deadline.cancel();
    // V8 keeps a socket and its listeners alive until its next major collection.
    socket.removeAllListeners();
    socket.on('error', ignore);
    if (socket.writableEnded) socket.destroySoon();
    else socket.destroy();
  },
});

/** Turns the socket's events into the chart's events; the bytes of a line become a typed request here. */
function listen({ scope, socket, registrations }: Connection): void {
  const { self } = scope;
  /** Finds the end of the request line; `undefined` once the line is complete. */
  let splitter: LineSplitter | undefined = new LineSplitter(MAX_REQUEST_BYTES);
  let ignoredBytes = 0;

  function handleLine(line: Line): void {
    splitter = undefined;
    const request = line.cut ? undefined : parseRequest(line.bytes);
    if (request === undefined || !isChange(request)) self.send({ type: 'request.refused', reply: 201 });
    else if (exceedsQuota(request)) self.send({ type: 'request.refused', reply: 206 });
    else self.send({ type: 'request.received', change: request });
  }

  function exceedsQuota({ op }: Change): boolean {
    return op === 'REG' && !registrations.tryUse(socket.remoteAddress ?? '', 1, scope.now());
  }

  function onData(chunk: Buffer): void {
    if (splitter === undefined) {
      ignoredBytes += chunk.length;
      if (ignoredBytes > MAX_IGNORED_BYTES) self.send({ type: 'input.flooded' });
      return;
    }
    const [line] = splitter.push(chunk);
    if (line !== undefined) handleLine(line);
  }

  function onEnd(): void {
    if (splitter === undefined) return;
    const line = splitter.end();
    if (line !== undefined) handleLine(line);
    else self.send({ type: 'input.ended' });
  }

  socket.on('data', scope.guard(onData));
  socket.on('end', scope.guard(onEnd));
  socket.on('close', () => self.send({ type: 'socket.closed' }));
  // The socket emits 'close' next, which ends this actor.
  socket.on('error', ignore);
}

/** A broken connection is no fault of the server. */
function ignore(): void {}

function reply({ scope, socket, log, change, acceptedAtMs }: Connection, code: Verdict): void {
  if (code === 'revoked') socket.end();
  else socket.end(encodeReply(code), 'latin1');
  if (!log.isLevelEnabled('debug')) return;
  const from = plainAddress(socket.remoteAddress ?? 'unknown');
  log.debug({ from, ...change, reply: code, ms: Math.round(scope.now() - acceptedAtMs) }, 'request');
}
