/**
 * The heartbeat: says every ten seconds that its user is there, and asks who else is.
 *
 * It owns the client's UDP socket. Datagrams may be lost, the server may be down and come back on another
 * address: every beat starts over, so all of it heals by itself. When the server counts as lost, and how
 * often a question is retried, stands in machines/client/server-connectivity.ts.
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

/** Longest wait for the server to say over TCP why it is silent, in milliseconds. */
export const CAUSE_PATIENCE_MS = 4_000;

/** Where the server takes requests and datagrams: a name or an address, and its ports. */
export interface ServerPorts {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

export interface HeartbeatInput {
  readonly server: ServerPorts;
  readonly client: Address<HeartbeatReport>;
  /** Who was signed in, and where buddies called, when the heartbeat was restarted. */
  readonly user: { readonly id: UserId; readonly status: Status } | undefined;
  readonly callPort: number | undefined;
  /** True when the heartbeat was restarted after it had reported the server as lost. */
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
  /** The question under way for the cause of the server's silence. */
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
    this.#contact({ announces: true });
  }

  receive(event: HeartbeatEvent): void {
    switch (event.type) {
      case 'presence.set':
        if (event.id !== this.#user?.id) this.#sayGoodbye();
        this.#user = { id: event.id, status: event.status };
        return this.#contact({ announces: true });
      case 'port.bound':
        this.#callPort = event.port;
        return this.#contact({ announces: true });
      case 'beat.due':
        return this.#beat();
      case 'buddies.get':
      case 'query.overdue':
        return this.#step(event);
      case 'cause.found':
        // One that was asked for before, or for another user, says nothing of this silence.
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
    this.#contact({ announces: true });
  }

  /** Steps the chart, and runs the effects that it names. */
  #step(event: ServerConnectivityEvent): void {
    const [next, effects] = this.#steps.step(this.#serverConnectivity, event);
    this.#serverConnectivity = next;
    for (const effect of effects) this.#effects[effect as ServerConnectivityAction](event);
  }

  readonly #effects: Readonly<Record<ServerConnectivityAction, (event: ServerConnectivityEvent) => void>> = {
    sendQuery: () => this.#contact({ announces: false }),
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
    // The tree remembers it for the heartbeat after a restart.
    this.#scope.emit(event);
    this.#input.client.send(event);
  }

  /** Finds the server, then sends; a server that cannot be found is one that does not answer. */
  #contact({ announces }: { readonly announces: boolean }): void {
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

  /** Announces that the user is gone, on a socket that hears no answers any more. */
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
    // With a callback, an error is a datagram lost, like any other.
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
 * An address as answers from there will carry it: in its shortest form, and where it means this machine by
 * naming none, as the one that it stands for.
 */
function peerAddress(address: string): string {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const shortest = plainAddress(new SocketAddress({ address, family }).address);
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[shortest] ?? shortest;
}
