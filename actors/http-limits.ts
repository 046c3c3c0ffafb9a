/**
 * Limits the number of HTTP connections. When the limit is reached, idle connections are closed first.
 *
 * There is no quota per address. Most connections come from this machine or through one proxy, and therefore
 * from one address. With a quota, one program that keeps incomplete requests open could lock out all browsers
 * at this address.
 */

import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request's headers may take to arrive, in milliseconds. */
const HEADERS_TIMEOUT_MS = 3_000;

/** How often Node.js checks for requests whose headers are overdue, in milliseconds. */
const HEADERS_CHECK_MS = 1_000;

/** Server options that enforce {@link HEADERS_TIMEOUT_MS}. */
export const HEADER_TIMEOUTS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: HEADERS_CHECK_MS,
};

/** The maximum number of connections at once. Only the inspector's streams stay open for long. */
export const MAX_CONNECTIONS = 64;

/**
 * Limits a server's connections to {@link MAX_CONNECTIONS}. A connection beyond the limit closes the oldest
 * idle connection. If none is idle, the new connection is closed.
 */
export function limitConnections(server: Server): void {
  /** Connections without a response in progress, the oldest first. */
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
