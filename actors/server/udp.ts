/**
 * The UDP actor: owns the presence socket. Datagrams in become typed values here, and typed
 * answers become datagrams.
 */

import { createSocket, type RemoteInfo } from 'node:dgram';
import { plainAddress } from '../../protocol/address.js';
import { encodeBuddyList } from '../../protocol/buddy-list.js';
import { parseDatagram } from '../../protocol/datagram.js';
import type { Log } from '../log.js';
import { type BehaviourLogic, fromBehaviour } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { SocketBound } from './listener.js';
import type { PresenceAnswered, PresenceEvent } from './presence.js';

/** Most bytes of answers that wait for the network; beyond it answers are lost, as UDP may lose any. */
const MAX_SEND_QUEUE_BYTES = 8 * 1024 * 1024;

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
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  const logsRequests = log.isLevelEnabled('debug');

  function onDatagram(bytes: Buffer, remote: RemoteInfo): void {
    const datagram = parseDatagram(bytes);
    const from = { address: remote.address, port: remote.port };
    if (logsRequests) log.debug({ from, ...(datagram ?? { dropped: bytes.length }) }, 'datagram');
    if (datagram === undefined) return;
    if (datagram.op === 'GET') {
      presence.send({ type: 'presence.asked', id: datagram.id, from, replyTo: scope.self });
    } else {
      const address = plainAddress(remote.address);
      presence.send({ type: 'presence.announced', announcement: datagram, address });
    }
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
    receive({ to, buddies }) {
      if (socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) return;
      socket.send(encodeBuddyList(buddies), to.port, to.address, (error) => {
        if (error) log.debug({ err: error, to }, 'answer not sent');
      });
    },
    release: () => socket.close(),
  };
});
