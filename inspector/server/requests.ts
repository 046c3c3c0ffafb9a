/**
 * The connections of browsers: so many at a time, and those that ask nothing make room for those that do.
 *
 * All of them come from this machine, so no share by address could tell a browser from a program that keeps
 * half requests open.
 */

import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request's headers may take, in milliseconds. */
const HEADERS_TIMEOUT_MS = 3_000;

/** How often Node.js looks whether headers took too long, in milliseconds. */
const HEADERS_CHECK_MS = 1_000;

/** The options of a server that waits for headers no longer than that. */
export const IMPATIENT: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: HEADERS_CHECK_MS,
};

/** Most connections of browsers at once; what they ask for besides streams is over in an instant. */
export const MAX_CONNECTIONS = 64;

/** Limits a server's connections: one too many ends the oldest that is not being answered, or itself. */
export function limitConnections(server: Server): void {
  /** Those that are not being answered, the oldest first. */
  const idle = new Set<Socket>();
  let count = 0;

  server.on('connection', (socket: Socket) => {
    count += 1;
    idle.add(socket);
    socket.on('close', () => {
      count -= 1;
      idle.delete(socket);
    });
    if (count <= MAX_CONNECTIONS) return;
    const [oldest = socket] = idle;
    idle.delete(oldest);
    oldest.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.on('close', () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
}
