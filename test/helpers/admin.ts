/**
 * The administration socket of a server: raw requests, and the commands as programs.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Operator } from '../../actors/server/admin-commands.js';
import { encodeAdminRequest } from '../../actors/server/admin-protocol.js';
import type { ServerOptions } from '../../actors/server/server-tree.js';
import { readToEnd } from './network.js';
import { emptyEnvironment, Program, temporaryDirectory } from './programs.js';
import { serve, type TestServer } from './server.js';

/** The operator who is named in the requests of tests. */
export const TESTER = { user: 'tester', uid: 7 } as const;

/** A request for `status`. */
export const STATUS_REQUEST = encodeAdminRequest(TESTER, { command: 'status' });

export interface AdminServer extends TestServer {
  /** The path of the socket. */
  readonly path: string;
  /** How often the server was asked to stop. */
  stops(): number;
}

/** Starts a server with an administration socket, in this process. */
export async function serveAdmin(
  t: ExecutionContext,
  options: Partial<ServerOptions> = {},
): Promise<AdminServer> {
  const path = join(await temporaryDirectory(t), 'admin.sock');
  let stops = 0;
  const operator: Operator = {
    describe: () => ({ version: '0', data: 'memory', limits: {}, warnings: [] }),
    reload: async () => ({ changed: {}, waiting: [] }),
    stop: () => {
      stops += 1;
    },
  };
  const server = await serve(t, { ...options, admin: { path, operator } });
  return { ...server, path, stops: () => stops };
}

export async function dialAdmin(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes to the socket, and returns the lines of the answer. */
export async function askAdmin(path: string, bytes: string | Uint8Array): Promise<readonly unknown[]> {
  const socket = await dialAdmin(path);
  socket.on('error', () => {});
  socket.write(bytes);
  const text = await readToEnd(socket);
  socket.destroy();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Runs im-server with these arguments to its end. */
export async function runServer(t: ExecutionContext, ...args: readonly string[]) {
  return runServerIn(t, {}, ...args);
}

/** Runs im-server with these variables and arguments to its end. */
export async function runServerIn(
  t: ExecutionContext,
  variables: NodeJS.ProcessEnv,
  ...args: readonly string[]
) {
  const environment = { ...emptyEnvironment(t), ...variables };
  const program = new Program(t, { name: 'im-server', environment }, ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}
