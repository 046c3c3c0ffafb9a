/**
 * Opens connections that send nothing. The server closes each of them after 10 s.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How many connections are opened at a time: they fit in the listener's queue. */
const OPENED_AT_A_TIME = 250;

/** Pause after the connections are open, in milliseconds: the cost of opening them is not measured. */
const SETTLE_MS = 1_000;

/**
 * Opens idle connections. The returned function closes the connections, and throws if the server has already
 * closed any of them.
 */
export async function openIdle(port: number, count: number): Promise<() => Promise<void>> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: OPENED_AT_A_TIME }, () => connect({ port, host: '127.0.0.1' }));
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    for (const socket of some) socket.resume().on('error', () => {});
    sockets.push(...some);
  }
  await delay(SETTLE_MS);
  return async () => {
    const open = sockets.filter((socket) => !socket.closed);
    for (const socket of open) socket.destroy();
    await Promise.all(open.map((socket) => socket.closed || once(socket, 'close')));
    if (open.length < count) throw new Error(`only ${open.length} of ${count} idle connections were open`);
  };
}
