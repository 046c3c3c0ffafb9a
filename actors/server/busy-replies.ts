/**
 * Refuses clients beyond a limit: sends 206, or another reply, and closes the connection.
 *
 * A refused client occupies a file descriptor until it has sent its request and read the reply. The number of
 * refused clients is therefore limited: at the limit, each new refused client cuts off the oldest one.
 */

import type { Socket } from 'node:net';
import { encodeReply } from '../../protocol/reply.js';

/** How long a refused client may take to send its request and to read the reply, in milliseconds. */
const LINGER_MS = 1_000;

/** The maximum number of refused clients that are still connected. */
export const MAX_LINGERING = 64;

/** Creates the function that refuses a client. */
export function createRefuseClient(reply: string = encodeReply(206)): (socket: Socket) => void {
  const lingering = new Set<Socket>();

  return (socket) => {
    const [first] = lingering;
    if (first !== undefined && lingering.size >= MAX_LINGERING) {
      lingering.delete(first);
      first.destroy();
    }
    lingering.add(socket);
    // biome-ignore lint/style/noRestrictedGlobals: no actor calls this, so no scope's clock is at hand.
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.on('close', () => {
      clearTimeout(timer);
      lingering.delete(socket);
    });
    socket.on('error', () => {}); // a broken connection is not a fault of the server
    socket.resume();
    socket.end(reply, 'latin1');
  };
}
