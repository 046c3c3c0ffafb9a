/**
 * im-server processes that share a directory in PostgreSQL.
 */

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { until } from './network.js';
import { emptyEnvironment, Program, type ServerProgram, temporaryDirectory } from './programs.js';

export const ON_FREE_PORTS = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];

/** A program, in the form that {@link Program} accepts. */
type Server = ConstructorParameters<typeof Program>[1];

/** Starts im-server with a directory, on free ports. */
export function startOn(
  t: ExecutionContext,
  url: string,
  ...args: readonly string[]
): Promise<ServerProgram> {
  return startVersion(t, 'im-server', url, ...args);
}

/** Starts a version of im-server with a directory, on free ports. */
export async function startVersion(
  t: ExecutionContext,
  version: Server,
  url: string,
  ...args: readonly string[]
): Promise<ServerProgram> {
  const program = new Program(t, version, ...ON_FREE_PORTS, '--directory', url, ...args);
  const [, tcp, udp, http] = await program.expect(
    /^im-server ready tcp=\S*:(\d+) udp=\S*:(\d+) (?:metrics=\S*:(\d+) )?directory=.*\n/,
  );
  return { program, tcp: Number(tcp), udp: Number(udp), http: Number(http ?? 0) };
}

/** Runs im-server to its end. */
export function runToEnd(t: ExecutionContext, ...args: readonly string[]) {
  return runVersion(t, 'im-server', ...args);
}

/** Runs a version of im-server to its end. */
export async function runVersion(t: ExecutionContext, version: Server, ...args: readonly string[]) {
  const program = new Program(t, version, ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** The log lines that a server has written so far. */
export function logOf({ program }: ServerProgram): { readonly level: number; readonly msg: string }[] {
  const lines = program.stderr.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line));
}

/** Waits for a line of the log. */
export async function untilLogged(server: ServerProgram, message: RegExp): Promise<void> {
  await until(() => logOf(server).some(({ msg }) => message.test(msg)));
}

/** Copies im-server, as it was built, into a new directory without packages. Returns the directory. */
export async function copyOfServer(t: ExecutionContext): Promise<string> {
  const checkout = await temporaryDirectory(t);
  await mkdir(join(checkout, 'bin'));
  for (const file of ['bin/im-server', 'package.json']) await cp(file, join(checkout, file));
  await cp(resolve('dist/programs'), join(checkout, 'dist/programs'), { recursive: true });
  return checkout;
}

/** The im-server in a directory that {@link copyOfServer} made. */
export function serverIn(t: ExecutionContext, checkout: string) {
  const path = join(checkout, 'bin/im-server');
  return { name: 'im-server', environment: emptyEnvironment(t), path } as const;
}

/** Replaces a text in the program of a copied server. Throws if the text does not occur exactly once. */
export async function patchServer(checkout: string, before: string, after: string): Promise<void> {
  const path = join(checkout, 'dist/programs/im-server.js');
  const parts = (await readFile(path, 'utf8')).split(before);
  if (parts.length !== 2) throw new Error(`the program has '${before}' ${parts.length - 1} times`);
  await writeFile(path, parts.join(after));
}
