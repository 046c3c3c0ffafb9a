/**
 * The limit on open files and sockets of this process.
 */

import { readFileSync } from 'node:fs';

/** Descriptors for the store's files, the server's own sockets, and connections that the server refuses. */
const RESERVED_DESCRIPTORS = 128;

/** The server accepts at least this many connections, even when the limit on descriptors is very low. */
const MIN_CONNECTIONS = 16;

/**
 * The number of TCP connections for which descriptors are available. Node.js has already raised the soft
 * limit to the hard limit.
 *
 * @param limits The text of `/proc/self/limits`. If it is `undefined`, as on systems other than Linux, the
 *   result is infinite.
 */
export function connectionsWithin(limits: string | undefined): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits ?? '') ?? [];
  if (soft === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(Number(soft) - RESERVED_DESCRIPTORS, MIN_CONNECTIONS);
}

/** Reads the limits of this process; `undefined` if the system does not provide them. */
export function ownLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return undefined;
  }
}
