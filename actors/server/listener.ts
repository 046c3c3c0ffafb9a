/**
 * The TCP listener: accepts connections and hands each socket to the supervisor of connections.
 */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { EventObject } from 'xstate';
import type { Quota } from '../../machines/server/quota.js';
import type { ChildStart } from '../../supervision/administration.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Log } from '../log.js';
import type { ConnectionInput } from './connection-actor.js';
import type { StoreEvent } from './store-actor.js';

/** Most connections that wait in the kernel to be accepted. */
const ACCEPT_BACKLOG = 4_096;

/** Emitted by whoever owns a server's socket, when it is bound. */
export interface SocketBound {
  readonly type: 'socket.bound';
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
}

/** Tells the event of a bound socket from any other that a tree emits. */
export function isSocketBound(event: EventObject): event is SocketBound {
  return event.type === 'socket.bound';
}

export interface ListenerInput {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly connections: Address<ChildStart<ConnectionInput>>;
  /** Handed on to each connection, like the next two. */
  readonly store: Address<StoreEvent>;
  readonly registrations: Quota;
  readonly log: Log;
}

/** Actor logic of the listener; emits {@link SocketBound} and is ready when it is bound. */
export const listenerLogic: BehaviourLogic<never, ListenerInput> = fromBehaviour((scope, input) => {
  const { host, port, connections, store, registrations, log } = input;
  // A client may half-close after its line and still wants the reply.
  const server = createServer({ allowHalfOpen: true });

  server.on(
    'connection',
    scope.guard((socket: Socket) => {
      connections.send({ type: 'child.start', input: { socket, store, registrations, log } });
    }),
  );
  server.on('error', (error) => scope.fail(error));
  server.once(
    'listening',
    scope.guard(() => {
      const { address, port: boundPort } = server.address() as AddressInfo;
      scope.emit({
        type: 'socket.bound',
        protocol: 'tcp',
        host: address,
        port: boundPort,
      } satisfies SocketBound);
      scope.ready();
    }),
  );
  server.listen({ host, port, backlog: ACCEPT_BACKLOG });

  return {
    starting: true,
    receive: () => {},
    release: () => server.close(),
  };
});
