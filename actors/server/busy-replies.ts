/**
 * Turns away clients beyond a limit: 206, and close.
 *
 * A client that is turned away needs a descriptor for as long as it takes to read why; so only so many may
 * take their time, and who comes after them ends that of the first.
 */

import type { Socket } from 'node:net';
import { encodeReply } from '../../protocol/reply.js';

/** How long a client that is turned away may take to read why, in milliseconds. */
const LINGER_MS = 1_000;

/** Most clients at a time that are being turned away. */
export const MAX_LINGERING = 64;

/** Makes the function that turns clients away. */
export function refusals(): (socket: Socket) => void {
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
    socket.on('error', () => {}); // its affair, as for any client
    socket.resume();
    socket.end(encodeReply(206), 'latin1');
  };
}
