/**
 * The server's program: reads the options, runs the server's tree, and sets the exit code.
 */

import { lookup } from 'node:dns/promises';
import type { Log } from '../actors/log.js';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { complain, EXIT, runProgram } from './command-line.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { type MonitorAddress, parseMonitorAddress } from './metrics/monitor-address.js';
import { openMetrics } from './metrics/open-metrics.js';
import { oldNodeNotice } from './node-version.js';
import { createReload, limitsOf } from './reload.js';
import { createServerCommand, SERVER_NAME } from './server-command.js';
import type { ServerOptions } from './server-options.js';
import { type ServerStorage, useDataDirectory, useSharedDirectory } from './server-storage.js';

const MS_PER_SECOND = 1_000;

const ARGS = process.argv.slice(2);

async function main(asked: ServerOptions): Promise<void> {
  const { log, close } = await createLog(asked.logLevel, asked.logFormat);
  const adapt = (options: ServerOptions) => withinOpenFiles(options, log);
  const options = adapt(asked);
  const isShared = options.directory !== undefined;
  const metrics = options.metrics === undefined ? undefined : await openMetrics(isShared);
  const storage =
    options.directory === undefined
      ? useDataDirectory(options.data, options.repair === true, log, metrics?.watch)
      : useSharedDirectory(options.directory, options.directoryAlone, log, metrics?.watch);

  const warnings = [...(await warningsUnlessUnsafe(storage))];
  const notice = oldNodeNotice();
  if (notice !== undefined) warnings.push(notice);
  const host = await addressToListenOn(options.host, '--host');
  const monitorAt = await monitorAddress(options);
  const inspection = await openInspection(SERVER_NAME, options, log);
  const requestLog = { isOn: options.logRequests };
  const server: RunningServer = startServer({
    host,
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    ...limitsOf(options),
    limitsLoopback: options.limitLoopback,
    log,
    logsRequests: () => requestLog.isOn,
    onEmitted(event) {
      inspection?.record(event);
      metrics?.record(event);
    },
    ...(metrics && { meter: metrics.meter }),
    monitor: monitorAt && metrics?.monitorAt(monitorAt, storage, () => server),
    openStore: storage.openStore,
    identity: storage.identity,
    catchUpMs: storage.catchUpMs,
    openBus: storage.openBus,
    warmUpMs: options.warmUp * MS_PER_SECOND,
  });
  inspection?.show(server);
  // The server keeps running if its ready line cannot be written.
  process.stdout.on('error', () => {});
  const reload = createReload({ options, limits: server.limits, requestLog, log, adapt }, ARGS, process.env);
  onStopSignal(server.shutdown, { reload });

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
    if (monitorAt !== undefined && !isLoopback(monitorAt.host)) {
      log.warn(
        { host: monitorAt.host },
        'anyone who can reach the address of --metrics can read the metrics',
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

/** Lowers the limit on connections to what the limit on open files allows. */
function withinOpenFiles(options: ServerOptions, log: Log): ServerOptions {
  const possible = connectionsWithin(ownLimits());
  if (options.maxConnections <= possible) return options;
  log.warn(
    { asked: options.maxConnections, possible },
    'the limit on open files is too low for --max-connections',
  );
  return { ...options, maxConnections: possible };
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
async function addressToListenOn(host: string, option: string): Promise<string> {
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch {
    complain(SERVER_NAME, unknownHost(host, option));
    process.exit(EXIT.failed);
  }
}

/** Where the monitor listens; `undefined` if there is none. Resolves a host name once. */
async function monitorAddress({ metrics }: ServerOptions): Promise<MonitorAddress | undefined> {
  const address = metrics === undefined ? undefined : parseMonitorAddress(metrics);
  return address && { ...address, host: await addressToListenOn(address.host, '--metrics') };
}

function unknownHost(host: string, option: string): string {
  return `cannot listen on ${host}: choose an address of this machine with ${option}`;
}

function readyLine({ bound }: RunningServer, { place: [kind, where] }: ServerStorage): string {
  const http = bound.get('http');
  const [tcp, udp] = (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
  const metrics = http === undefined ? '' : ` metrics=${hostPort(http.host, http.port)}`;
  return `${SERVER_NAME} ready ${tcp} ${udp}${metrics} ${kind}=${toDisplayText(where)}`;
}

/** Prints why the server stopped. The log has further details of errors that the operator did not cause. */
function explain(error: unknown, options: ServerOptions): void {
  const cause = rootCause(error) as NodeJS.ErrnoException & { readonly port?: number };
  const [port, option] = failedPort(cause, options);
  switch (cause.code) {
    case 'EADDRINUSE':
      return complain(SERVER_NAME, `${port} is in use: stop what uses it, or choose another with ${option}`);
    case 'EACCES':
      return complain(SERVER_NAME, `${port} needs privileges: choose a port above 1023 with ${option}`);
    case 'EADDRNOTAVAIL':
      return complain(
        SERVER_NAME,
        option === '--metrics'
          ? unknownHost(options.metrics as string, option)
          : unknownHost(options.host, '--host'),
      );
    default:
      return complain(SERVER_NAME, cause instanceof Error ? cause.message : String(cause));
  }
}

/** The port that could not be bound, and the option that sets it. */
function failedPort(
  { syscall, port }: NodeJS.ErrnoException & { readonly port?: number },
  { tcpPort, udpPort, metrics }: ServerOptions,
): readonly [port: string, option: string] {
  if (syscall === 'bind') return [`UDP port ${udpPort}`, '--udp-port'];
  const isMonitor = metrics !== undefined && port === parseMonitorAddress(metrics)?.port && port !== tcpPort;
  return isMonitor ? [`TCP port ${port}`, '--metrics'] : [`TCP port ${tcpPort}`, '--tcp-port'];
}

await runProgram(createServerCommand(main, ARGS, process.env));
