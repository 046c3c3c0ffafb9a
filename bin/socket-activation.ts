/**
 * Receives sockets from systemd. systemd opens the sockets of im-server.socket, and passes them to im-server
 * as the descriptors 3, 4, …. The sockets stay open while the server restarts, so clients wait and are not
 * refused.
 */

import { readFileSync, readlinkSync } from 'node:fs';
import {
  InheritedDatagrams,
  InheritedListener,
  type InheritedSockets,
} from '../actors/server/inherited-sockets.js';
import { toDisplayText } from '../protocol/display-text.js';
import { StartError } from './start-error.js';

/** The first descriptor that systemd passes. */
const FIRST_DESCRIPTOR = 3;

/** The maximum number of sockets. A larger number must be a mistake. */
const MAX_SOCKETS = 64;

/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';

/** The kernel's tables of sockets, each with the number of the column that has the inodes. */
const TABLES = [
  ['tcp', 9],
  ['tcp6', 9],
  ['udp', 9],
  ['udp6', 9],
  ['unix', 6],
] as const;

type SocketKind = (typeof TABLES)[number][0] | 'connected' | 'unknown';

const KIND_NAMES: Readonly<Record<SocketKind, string>> = {
  tcp: 'a listening TCP socket',
  tcp6: 'a listening TCP socket',
  udp: 'a UDP socket',
  udp6: 'a UDP socket',
  unix: 'a Unix socket',
  connected: 'a TCP socket that does not listen (Accept=yes cannot be used)',
  unknown: 'not a listening or datagram socket of this network namespace',
};

/**
 * The purposes of sockets, each with the name of the socket in the unit, the protocol, the setting in the
 * unit, and the kinds of socket that fit.
 */
const PURPOSES = [
  { name: 'im-tcp', protocol: 'tcp', listen: 'ListenStream', kinds: ['tcp', 'tcp6'] },
  { name: 'im-udp', protocol: 'udp', listen: 'ListenDatagram', kinds: ['udp', 'udp6'] },
] as const satisfies readonly { readonly kinds: readonly SocketKind[]; readonly [key: string]: unknown }[];

/**
 * Returns the sockets that systemd passed to this process. Recognises a socket by its name, `im-tcp` or
 * `im-udp`, and a socket with any other name by its type.
 *
 * @param environment The variables of this process. This function removes the variables that systemd set.
 * @param kindOf Finds the type of a descriptor.
 * @throws {StartError} if a socket does not fit, or the variables are invalid.
 */
export function inheritSockets(
  environment: NodeJS.ProcessEnv,
  kindOf: (fd: number) => SocketKind = kindOfDescriptor,
): InheritedSockets {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  // If the process id differs, another process got these variables from systemd, and this process inherited
  // them.
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(process.pid)) return {};
  const count = Number(LISTEN_FDS);
  if (!Number.isInteger(count) || count < 0 || count > MAX_SOCKETS) {
    throw new StartError(
      `LISTEN_FDS is '${toDisplayText(LISTEN_FDS)}', not a number from 0 to ${MAX_SOCKETS}`,
    );
  }
  const names = LISTEN_FDNAMES.split(':');
  const found = new Map<'tcp' | 'udp', { readonly fd: number; readonly kind: SocketKind }>();
  for (let index = 0; index < count; index++) {
    const fd = FIRST_DESCRIPTOR + index;
    const kind = kindOf(fd);
    const name = names[index] || 'unnamed';
    const socket = `the socket from systemd with descriptor ${fd} (${toDisplayText(name)})`;
    const purpose = purposeOf(name, kind, socket);
    if (found.has(purpose.protocol)) {
      throw new StartError(`${socket} is one too many: set ${purpose.listen}= only once`);
    }
    found.set(purpose.protocol, { fd, kind });
  }
  const [tcp, udp] = [found.get('tcp'), found.get('udp')];
  return {
    tcp: tcp && new InheritedListener(tcp.fd),
    udp: udp && new InheritedDatagrams(udp.fd, udp.kind === 'udp6' ? 6 : 4),
  };
}

/** Finds the purpose of a socket. @throws {StartError} if the socket fits no purpose. */
function purposeOf(name: string, kind: SocketKind, socket: string): (typeof PURPOSES)[number] {
  const byName = PURPOSES.find((purpose) => purpose.name === name);
  const fits = ({ kinds }: (typeof PURPOSES)[number]) => (kinds as readonly SocketKind[]).includes(kind);
  const purpose = byName ?? PURPOSES.find(fits);
  if (purpose !== undefined && fits(purpose)) return purpose;
  const needed =
    byName === undefined ? 'a listening TCP socket or a UDP socket' : KIND_NAMES[byName.protocol];
  const setting = byName?.listen ?? 'ListenStream= or ListenDatagram';
  throw new StartError(
    `${socket} is ${KIND_NAMES[kind]}, but must be ${needed}: check ${setting}= in the unit of the socket`,
  );
}

/** Finds the type of a socket in the tables of the kernel. */
function kindOfDescriptor(fd: number): SocketKind {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? [];
    for (const [table, column] of inode === undefined ? [] : TABLES) {
      for (const line of readTable(table)) {
        const fields = line.trim().split(/\s+/);
        if (fields[column] !== inode) continue;
        return table.startsWith('tcp') && fields[3] !== LISTENING ? 'connected' : table;
      }
    }
  } catch {} // the descriptor is not open
  return 'unknown';
}

/** Reads the lines of a table. Returns no lines if the kernel does not have the protocol. */
function readTable(table: string): readonly string[] {
  try {
    return readFileSync(`/proc/self/net/${table}`, 'latin1').split('\n');
  } catch {
    return [];
  }
}
