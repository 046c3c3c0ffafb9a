/**
 * Sends one command to a running server through its administration socket, and reads the answer.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import {
  type AdminCaller,
  type AdminFailure,
  type AdminFields,
  type AdminRequest,
  encodeAdminRequest,
  MAX_ADMIN_ANSWER_BYTES,
  parseAdminLine,
} from '../actors/server/admin-protocol.js';
import { LineSplitter } from '../protocol/line-splitter.js';

/** Longest wait for the next line of an answer, in milliseconds. A change may take 10 s. */
const SILENCE_MS = 30_000;

const NO_ANSWER = 'the server ended the connection before it had answered';

/** The server answered that it did not carry out a command. */
export class CommandFailed extends Error {
  constructor(readonly failure: AdminFailure) {
    super(failure.message);
  }
}

/**
 * Sends a command. Returns its result.
 *
 * @param onRow Receives each row of a list. The next row is read when the promise of `onRow` has resolved.
 * @throws CommandFailed when the server did not carry out the command; Error when there was no answer.
 */
export async function sendCommand(
  path: string,
  request: AdminRequest,
  onRow: (row: AdminFields) => Promise<void> = async () => {},
): Promise<AdminFields> {
  const socket = await dial(path);
  try {
    socket.write(encodeAdminRequest(caller(), request));
    const done = await readAnswer(socket, onRow);
    // The server's process closes the connection when it ends.
    if (request.command === 'stop') await endOf(socket);
    return done;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The server closed the connection before it had read the request.
    if (code === 'EPIPE' || code === 'ECONNRESET') throw new Error(NO_ANSWER);
    throw error;
  } finally {
    socket.destroy();
  }
}

async function readAnswer(socket: Socket, onRow: (row: AdminFields) => Promise<void>): Promise<AdminFields> {
  const splitter = new LineSplitter(MAX_ADMIN_ANSWER_BYTES);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    for (const { bytes, cut } of splitter.push(chunk as Buffer)) {
      const line = cut ? undefined : parseAdminLine(bytes);
      if (line === undefined) throw new Error('the server sent an answer that this program does not know');
      if ('row' in line) {
        // No limit here: the reader of the output may be a person who pages through a list.
        socket.setTimeout(0);
        await onRow(line.row);
        socket.setTimeout(SILENCE_MS);
      } else if ('done' in line) return line.done;
      else throw new CommandFailed(line.failed);
    }
  }
  throw new Error(NO_ANSWER);
}

async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('the server does not answer')));
  try {
    await once(socket, 'connect');
    socket.on('error', () => {}); // the reader of the answer reports it
    return socket;
  } catch (error) {
    throw new Error(reasonOf(path, error as NodeJS.ErrnoException));
  }
}

function reasonOf(path: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `no server runs here: there is no ${path} (choose another place with --data or --admin-socket)`;
    case 'ECONNREFUSED':
      return `no server runs here: ${path} is left over from a server that was killed`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to use ${path}: only the user of the server, and root, may administer it`;
    case 'EAGAIN':
      return 'the server is busy with other commands: try again';
    default:
      return `${path}: ${message}`;
  }
}

/** The user who runs this program. */
function caller(): AdminCaller {
  const sudoUser = process.env['SUDO_USER'];
  const uid = process.getuid?.();
  return {
    user: userName(uid),
    ...(uid !== undefined && { uid }),
    ...(sudoUser !== undefined && { sudoUser }),
  };
}

/** The name of the user who runs this program. A user id may have no name, as in a container. */
function userName(uid: number | undefined): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${uid}`;
  }
}

/** Resolves when the other side has closed the connection. */
function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readableEnded || socket.destroyed) resolve();
    else socket.once('close', () => resolve()).resume();
  });
}
