/**
 * The kernel's table of TCP connections (`/proc/net/tcp`, `/proc/net/tcp6`, see proc(5)). For each socket,
 * the table shows how many sent bytes the other side has not confirmed yet.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { groupsOf, packIpv4, plainAddress } from '../../protocol/address.js';
import type { Endpoint } from '../../protocol/buddy-list.js';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** The unconfirmed part of what a connection sent. */
export interface Unconfirmed {
  /** Bytes that the kernel took and the other side has not confirmed. */
  readonly bytes: number;
  /** True if a retransmission or a window probe of the kernel is unanswered. */
  readonly isRepeated: boolean;
}

/**
 * Looks up what the other side has not confirmed. Returns `missing` if the connection is not in the table,
 * because it was reset, or was closed by both sides. Returns `unknown` on a system without such a table.
 */
export function lookUp({
  localPort,
  remotePort,
  remoteAddress,
}: Socket): Unconfirmed | 'missing' | 'unknown' {
  if (localPort === undefined || remotePort === undefined || remoteAddress === undefined) return 'missing';
  let hasTable = false;
  for (const path of TABLES) {
    const table = readTable(path);
    hasTable ||= table !== '';
    const found = findConnection(table, localPort, { address: remoteAddress, port: remotePort });
    if (found !== undefined) return found;
  }
  return hasTable ? 'missing' : 'unknown';
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // a system other than Linux has no such table
  }
}

/**
 * Finds a connection in a table by its local port, and by the address and port of the other end. The ports
 * alone are not enough: buddies on several machines may call from the same port.
 */
export function findConnection(table: string, localPort: number, remote: Endpoint): Unconfirmed | undefined {
  const local = `:${portInHex(localPort)}`;
  const ends = addressesInHex(remote.address).map(
    (address) => `${local} ${address}:${portInHex(remote.port)} `,
  );
  for (const row of table.split('\n')) {
    // A table may have thousands of rows, and most belong to other connections: parse only rows that match.
    if (!ends.some((end) => row.includes(end))) continue;
    // sl, local, remote, state, tx:rx, timer, retransmits, uid, unanswered probes, …
    const [, , , , queues, , repeats, , probes] = row.trim().split(/\s+/);
    const [sending = ''] = (queues ?? '').split(':');
    return {
      bytes: Number.parseInt(sending, 16),
      isRepeated: Number.parseInt(repeats ?? '', 16) > 0 || Number(probes) > 0,
    };
  }
  return undefined;
}

function portInHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** An address in the form of the tables: words of 32 bits, in the byte order of this machine. */
function addressesInHex(address: string): string[] {
  const plain = plainAddress(address.replace(/%.*$/, ''));
  const packed = packIpv4(plain);
  // If a socket accepts both IPv6 and IPv4, its IPv4 connections are in the IPv6 table, as mapped addresses.
  if (packed !== undefined) return [wordInHex(packed), [0, 0, 0xffff, packed].map(wordInHex).join('')];
  const groups = groupsOf(plain).map((group) => Number.parseInt(group, 16));
  const words = [0, 2, 4, 6].map((at) => (groups[at] ?? 0) * 0x1_0000 + (groups[at + 1] ?? 0));
  return [words.map(wordInHex).join('')];
}

function wordInHex(word: number): string {
  const bytes = Buffer.alloc(4);
  if (endianness() === 'LE') bytes.writeUInt32LE(word);
  else bytes.writeUInt32BE(word);
  return bytes.toString('hex').toUpperCase();
}
