/**
 * The kernel's table of TCP connections (`/proc/net/tcp`, `/proc/net/tcp6`, see proc(5)). It says how many of
 * the bytes that a socket sent are not confirmed by the other side.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import type { Endpoint } from '../../protocol/buddy-list.js';

/** The unconfirmed part of what a connection sent. */
export interface Unconfirmed {
  /** Bytes that the kernel took and the other side has not confirmed. */
  readonly bytes: number;
  /** True if a retransmission or a window probe of the kernel is unanswered. */
  readonly isRepeated: boolean;
}

/**
 * Looks up what the other side has not confirmed. Returns `missing` for a connection that is not in the
 * table, because it was reset or closed by both sides, and `unknown` on a system without such a table.
 */
export function lookUp({
  localPort,
  remotePort,
  remoteAddress,
}: Socket): Unconfirmed | 'missing' | 'unknown' {
  if (localPort === undefined || remotePort === undefined || remoteAddress === undefined) return 'missing';
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readTable);
  if (tables.every((table) => table === '')) return 'unknown';
  for (const table of tables) {
    const found = findConnection(table, localPort, { address: remoteAddress, port: remotePort });
    if (found !== undefined) return found;
  }
  return 'missing';
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
  const ends = addressesInHex(remote.address).map((address) => `${address}:${portInHex(remote.port)}`);
  for (const row of table.split('\n')) {
    // sl, local, remote, state, tx:rx, timer, retransmits, uid, unanswered probes, …
    const [, from, to, , queues, , repeats, , probes] = row.trim().split(/\s+/);
    if (!from?.endsWith(local) || to === undefined || !ends.includes(to)) continue;
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

/** An address as each table has it: words of 32 bits, in the order of bytes of this machine. */
function addressesInHex(address: string): string[] {
  const bytes = bytesOf(address.replace(/%.*$/, ''));
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => {
    const value = Buffer.from(bytes.slice(4 * word, 4 * word + 4));
    return (endianness() === 'LE' ? value.reverse() : value).toString('hex').toUpperCase();
  });
  const full = words.join('');
  const isMapped = full.startsWith(MAPPED);
  // A socket that takes IPv6 and IPv4 has IPv4 addresses in the table of IPv6.
  return isMapped ? [full, full.slice(MAPPED.length)] : [full];
}

/** The beginning of an IPv4-mapped IPv6 address. */
const MAPPED = `${'0'.repeat(16)}${endianness() === 'LE' ? 'FFFF0000' : '0000FFFF'}`;

/** The 16 bytes of an address, an IPv4 address as mapped. */
function bytesOf(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const last = dotted === null ? [] : dotted.slice(1).map(Number);
  const text = dotted === null ? address : address.slice(0, dotted.index).replace(/:$/, '');
  if (text === '' && dotted !== null) return [...Array<number>(10).fill(0), 255, 255, ...last];
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined) =>
    (part === undefined || part === '' ? [] : part.split(':')).flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });
  const [before, after] = [groups(head), [...groups(tail), ...last]];
  return [...before, ...Array<number>(Math.max(0, 16 - before.length - after.length)).fill(0), ...after];
}
