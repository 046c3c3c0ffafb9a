/**
 * The server's program: reads the options, runs the server's tree, and sets the exit code.
 */

import { lookup } from 'node:dns/promises';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { complain, EXIT, runProgram } from './command-line.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { oldNodeNotice } from './node-version.js';
import { createServerCommand, SERVER_NAME, type ServerOptions } from './server-command.js';
import { type ServerStorage, useDataDirectory, useSharedDirectory } from './server-storage.js';

const MS_PER_SECOND = 1_000;

async function main(options: ServerOptions): Promise<void> {
  const { log, close } = await createLog(options.logLevel, options.logFormat);
  const storage =
    options.directory === undefined
      ? useDataDirectory(options.data, options.repair === true, log)
      : useSharedDirectory(options.directory, options.directoryAlone === true, log);

  const maxConnections = Math.min(options.maxConnections, connectionsWithin(ownLimits()));
  if (maxConnections < options.maxConnections) {
    log.warn(
      { asked: options.maxConnections, possible: maxConnections },
      'the limit on open files is too low for --max-connections',
    );
  }

  const warnings = [...(await warningsUnlessUnsafe(storage))];
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
    openStore: storage.openStore,
    identity: storage.identity,
    catchUpMs: storage.catchUpMs,
    openBus: storage.openBus,
    warmUpMs: options.warmUp * MS_PER_SECOND,
  });
  inspection?.show(server);
  // The server keeps running if its ready line cannot be written.
  process.stdout.on('error', () => {});
  onStopSignal(server.shutdown);

  if (await server.ready) {
    process.stdout.write(`${readyLine(server, storage)}\n`);
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

/**
 * Exits if all users may write to the directory; otherwise returns the warnings. If the check itself fails,
 * the store reports the error.
 */
async function warningsUnlessUnsafe(storage: ServerStorage): Promise<readonly string[]> {
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const reason = await storage.findAccessProblem(warn).catch(() => undefined);
  if (reason === undefined) return warnings;
  complain(SERVER_NAME, reason);
  process.exit(EXIT.failed);
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

function readyLine({ bound }: RunningServer, { place: [kind, where] }: ServerStorage): string {
  const [tcp, udp] = (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
  return `${SERVER_NAME} ready ${tcp} ${udp} ${kind}=${toDisplayText(where)}`;
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
