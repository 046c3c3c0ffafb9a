/**
 * The UDP actor: owns the presence socket. Datagrams in become typed values here, and typed
 * answers become datagrams.
 */

import { createSocket, type RemoteInfo } from 'node:dgram';
import { QUEUE_SHARE, Quota } from '../../machines/server/quota.js';
import { plainAddress } from '../../protocol/address.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import { parseDatagram } from '../../protocol/datagram.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Log } from '../log.js';
import type { SocketBound } from './listener.js';
import type { PresenceAnswered, PresenceEvent } from './presence.js';

/** Bytes of datagrams that may wait to be read, as far as the system allows: some 50 ms of a flood. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Most bytes of answers that wait for the network; beyond it answers are lost, as UDP may lose any. */
const MAX_SEND_QUEUE_BYTES = 8 * 1024 * 1024;

/** From so many on each source has only its share of the rest, programs of this machine too. */
const CROWDED_QUEUE_BYTES = MAX_SEND_QUEUE_BYTES / 2;

/** Whether an answer may join those that wait for the network. */
export function admitsToQueue(
  queuedBytes: number,
  shares: Quota,
  address: string,
  bytes: number,
  nowMs: number,
): boolean {
  if (queuedBytes <= CROWDED_QUEUE_BYTES) return true;
  return queuedBytes <= MAX_SEND_QUEUE_BYTES && shares.tryUse(address, bytes, nowMs);
}

export interface UdpInput {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly presence: Address<PresenceEvent>;
  readonly log: Log;
}

/** Actor logic of the presence socket; emits {@link SocketBound} and is ready when it is bound. */
export const udpLogic: BehaviourLogic<PresenceAnswered, UdpInput> = fromBehaviour((scope, input) => {
  const { host, port, presence, log } = input;
  const family = host.includes(':') ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Answers go to addresses: nothing is to be looked up, and nobody need wait for it.
    lookup: (address, _options, done) => done(null, address, family),
  });
  const shares = new Quota(QUEUE_SHARE, false);
  const logsRequests = log.isLevelEnabled('debug');

  function onDatagram(bytes: Buffer, remote: RemoteInfo): void {
    const datagram = parseDatagram(bytes);
    const from = { address: remote.address, port: remote.port };
    if (logsRequests) log.debug({ from, ...(datagram ?? { dropped: bytes.length }) }, 'datagram');
    // Nothing can be sent to port 0, whence somebody may pretend to ask.
    if (datagram === undefined || remote.port === 0) return;
    if (datagram.op === 'GET') {
      presence.send({ type: 'presence.asked', id: datagram.id, from, replyTo: scope.self });
    } else {
      const address = plainAddress(remote.address);
      presence.send({ type: 'presence.announced', announcement: datagram, address });
    }
  }

  function logUnsent(error: Error | null, to: Endpoint): void {
    if (error) log.debug({ err: error, to }, 'answer not sent');
  }

  socket.on('message', scope.guard(onDatagram));
  socket.on('error', (error) => scope.fail(error));
  socket.once(
    'listening',
    scope.guard(() => {
      const { address, port } = socket.address();
      scope.emit({ type: 'socket.bound', protocol: 'udp', host: address, port } satisfies SocketBound);
      scope.ready();
    }),
  );
  socket.bind({ address: host, port });

  return {
    starting: true,
    receive({ to, list }) {
      if (!admitsToQueue(socket.getSendQueueSize(), shares, to.address, list.length, scope.now())) return;
      // Without a callback an answer that cannot be sent is lost, as UDP may lose any.
      if (logsRequests) socket.send(list, to.port, to.address, (error) => logUnsent(error, to));
      else socket.send(list, to.port, to.address);
    },
    release: () => socket.close(),
  };
});
