/**
 * Announces a user at one server until another server shows this user.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseBuddyList } from '../../../protocol/buddy-list.js';
import { encodeAnnouncement, encodeQuery } from '../../../protocol/datagram.js';
import type { UserId } from '../../../protocol/id.js';
import { until } from '../pause.js';
import { HOST } from '../wire.js';

/** Time between two announcements, in milliseconds. */
const INTERVAL_MS = 250;

/** Longest wait until the announcement is seen, in milliseconds. Both servers may have to start first. */
const TIMEOUT_MS = 60_000;

/** The call port of the first probe. Each later probe uses the next port. */
const FIRST_CALL_PORT = 10_000;
const CALL_PORTS = 50_000;

export interface ProbedUsers {
  readonly seen: UserId;
  /** The user who has `seen` on the list. */
  readonly seer: UserId;
}

let probes = 0;

/** @returns Whether the announcement was seen in time. */
export async function isSeen({ seen, seer }: ProbedUsers, at: number, from: number): Promise<boolean> {
  const callPort = FIRST_CALL_PORT + (probes++ % CALL_PORTS);
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  let isShown = false;
  socket.on('message', (bytes) => {
    const [buddy] = parseBuddyList(bytes.toString('latin1'));
    isShown ||= buddy?.endpoint?.port === callPort;
  });
  const announce = () => {
    socket.send(encodeAnnouncement(seen, 100, callPort), at, HOST);
    socket.send(encodeQuery(seer), from, HOST);
  };
  const timer = setInterval(announce, INTERVAL_MS);
  announce();
  await until(() => isShown, TIMEOUT_MS);
  clearInterval(timer);
  socket.close();
  return isShown;
}
