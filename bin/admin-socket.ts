/**
 * Where the administration socket of a server is. The server and the commands of its operator decide it by
 * the same options.
 */

import { join, resolve } from 'node:path';
import type { ServerOptions } from './server-options.js';

/** The longest path of a Unix socket on Linux, in bytes. */
const MAX_PATH_BYTES = 107;

/** The name of the socket in its directory. */
const SOCKET = 'admin.sock';

/** Where the commands look if neither an option nor the environment names a directory. */
const RUNTIME_DIRECTORY = '/run/im';

type SocketOptions = Pick<ServerOptions, 'adminSocket' | 'data' | 'directory'>;

/**
 * The path of the socket: in the data directory; for a directory in PostgreSQL, in the directory that systemd
 * makes for the service. `undefined` if no directory is known.
 *
 * @throws Error if the path is too long for a socket.
 */
export function adminSocketPath(options: SocketOptions, environment: NodeJS.ProcessEnv): string | undefined {
  const path = pathOf(options, environment);
  const bytes = Buffer.byteLength(path ?? '');
  if (path === undefined || bytes <= MAX_PATH_BYTES) return path;
  const option = options.adminSocket === undefined ? '--data' : '--admin-socket';
  throw new Error(
    `${path} is too long for the administration socket (${bytes} bytes; at most ${MAX_PATH_BYTES}): ` +
      `choose a shorter path for ${option}${option === '--data' ? ', or set --admin-socket' : ''}`,
  );
}

/** The path where the commands look: like {@link adminSocketPath}, or a default. @throws Error */
export function adminSocketOfCommand(options: SocketOptions, environment: NodeJS.ProcessEnv): string {
  return adminSocketPath(options, environment) ?? join(RUNTIME_DIRECTORY, SOCKET);
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
