/**
 * The part of the server's tree that serves requests over TCP.
 *
 *     tcp (rest_for_one)
 *     ├─ connections  one actor per connection, dynamic, temporary
 *     └─ listener     accepts
 *
 * The supervisor of connections starts before the listener accepts connections. When `connections` crashes,
 * the listener is restarted too.
 */

import type { Socket } from 'node:net';
import { networkOf, plainAddress } from '../../protocol/address.js';
import { type ChildSpec, child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { supervisor } from '../../supervision/supervisor.js';
import { RESTART_BACKOFF } from '../run-tree.js';
import { createRefuseClient } from './busy-replies.js';
import { type ConnectionInput, connectionLogic } from './connection-actor.js';
import { type ListenerInput, listenerLogic } from './listener.js';
import type { ServerLimits } from './server-limits.js';
import type { LimitName } from './server-meter.js';
import { CONNECTIONS, MAX_STASHED_EVENTS, SESSIONS, STORE } from './server-names.js';

/** How long a connection may take to finish its request when the server shuts down, in milliseconds. */
const SHUTDOWN_GRACE_MS = 2_000;

/** How many restarts the supervisor allows before it gives up. */
export const TCP_LIMITS: RestartLimits = { intensity: 20, periodMs: 10_000 };

export interface TcpOptions {
  readonly limits: ServerLimits;
  /** Returns the input of the listener. Called at each start of the listener. */
  readonly listener: () => Pick<ListenerInput, 'host' | 'port' | 'inherited'>;
  /** Returns the input that all connections share. Called when the listener starts and at each refusal. */
  readonly connection: () => Omit<ConnectionInput, 'socket' | 'store' | 'sessions'>;
}

/** The supervisor of the listener and the connections. Start it after the store and the sessions actor. */
export function tcpChild({ limits, listener, connection }: TcpOptions): ChildSpec {
  const refuse = createRefuseClient();

  /** Counts and logs a client that was refused before it could send a request. */
  function recordRefusal({ remoteAddress = 'unknown' }: Socket, limit: LimitName): void {
    const { meter, log, logsRequests } = connection();
    meter.recordRefusal(limit);
    log[logsRequests() ? 'info' : 'debug'](
      { from: plainAddress(remoteAddress), limit },
      'connection refused',
    );
  }

  const logic = supervisor({
    strategy: 'rest_for_one',
    limits: TCP_LIMITS,
    children: [
      child({
        id: CONNECTIONS,
        address: {
          stashLimit: MAX_STASHED_EVENTS,
          refuse: (event) => {
            if (event.type === 'child.start') refuse(event.input.socket);
          },
        },
        logic: dynamicSupervisor({
          template: {
            id: 'connection',
            logic: connectionLogic,
            restart: 'temporary',
            shutdown: SHUTDOWN_GRACE_MS,
          },
          limit: () => limits.maxConnections,
          quota: {
            limit: () => limits.maxConnectionsPerAddress,
            keyOf: networkOfClient,
            makesRoom: true,
          },
          refuse({ socket }, reason) {
            if (reason === 'limit') recordRefusal(socket, 'connections');
            if (reason === 'quota') recordRefusal(socket, 'connections-per-address');
            refuse(socket);
          },
        }),
      }),
      child({
        id: 'listener',
        logic: listenerLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          ...listener(),
          connections: addressOf(system, CONNECTIONS),
          shared: {
            ...connection(),
            store: addressOf(system, STORE),
            sessions: addressOf(system, SESSIONS),
          },
        }),
      }),
    ],
  });
  return child({ id: 'tcp', logic });
}

/** The network of a client's address. If the client has disconnected already, the address is empty. */
function networkOfClient({ socket }: ConnectionInput): string {
  return networkOf(socket.remoteAddress ?? '');
}
