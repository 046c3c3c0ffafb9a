/**
 * Finds the path of a server's administration socket. The server and the operator's commands derive the path
 * from the same options.
 */

import { lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findWritable } from '../storage/files/writers.js';
import type { ServerOptions } from './server-options.js';
import { StartError } from './start-error.js';

/** The longest path of a Unix socket on Linux, in bytes. */
const MAX_PATH_BYTES = 107;

/** The file name of the socket. */
const SOCKET = 'admin.sock';

/** Where the commands look if neither an option nor the environment names a directory. */
const RUNTIME_DIRECTORY = '/run/im';

/** The data directory of the service that systemd runs (system/im-server.service). */
const STATE_DIRECTORY = '/var/lib/im';

type SocketOptions = Pick<ServerOptions, 'adminSocket' | 'data' | 'directory'>;

/**
 * The path of the socket. Without `--admin-socket`, the socket is in the data directory; for a directory in
 * PostgreSQL, it is in the directory that systemd makes for the service. Returns `undefined` if no directory
 * is known.
 *
 * @throws StartError if the path is too long for a socket.
 */
export function adminSocketPath(options: SocketOptions, environment: NodeJS.ProcessEnv): string | undefined {
  const path = pathOf(options, environment);
  const bytes = Buffer.byteLength(path ?? '');
  if (path === undefined || bytes <= MAX_PATH_BYTES) return path;
  const option = options.adminSocket === undefined ? '--data' : '--admin-socket';
  throw new StartError(
    `${path} is too long for the administration socket (${bytes} bytes; at most ${MAX_PATH_BYTES}): ` +
      `choose a shorter path for ${option}${option === '--data' ? ', or set --admin-socket' : ''}`,
  );
}

/**
 * The path where the commands look for the socket: the path of {@link adminSocketPath}, or a path in
 * `/run/im` if no directory is known. If no option names a place, and the default data directory has no
 * socket, the commands use the socket of the service that systemd runs.
 *
 * @param isDefault True if no option names a place.
 * @param exists Whether a path exists, even as a link that this user may not follow.
 * @throws StartError
 */
export function adminSocketOfCommand(
  options: SocketOptions,
  environment: NodeJS.ProcessEnv,
  isDefault = false,
  exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
): string {
  const path = adminSocketPath(options, environment) ?? join(RUNTIME_DIRECTORY, SOCKET);
  return isDefault && !exists(path) && exists(STATE_DIRECTORY) ? join(STATE_DIRECTORY, SOCKET) : path;
}

/**
 * Checks whether other users may put their own socket in the place of this one. Such a user would receive the
 * operator's commands.
 *
 * @returns Why the directory of the socket must not be used, if all users of the machine may write to it.
 */
export async function findSocketProblem(
  path: string,
  warn: (message: string) => void,
): Promise<string | undefined> {
  const directory = dirname(path);
  const [writable] = await findWritable(directory, []);
  if (writable === undefined) return undefined;
  if (writable.by === 'group') {
    warn(`${directory} can be written by its group, which can replace the socket ${path}`);
    return undefined;
  }
  return (
    `all users of this machine can replace the socket ${path}: ` +
    'choose a directory for --admin-socket that only the user of the server can write to'
  );
}

function pathOf(
  { adminSocket, data, directory }: SocketOptions,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (adminSocket !== undefined) return resolve(adminSocket);
  if (directory === undefined) return resolve(data, SOCKET);
  // systemd separates several directories by colons.
  const [runtime = ''] = (environment['RUNTIME_DIRECTORY'] ?? '').split(':');
  return runtime === '' ? undefined : resolve(runtime, SOCKET);
}
