/**
 * The kernel's table of TCP connections (`/proc/net/tcp`, `/proc/net/tcp6`, see proc(5)): how much of what a
 * socket sent the other side has not confirmed.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** What a connection waits for. */
export interface Unconfirmed {
  /** Bytes that the kernel has, and the other side has not confirmed. */
  readonly bytes: number;
  /** True where the kernel sent something again, or asked whether there is room, and had no answer. */
  readonly isRepeated: boolean;
}

/**
 * What a connection waits for. `missing` is one that is not in the table, because it was reset or closed by
 * both sides; `unknown` is the answer of a system without such a table.
 */
export function lookUp({ localPort, remotePort }: Socket): Unconfirmed | 'missing' | 'unknown' {
  if (localPort === undefined || remotePort === undefined) return 'missing';
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(tableOf);
  if (tables.every((table) => table === '')) return 'unknown';
  for (const table of tables) {
    const found = findConnection(table, localPort, remotePort);
    if (found !== undefined) return found;
  }
  return 'missing';
}

function tableOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // another system, which has no such table
  }
}

/** Finds the connection between two ports in a table: of the same two, one is enough. */
export function findConnection(
  table: string,
  localPort: number,
  remotePort: number,
): Unconfirmed | undefined {
  const [local, remote] = [localPort, remotePort].map((port) =>
    port.toString(16).toUpperCase().padStart(4, '0'),
  );
  for (const row of table.split('\n')) {
    // sl, local, remote, state, tx:rx, timer, retransmits, uid, unanswered probes, …
    const [, from, to, , queues, , repeats, , probes] = row.trim().split(/\s+/);
    if (!from?.endsWith(`:${local}`) || !to?.endsWith(`:${remote}`)) continue;
    const [sending = ''] = (queues ?? '').split(':');
    return {
      bytes: Number.parseInt(sending, 16),
      isRepeated: Number.parseInt(repeats ?? '', 16) > 0 || Number(probes) > 0,
    };
  }
  return undefined;
}
