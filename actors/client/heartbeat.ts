/**
 * The heartbeat: announces the user's status to the server every ten seconds, and asks for the buddy list.
 *
 * It owns the client's UDP socket. Datagrams may be lost, and the server may be down and come back on another
 * address. Every beat looks up the server again and resends everything, so the client recovers by itself.
 * machines/client/server-connectivity.ts decides when the server counts as lost, and how often a question is
 * retried.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { SocketAddress } from 'node:net';
import type { SnapshotFrom } from 'xstate';
import type { HeartbeatCommand, HeartbeatReport } from '../../machines/client/events.js';
import type { PortBound } from '../../machines/client/restart-state.js';
import {
  QUERY_RETRY_MS,
  type ServerConnectivityAction,
  type ServerConnectivityEvent,
  serverConnectivityMachine,
} from '../../machines/client/server-connectivity.js';
import type { Silence } from '../../machines/client/silence.js';
import { type Steps, stepsOf } from '../../machines/steps.js';
import { plainAddress } from '../../protocol/address.js';
import { parseBuddyList } from '../../protocol/buddy-list.js';
import { encodeAnnouncement, encodeQuery } from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import { askWhySilent } from './ask-server.js';

/** Time between beats, in milliseconds. */
export const BEAT_MS = 10_000;

/** Longest wait for the server's answer over TCP about why it is silent over UDP, in milliseconds. */
export const CAUSE_PATIENCE_MS = 4_000;

export interface ServerPorts {
  /** Name or address. */
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

export interface HeartbeatInput {
  readonly server: ServerPorts;
  readonly client: Address<HeartbeatReport>;
  /** When the heartbeat was restarted: the user who was signed in, and the port for calls. */
  readonly user: { readonly id: UserId; readonly status: Status } | undefined;
  readonly callPort: number | undefined;
  /** True if the heartbeat was restarted after it had reported the server as lost. */
  readonly isServerLost: boolean;
}

type HeartbeatEvent =
  | HeartbeatCommand
  | PortBound
  // From the actor's own socket, look-ups and timers.
  | { readonly type: 'beat.due' }
  | { readonly type: 'query.overdue' }
  | { readonly type: 'cause.found'; readonly silence: Silence; readonly inquiry: AbortController }
  | { readonly type: 'server.located'; readonly address: string; readonly announces: boolean }
  | { readonly type: 'datagram.received'; readonly text: string; readonly from: RemoteInfo };

export const heartbeatLogic: BehaviourLogic<HeartbeatEvent, HeartbeatInput> = fromBehaviour(
  (scope, input) => new Heartbeat(scope, input),
);

class Heartbeat implements Behaviour<HeartbeatEvent> {
  readonly #scope: BehaviourScope<HeartbeatEvent>;
  readonly #input: HeartbeatInput;
  #beatTimer: Timer | undefined;
  #user: { readonly id: UserId; readonly status: Status } | undefined;
  #callPort: number | undefined;
  /** The server's address as of the last beat. */
  #address: string | undefined;
  #socket: Socket | undefined;
  readonly #steps: Steps<SnapshotFrom<typeof serverConnectivityMachine>, ServerConnectivityEvent>;
  #serverConnectivity: SnapshotFrom<typeof serverConnectivityMachine>;
  #queryTimer: Timer | undefined;
  /** The pending question about the cause of the server's silence. */
  #inquiry: AbortController | undefined;

  constructor(scope: BehaviourScope<HeartbeatEvent>, input: HeartbeatInput) {
    this.#scope = scope;
    this.#input = input;
    this.#user = input.user;
    this.#callPort = input.callPort;
    this.#beatTimer = scope.sendLater({ type: 'beat.due' }, BEAT_MS);
    this.#steps = stepsOf(serverConnectivityMachine, { wasLost: input.isServerLost });
    this.#serverConnectivity = this.#steps.first;
    if (this.#user === undefined) return;
    this.#step({ type: 'session.resumed' });
    this.#locateServer({ announces: true });
  }

  receive(event: HeartbeatEvent): void {
    switch (event.type) {
      case 'presence.set':
        if (event.id !== this.#user?.id) this.#sayGoodbye();
        this.#user = { id: event.id, status: event.status };
        return this.#locateServer({ announces: true });
      case 'port.bound':
        this.#callPort = event.port;
        return this.#locateServer({ announces: true });
      case 'beat.due':
        return this.#beat();
      case 'buddies.get':
      case 'query.overdue':
        return this.#step(event);
      case 'cause.found':
        // The answer to an older inquiry, or to one for another user, does not explain the current silence.
        if (event.inquiry === this.#inquiry) this.#step(event);
        return;
      case 'server.located':
        return this.#onLocated(event.address, event.announces);
      case 'datagram.received':
        return this.#onDatagram(event.text, event.from);
    }
  }

  shutdown(): void {
    this.#sayGoodbye(() => this.#scope.end());
  }

  release(): void {
    this.#scope.cancel(this.#beatTimer);
    this.#scope.cancel(this.#queryTimer);
    this.#inquiry?.abort();
    this.#socket?.close();
  }

  #beat(): void {
    this.#beatTimer = this.#scope.sendLater({ type: 'beat.due' }, BEAT_MS);
    if (this.#user === undefined) return;
    this.#step({ type: 'beat.sent' });
    this.#locateServer({ announces: true });
  }

  /** Steps the chart, and runs the effects that it returns. */
  #step(event: ServerConnectivityEvent): void {
    const [next, effects] = this.#steps.step(this.#serverConnectivity, event);
    this.#serverConnectivity = next;
    for (const effect of effects) this.#effects[effect as ServerConnectivityAction](event);
  }

  readonly #effects: Readonly<Record<ServerConnectivityAction, (event: ServerConnectivityEvent) => void>> = {
    sendQuery: () => this.#locateServer({ announces: false }),
    startQueryTimer: () => {
      this.#queryTimer = this.#scope.sendLater({ type: 'query.overdue' }, QUERY_RETRY_MS);
    },
    stopQueryTimer: () => this.#scope.cancel(this.#queryTimer),
    askCause: () => this.#askCause(),
    reportLost: (event) => this.#report({ type: 'server.lost', silence: silenceIn(event) }),
    reportFound: () => this.#report({ type: 'server.found' }),
    reportTimedOut: (event) =>
      this.#input.client.send({ type: 'buddies.timed-out', silence: silenceIn(event) }),
  };

  #askCause(): void {
    const { host, tcpPort: port } = this.#input.server;
    this.#inquiry?.abort();
    const inquiry = new AbortController();
    this.#inquiry = inquiry;
    const timer = this.#scope.callLater(() => inquiry.abort(), CAUSE_PATIENCE_MS);
    askWhySilent({ host, port }, this.#user?.id, inquiry.signal).then((silence) => {
      this.#scope.cancel(timer);
      this.#scope.self.send({ type: 'cause.found', silence, inquiry });
    });
  }

  #report(event: HeartbeatReport): void {
    // The tree keeps the event as restart state.
    this.#scope.emit(event);
    this.#input.client.send(event);
  }

  /** Looks up the server, then sends to it. A failed look-up counts as a server that does not answer. */
  #locateServer({ announces }: { readonly announces: boolean }): void {
    if (this.#user === undefined) return;
    lookup(this.#input.server.host, { order: 'ipv4first' }, (error, address) => {
      if (error !== null) return;
      this.#scope.self.send({ type: 'server.located', address: peerAddress(address), announces });
    });
  }

  #onLocated(address: string, announces: boolean): void {
    if (this.#user === undefined) return;
    if (address !== this.#address) {
      this.#socket?.close();
      this.#socket = undefined;
    }
    this.#address = address;
    this.#socket ??= this.#openSocket(address);
    const { id, status } = this.#user;
    if (announces && this.#callPort !== undefined) this.#send(encodeAnnouncement(id, status, this.#callPort));
    this.#send(encodeQuery(id));
  }

  #onDatagram(text: string, from: RemoteInfo): void {
    const { server, client } = this.#input;
    if (plainAddress(from.address) !== this.#address || from.port !== server.udpPort) return;
    this.#step({ type: 'answer.received' });
    client.send({ type: 'buddies.received', buddies: parseBuddyList(text), atMs: Date.now() });
  }

  /** Announces the user as OFFLINE, and closes the socket. Answers that still arrive are ignored. */
  #sayGoodbye(done: () => void = () => {}): void {
    const user = this.#user;
    const socket = this.#socket;
    this.#user = undefined;
    this.#socket = undefined;
    this.#inquiry?.abort();
    this.#inquiry = undefined;
    this.#step({ type: 'session.ended' });
    socket?.removeAllListeners('message');
    if (user === undefined || socket === undefined || this.#callPort === undefined) {
      socket?.close();
      return done();
    }
    const goodbye = encodeAnnouncement(user.id, 101, this.#callPort);
    socket.send(goodbye, this.#input.server.udpPort, this.#address, () => {
      socket.close();
      done();
    });
  }

  #send(datagram: string): void {
    // The callback ignores errors: they count as a lost datagram.
    this.#socket?.send(datagram, this.#input.server.udpPort, this.#address, () => {});
  }

  #openSocket(address: string): Socket {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (bytes, from) => {
      this.#scope.self.send({ type: 'datagram.received', text: bytes.toString('latin1'), from });
    });
    socket.on('error', (error) => this.#scope.fail(error));
    return socket;
  }
}

function silenceIn(event: ServerConnectivityEvent): Silence {
  return event.type === 'cause.found' ? event.silence : { cause: 'unknown' };
}

/**
 * The source address of answers from a server at this address, in its shortest form. A server at the
 * unspecified address (`0.0.0.0` or `::`) answers from the loopback address.
 */
function peerAddress(address: string): string {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const shortest = plainAddress(new SocketAddress({ address, family }).address);
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[shortest] ?? shortest;
}
