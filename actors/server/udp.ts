/**
 * The UDP actor: owns the presence socket. It decodes the datagrams that it receives, passes them to presence
 * and sessions, and sends their answers.
 */

import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { QUEUE_SHARE, Quota } from '../../machines/server/quota.js';
import { plainAddress } from '../../protocol/address.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import { parseDatagram } from '../../protocol/datagram.js';
import { isSealed, MAX_SEALED_QUESTION_BYTES, parseSealed } from '../../protocol/sealed-datagram.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Log } from '../log.js';
import type { Bans } from './bans.js';
import type { DatagramEvents, InheritedDatagrams } from './inherited-sockets.js';
import type { SocketBound } from './listener.js';
import type { PresenceAnswered, PresenceEvent } from './presence.js';
import type { ServerMeter } from './server-meter.js';
import type { DatagramReady, SessionsEvent } from './sessions.js';

/**
 * The size of the receive buffer that the server requests from the kernel. The buffer holds the datagrams of
 * about 50 ms of a flood. An inherited socket keeps its own buffer, because systemd may be allowed to request
 * a larger one.
 */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * The maximum number of bytes of answers in the send queue. Further answers are dropped. Clients must expect
 * this, because UDP may lose any datagram.
 */
const MAX_SEND_QUEUE_BYTES = 8 * 1024 * 1024;

/** Above this length of the send queue, a quota applies to every source, even to programs on this machine. */
const CROWDED_QUEUE_BYTES = MAX_SEND_QUEUE_BYTES / 2;

/** Whether the send queue has room for an answer to this source. */
export function admitsToQueue(
  queuedBytes: number,
  quota: Quota,
  address: string,
  bytes: number,
  nowMs: number,
): boolean {
  if (queuedBytes <= CROWDED_QUEUE_BYTES) return true;
  return queuedBytes <= MAX_SEND_QUEUE_BYTES && quota.tryUse(address, bytes, nowMs);
}

export interface UdpInput {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Used in place of a new socket. */
  readonly inherited: InheritedDatagrams | undefined;
  readonly presence: Address<PresenceEvent>;
  readonly sessions: Address<SessionsEvent>;
  /** Datagrams from banned addresses are dropped. */
  readonly bans: Bans;
  /** Limits the datagrams of a source. Datagrams beyond the limit are dropped. */
  readonly datagrams: Quota;
  readonly log: Log;
  readonly meter: ServerMeter;
}

/** Actor logic of the presence socket. Emits {@link SocketBound} and is ready when the socket is bound. */
export const udpLogic: BehaviourLogic<PresenceAnswered<unknown> | DatagramReady, UdpInput> = fromBehaviour(
  (scope, input) => {
    const { host, port, inherited, presence, sessions, bans, datagrams, log, meter } = input;
    const family = inherited?.family ?? (host.includes(':') ? 6 : 4);
    const options: SocketOptions = {
      type: `udp${family}`,
      // Answers go to numeric addresses, which need no lookup. The default lookup would delay each send.
      lookup: (address, _options, done) => done(null, address, family),
    };
    const quota = new Quota(QUEUE_SHARE, false);

    function onDatagram(bytes: Buffer, remote: RemoteInfo): void {
      if (bans.ofAddress(remote.address) !== undefined)
        return meter.recordDatagram('unreadable', isSealed(bytes), 'denied');
      // Checked before the datagram is parsed: a flood must cost as little as possible.
      if (!datagrams.tryUse(remote.address, 1, scope.now())) {
        meter.recordRefusal('datagrams');
        return meter.recordDatagram('unreadable', isSealed(bytes), 'limited');
      }
      const from = { address: remote.address, port: remote.port };
      if (isSealed(bytes)) return onSealed(bytes, from);
      const datagram = parseDatagram(bytes);
      if (log.isLevelEnabled('debug'))
        log.debug({ from, ...(datagram ?? { dropped: bytes.length }) }, 'datagram');
      // A forged datagram may come from port 0, to which no answer can be sent.
      if (datagram === undefined || remote.port === 0)
        return meter.recordDatagram(datagram?.op ?? 'unreadable', false, 'invalid');
      if (datagram.op === 'GET') {
        presence.send({ type: 'presence.asked', id: datagram.id, from, replyTo: scope.self });
      } else {
        const address = plainAddress(remote.address);
        presence.send({ type: 'presence.announced', announcement: datagram, address });
      }
    }

    function onSealed(bytes: Buffer, from: Endpoint): void {
      const datagram = parseSealed(bytes, MAX_SEALED_QUESTION_BYTES);
      if (log.isLevelEnabled('debug'))
        log.debug({ from, session: datagram?.session, bytes: bytes.length }, 'sealed datagram');
      if (datagram === undefined || from.port === 0)
        return meter.recordDatagram('unreadable', true, 'invalid');
      sessions.send({ type: 'datagram.sealed', datagram, from, replyTo: scope.self });
    }

    function logUnsent(error: Error | null, to: Endpoint): void {
      if (error) log.debug({ err: error, to }, 'answer not sent');
    }

    const events: DatagramEvents = {
      onDatagram: scope.guard(onDatagram),
      onError: (error) => scope.fail(error),
      onListening: scope.guard(({ address, port }: AddressInfo) => {
        scope.emit({ type: 'socket.bound', protocol: 'udp', host: address, port } satisfies SocketBound);
        scope.ready();
      }),
    };
    const { socket, release } = inherited?.borrow(events, options) ?? bind(events, options, host, port);

    return {
      starting: true,
      receive(event) {
        const { to, bytes } = event;
        const isSealed = event.type === 'datagram.ready';
        const kind = isSealed ? event.kind : 'GET';
        if (!admitsToQueue(socket.getSendQueueSize(), quota, to.address, bytes.length, scope.now())) {
          meter.recordRefusal('send-queue');
          return meter.recordDatagram(kind, isSealed, 'limited');
        }
        meter.recordDatagram(kind, isSealed, isSealed ? event.outcome : 'answered');
        // Without a callback, Node.js ignores a failed send. That is fine: UDP may lose any answer.
        if (log.isLevelEnabled('debug'))
          socket.send(bytes, to.port, to.address, (error) => logUnsent(error, to));
        else socket.send(bytes, to.port, to.address);
      },
      release,
    };
  },
);

/** Opens a socket. Returns it with a function that closes it. */
function bind(
  events: DatagramEvents,
  options: SocketOptions,
  host: string,
  port: number,
): { readonly socket: Socket; readonly release: () => void } {
  const socket = createSocket({ ...options, recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('message', events.onDatagram);
  socket.on('error', events.onError);
  socket.once('listening', () => events.onListening(socket.address()));
  socket.bind({ address: host, port });
  return { socket, release: () => socket.close() };
}
