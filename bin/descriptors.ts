/**
 * How many files and sockets this process may have open.
 */

import { readFileSync } from 'node:fs';

/**
 * Descriptors that are kept for other things than connections: the store's files, sockets, connections being
 * refused.
 */
const RESERVED_DESCRIPTORS = 128;

/** Even where there are hardly any descriptors, somebody must be able to ask. */
const MIN_CONNECTIONS = 16;

/**
 * Most TCP connections for which there surely are descriptors. Node.js itself has raised the limit as far as
 * it may.
 *
 * @param limits The text of `/proc/self/limits`; without one, as on other systems than Linux, there is no
 *   limit.
 */
export function connectionsWithin(limits: string | undefined): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits ?? '') ?? [];
  if (soft === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(Number(soft) - RESERVED_DESCRIPTORS, MIN_CONNECTIONS);
}

/** The limits of this process, where the system tells them. */
export function ownLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return undefined;
  }
}
