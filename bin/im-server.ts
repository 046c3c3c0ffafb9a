/**
 * The server's program: reads the options, runs the server's tree, and sets the exit code.
 */

import { lookup } from 'node:dns/promises';
import { resolve } from 'node:path';
import type { Log } from '../actors/log.js';
import { createServerIdentity, type ServerIdentity } from '../actors/server/server-identity.js';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { Identity } from '../keys/identity.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import type { Store } from '../storage/store.js';
import { ensureLockedServerSeed } from '../storage/text/server-identity.js';
import { openTextStore, type StoreReport } from '../storage/text/text-store.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { complain, EXIT, runProgram } from './command-line.js';
import { findAccessProblem } from './data-access.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { oldNodeNotice } from './node-version.js';
import { createServerCommand, SERVER_NAME, type ServerOptions } from './server-command.js';

async function main(options: ServerOptions): Promise<void> {
  const { log, close } = await createLog(options.logLevel, options.logFormat);
  const directory = resolve(options.data);
  // Repair only when the store is opened for the first time: a later repair could change the numbers of
  // users, which must stay the same while the process runs.
  let repair = options.repair === true;

  const maxConnections = Math.min(options.maxConnections, connectionsWithin(ownLimits()));
  if (maxConnections < options.maxConnections) {
    log.warn(
      { asked: options.maxConnections, possible: maxConnections },
      'the limit on open files is too low for --max-connections',
    );
  }

  let identity: ServerIdentity | undefined;
  const warnings = [...(await warningsUnlessUnsafe(directory))];
  const notice = oldNodeNotice();
  if (notice !== undefined) warnings.push(notice);
  const host = await addressToListenOn(options.host);
  const inspection = await openInspection(SERVER_NAME, options, log);
  const server = startServer({
    host,
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    maxConnections,
    ...(options.maxPerAddress !== undefined && { maxConnectionsPerAddress: options.maxPerAddress }),
    answerBytes: { burst: options.answerBurst, perSecond: options.answerRate },
    handshakeLimits: {
      perAddress: { burst: options.handshakeBurst, perSecond: options.handshakeRate },
      inAll: { burst: options.totalHandshakeBurst, perSecond: options.totalHandshakeRate },
      unfinished: options.maxHandshakes,
      unfinishedPerAddress: options.maxHandshakesPerAddress,
    },
    maxUsers: options.maxUsers,
    limitsLoopback: options.limitLoopback === true,
    log,
    ...(inspection && { onEmitted: inspection.record }),
    identity: () => identity as ServerIdentity,
    async openStore() {
      const onReport = (event: StoreReport) => logStoreEvent(log, event);
      const store = await openTextStore(directory, { repair, onReport });
      repair = false;
      identity ??= await readIdentity(store, directory);
      return store;
    },
  });
  inspection?.show(server);
  // The server keeps running if its ready line cannot be written.
  process.stdout.on('error', () => {});
  onStopSignal(server.shutdown);

  if (await server.ready) {
    process.stdout.write(`${readyLine(server, directory)}\n`);
    log.info({ pid: process.pid }, 'ready');
    for (const warning of warnings) log.warn({}, warning);
    if (!isLoopback(host)) {
      log.warn(
        { host },
        'ids without a key are open: anyone who can reach this server can act as their users',
      );
    }
    await server.ended;
    log.info({}, 'stopped');
  }
  const { error } = await server.ended;
  await inspection?.close();
  await close();
  if (error !== undefined) explain(error, options);
  await endProcess(error === undefined ? EXIT.done : EXIT.failed);
}

/** Reads the server's identity, or makes it at the first start. The open store holds the lock. */
async function readIdentity(store: Store, directory: string): Promise<ServerIdentity> {
  try {
    const seed = await ensureLockedServerSeed(new DataDirectory(DISK, directory));
    return createServerIdentity(Identity.fromSeed(seed), Date.now());
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Exits if all users may write to the directory; otherwise returns the warnings. If the check itself fails,
 * the store reports the error.
 */
async function warningsUnlessUnsafe(directory: string): Promise<readonly string[]> {
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const reason = await findAccessProblem(directory, warn).catch(() => undefined);
  if (reason === undefined) return warnings;
  complain(SERVER_NAME, reason);
  process.exit(EXIT.failed);
}

function logStoreEvent(log: Log, event: StoreReport): void {
  const { type, ...fields } = event;
  switch (type) {
    case 'tail.kept':
      return log.warn(fields, 'an interrupted write was dropped and kept in a .broken file');
    case 'snapshot.made':
      return log.debug(fields, 'snapshot made');
    case 'snapshot.failed':
      return log.warn({ err: event.error }, 'a snapshot failed and will be tried again');
    case 'store.upgraded':
      return log.info(fields, 'the database was written again in the format of this version');
    case 'line.dropped':
      return log.warn(fields, 'a damaged line could not be saved');
    case 'store.repaired':
      return log.warn(fields, 'the database was repaired');
    case 'store.renewed':
      return log.warn(fields, 'the database was rewritten');
  }
}

/** Resolves a host name once, so that both sockets listen on the same address. */
async function addressToListenOn(host: string): Promise<string> {
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch {
    complain(SERVER_NAME, unknownHost(host));
    process.exit(EXIT.failed);
  }
}

function unknownHost(host: string): string {
  return `cannot listen on ${host}: choose an address of this machine with --host`;
}

function readyLine({ bound }: RunningServer, directory: string): string {
  const [tcp, udp] = (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
  return `${SERVER_NAME} ready ${tcp} ${udp} data=${toDisplayText(directory)}`;
}

/** Prints why the server stopped. The log has further details of errors that the operator did not cause. */
function explain(error: unknown, options: ServerOptions): void {
  const cause = rootCause(error) as NodeJS.ErrnoException;
  const port = cause.syscall === 'bind' ? `UDP port ${options.udpPort}` : `TCP port ${options.tcpPort}`;
  const option = cause.syscall === 'bind' ? '--udp-port' : '--tcp-port';
  switch (cause.code) {
    case 'EADDRINUSE':
      return complain(SERVER_NAME, `${port} is in use: stop what uses it, or choose another with ${option}`);
    case 'EACCES':
      return complain(SERVER_NAME, `${port} needs privileges: choose a port above 1023 with ${option}`);
    case 'EADDRNOTAVAIL':
      return complain(SERVER_NAME, unknownHost(options.host));
    default:
      return complain(SERVER_NAME, cause instanceof Error ? cause.message : String(cause));
  }
}

await runProgram(createServerCommand(main));
