/**
 * The TCP listener: accepts connections and passes each socket to the supervisor of connections.
 */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { EventObject } from 'xstate';
import type { ChildStart } from '../../supervision/administration.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { ConnectionInput } from './connection-actor.js';
import type { InheritedListener, ListenerEvents } from './inherited-sockets.js';

/** The maximum number of connections that the kernel queues until they are accepted. */
const ACCEPT_BACKLOG = 4_096;

/** Emitted by the listener, the UDP actor and the monitor when their sockets are bound. */
export interface SocketBound {
  readonly type: 'socket.bound';
  readonly protocol: 'tcp' | 'udp' | 'http';
  readonly host: string;
  readonly port: number;
}

/** True for {@link SocketBound} among the events that a tree emits. */
export function isSocketBound(event: EventObject): event is SocketBound {
  return event.type === 'socket.bound';
}

export interface ListenerInput {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Used in place of a new socket. */
  readonly inherited: InheritedListener | undefined;
  readonly connections: Address<ChildStart<ConnectionInput>>;
  /** Passed to each connection. */
  readonly shared: Omit<ConnectionInput, 'socket'>;
}

/** Actor logic of the listener. Emits {@link SocketBound} and is ready when its socket is bound. */
export const listenerLogic: BehaviourLogic<never, ListenerInput> = fromBehaviour((scope, input) => {
  const { host, port, inherited, connections, shared } = input;
  const events: ListenerEvents = {
    onConnection: scope.guard((socket: Socket) => {
      connections.send({ type: 'child.start', input: { ...shared, socket } });
    }),
    onError: (error) => scope.fail(error),
    onListening: scope.guard(({ address, port: boundPort }: AddressInfo) => {
      scope.emit({
        type: 'socket.bound',
        protocol: 'tcp',
        host: address,
        port: boundPort,
      } satisfies SocketBound);
      scope.ready();
    }),
  };
  const release = inherited?.borrow(events, ACCEPT_BACKLOG) ?? listen(events, host, port);
  return { starting: true, receive: () => {}, release };
});

/** Opens a listening socket. Returns a function that closes it. */
function listen(events: ListenerEvents, host: string, port: number): () => void {
  // A client may half-close the connection after its line, and still expects the reply.
  const server = createServer({ allowHalfOpen: true });
  server.on('connection', events.onConnection);
  server.on('error', events.onError);
  server.once('listening', () => events.onListening(server.address() as AddressInfo));
  server.listen({ host, port, backlog: ACCEPT_BACKLOG });
  return () => server.close();
}
