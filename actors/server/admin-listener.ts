/**
 * Listens on the administration socket, a Unix socket that only the user of the server and root can open.
 */

import { chmodSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ChildStart } from '../../supervision/administration.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { AdminConnectionInput } from './admin-connection.js';

/** With this mask, only the owner can open the socket, from the moment when it exists. */
const SOCKET_UMASK = 0o077;
const SOCKET_MODE = 0o600;

export interface AdminListenerInput {
  /** The absolute path of the socket. */
  readonly path: string;
  readonly connections: Address<ChildStart<AdminConnectionInput>>;
  /** Passed to each connection. */
  readonly shared: Omit<AdminConnectionInput, 'socket'>;
}

/** Actor logic of the listener; ready when it listens. The socket is removed when the actor ends. */
export const adminListenerLogic: BehaviourLogic<never, AdminListenerInput> = fromBehaviour((scope, input) => {
  const { path, connections, shared } = input;
  const server = createServer({ allowHalfOpen: true });
  let hasEnded = false;

  const fail = (error: Error) =>
    scope.fail(new Error(`the administration socket ${path} cannot be made: ${error.message}`));

  server.on(
    'connection',
    scope.guard((socket: Socket) => {
      connections.send({ type: 'child.start', input: { ...shared, socket } });
    }),
  );
  server.on('error', fail);
  server.once(
    'listening',
    scope.guard(() => scope.ready()),
  );
  removeStale(path).then(
    scope.guard(() => {
      if (!hasEnded) listenPrivately(server, path);
    }),
    fail,
  );

  return {
    starting: true,
    receive: () => {},
    release() {
      hasEnded = true;
      server.close();
    },
  };
});

/**
 * Binds the socket. It is never open to other users, not even for a moment.
 *
 * The mask applies to the whole process. If another thread of Node.js creates a file or a directory at this
 * moment, other users cannot open it either. Its owner can use it as usual.
 */
function listenPrivately(server: Server, path: string): void {
  const before = process.umask(SOCKET_UMASK);
  try {
    server.listen(path); // binds at once
  } finally {
    process.umask(before);
  }
  // If the socket could not be bound, the server emits an error.
  if (server.listening) chmodSync(path, SOCKET_MODE);
}

/**
 * Removes the socket of a server that was killed. Rejects if a server listens on it, or if the file is not a
 * socket.
 */
async function removeStale(path: string): Promise<void> {
  const stats = await lstat(path).catch(ignoreMissing);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error('a file that is not a socket has this name');
  if (await isListening(path)) throw new Error('another server listens there');
  await unlink(path).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Whether a process listens on a socket. The kernel answers at once. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else if (error.code === 'EAGAIN') resolve(true);
      else reject(error);
    });
  });
}
