/**
 * The server's program: options in, a running tree, an exit code out.
 */

import { lookup } from 'node:dns/promises';
import { resolve } from 'node:path';
import type { Log } from '../actors/log.js';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { openTextStore, type StoreNews } from '../storage/text/text-store.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { complain, EXIT } from './command-line.js';
import { whyUnsafe } from './data-access.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { createServerCommand, SERVER_NAME, type ServerOptions } from './server-command.js';

async function main(options: ServerOptions): Promise<void> {
  const { log, close } = await createLog(options.logLevel, options.logFormat);
  const directory = resolve(options.data);
  // Users keep their numbers while the process runs: what is repaired is repaired before.
  let repair = options.repair === true;

  const maxConnections = Math.min(options.maxConnections, connectionsWithin(ownLimits()));
  if (maxConnections < options.maxConnections) {
    log.warn(
      { asked: options.maxConnections, possible: maxConnections },
      'too few open files for so many connections',
    );
  }

  const warnings = await warningsUnlessUnsafe(directory);
  const host = await addressToListenOn(options.host);
  const inspection = await openInspection(SERVER_NAME, options, log);
  const server = startServer({
    host,
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    maxConnections,
    ...(options.maxPerAddress !== undefined && { maxConnectionsPerAddress: options.maxPerAddress }),
    answerBytes: { burst: options.answerBurst, perSecond: options.answerRate },
    maxUsers: options.maxUsers,
    limitsLoopback: options.limitLoopback === true,
    log,
    ...(inspection && { onEmitted: inspection.record }),
    openStore: () => {
      const opened = openTextStore(directory, { repair, onNews: (news) => logNews(log, news) });
      repair = false;
      return opened;
    },
  });
  inspection?.show(server);
  // Whoever started it may not care for its ready line.
  process.stdout.on('error', () => {});
  onStopSignal(server.shutdown);

  if (await server.ready) {
    process.stdout.write(`${readyLine(server, directory)}\n`);
    log.info({ pid: process.pid }, 'ready');
    for (const warning of warnings) log.warn({}, warning);
    if (!isLoopback(host)) {
      log.warn(
        { host },
        'no passwords: all who reach this server can read and change what any user has here',
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

/** A directory that cannot be looked at is the store's to complain of. */
async function warningsUnlessUnsafe(directory: string): Promise<readonly string[]> {
  const warnings: string[] = [];
  const reason = await whyUnsafe(directory, (warning) => warnings.push(warning)).catch(() => undefined);
  if (reason === undefined) return warnings;
  complain(SERVER_NAME, reason);
  process.exit(EXIT.failed);
}

function logNews(log: Log, news: StoreNews): void {
  const { type, ...fields } = news;
  switch (type) {
    case 'tail.kept':
      return log.warn(fields, 'an interrupted write was left out, and kept aside');
    case 'snapshot.made':
      return log.debug(fields, 'snapshot made');
    case 'snapshot.failed':
      return log.warn({ err: news.error }, 'no snapshot could be made, it is tried again');
    case 'line.dropped':
      return log.warn(fields, 'a damaged line could not be saved');
    case 'store.repaired':
      return log.warn(fields, 'the database was repaired');
    case 'store.renewed':
      return log.warn(fields, 'the database was written anew');
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
  return `cannot listen on ${host}: name an address of this machine with --host`;
}

function readyLine({ bound }: RunningServer, directory: string): string {
  const [tcp, udp] = (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
  return `${SERVER_NAME} ready ${tcp} ${udp} data=${toDisplayText(directory)}`;
}

/** Says in one line why the server stopped; whatever is no operator's mistake is in the log too. */
function explain(error: unknown, options: ServerOptions): void {
  const cause = rootCause(error) as NodeJS.ErrnoException;
  const port = cause.syscall === 'bind' ? `UDP port ${options.udpPort}` : `TCP port ${options.tcpPort}`;
  const option = cause.syscall === 'bind' ? '--udp-port' : '--tcp-port';
  switch (cause.code) {
    case 'EADDRINUSE':
      return complain(SERVER_NAME, `${port} is in use: stop what uses it, or choose another with ${option}`);
    case 'EACCES':
      return complain(
        SERVER_NAME,
        `${port} needs privileges this user has not: choose one above 1023 with ${option}`,
      );
    case 'EADDRNOTAVAIL':
      return complain(SERVER_NAME, unknownHost(options.host));
    default:
      return complain(SERVER_NAME, cause instanceof Error ? cause.message : String(cause));
  }
}

await createServerCommand(main).parseAsync();
