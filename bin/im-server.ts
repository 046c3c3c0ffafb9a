/**
 * The server's program: reads the options, runs the server's tree, and sets the exit code.
 */

import { lookup } from 'node:dns/promises';
import type { Log } from '../actors/log.js';
import type { InheritedSockets } from '../actors/server/inherited-sockets.js';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import type { Users } from '../storage/store.js';
import { listChildren } from '../supervision/administration.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { adminSocketPath } from './admin-socket.js';
import { complain, EXIT, runProgram } from './command-line.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { type MonitorAddress, parseMonitorAddress } from './metrics/monitor-address.js';
import { openMetrics } from './metrics/open-metrics.js';
import { oldNodeNotice } from './node-version.js';
import { createOperator } from './operator.js';
import { createReload, limitsOf } from './reload.js';
import { createServerCommand, SERVER_NAME } from './server-command.js';
import { DEFAULT_ADDRESSES, type ServerOptions } from './server-options.js';
import { type ServerStorage, useDataDirectory, useSharedDirectory } from './server-storage.js';
import { ServiceManager } from './service-manager.js';
import { inheritSockets, SocketActivationError } from './socket-activation.js';

const MS_PER_SECOND = 1_000;

/** Longest wait for an answer from the root of the tree, in milliseconds. */
const ALIVE_TIMEOUT_MS = 1_000;

const NO_SOCKET = 'commands such as im-server status do not work here: set --admin-socket to a path for them';

const ARGS = process.argv.slice(2);

async function main(asked: ServerOptions): Promise<void> {
  const { log, close } = await createLog(asked.logLevel, asked.logFormat);
  const manager = new ServiceManager(process.env, log);
  const inherited = inheritOrExit();
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
  const unused = unusedAddresses(options, inherited);
  if (unused !== undefined) warnings.push(unused);
  const isInherited = inherited.tcp !== undefined && inherited.udp !== undefined;
  const host = isInherited ? DEFAULT_ADDRESSES.host : await addressToListenOn(options.host, '--host');
  const monitorAt = await monitorAddress(options);
  const adminSocket = adminSocketOrExit(options);
  const operator = createOperator({
    place: storage.place,
    warnings,
    limits: () => configuration.limits(),
    reload: () => manager.reload(configuration.reload),
  });
  const inspection = await openInspection(SERVER_NAME, options, log);
  const requestLog = { isOn: options.logRequests };
  let users: Users | undefined;
  const openStore = async () => {
    const store = await storage.openStore();
    users = store.users;
    return store;
  };
  const server: RunningServer = startServer({
    inherited,
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
    openStore,
    identity: storage.identity,
    catchUpMs: storage.catchUpMs,
    openBus: storage.openBus,
    warmUpMs: options.warmUp * MS_PER_SECOND,
    ...(adminSocket !== undefined && { admin: { path: adminSocket, operator } }),
  });
  inspection?.show(server);
  // The server keeps running if its ready line cannot be written.
  process.stdout.on('error', () => {});
  const configuration = createReload(
    { options, limits: server.limits, requestLog, log, adapt },
    ARGS,
    process.env,
  );
  const stop = () => {
    manager.stopping();
    server.shutdown();
  };
  onStopSignal(stop, { reload: () => void operator.reload() });

  if (await server.ready) {
    const status = () => `Users: ${users?.countUsers() ?? 0}; listening on ${addressesOf(server).join(' ')}`;
    manager.ready({ status, isAlive: () => isAlive(server) });
    process.stdout.write(`${readyLine(server, storage)}\n`);
    log.info({ pid: process.pid }, 'ready');
    if (adminSocket === undefined) log.info({}, NO_SOCKET);
    for (const warning of warnings) log.warn({}, warning);
    const bound = server.bound.get('tcp')?.host ?? host;
    if (!isLoopback(bound)) {
      log.warn(
        { host: bound },
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
  const reason = error === undefined ? undefined : explain(error, options);
  await manager.stopping(reason);
  await inspection?.close();
  await close();
  if (reason !== undefined) complain(SERVER_NAME, reason);
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

/** Where the operator's commands reach the server. */
function adminSocketOrExit(options: ServerOptions): string | undefined {
  try {
    return adminSocketPath(options, process.env);
  } catch (error) {
    complain(SERVER_NAME, (error as Error).message);
    process.exit(EXIT.failed);
  }
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

/** Where the server listens, as in `tcp=0.0.0.0:1234`. */
function addressesOf({ bound }: RunningServer): readonly string[] {
  return (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
}

function readyLine(server: RunningServer, { place: [kind, where] }: ServerStorage): string {
  const http = server.bound.get('http');
  const metrics = http === undefined ? '' : ` metrics=${hostPort(http.host, http.port)}`;
  return `${SERVER_NAME} ready ${addressesOf(server).join(' ')}${metrics} ${kind}=${toDisplayText(where)}`;
}

/** Whether the root of the tree supervises its children, the store among them. */
async function isAlive({ root }: RunningServer): Promise<boolean> {
  const children = await listChildren(root, { timeoutMs: ALIVE_TIMEOUT_MS }).catch(() => []);
  return children.length > 0 && children.every(({ actor }) => actor !== undefined);
}

/** Returns the sockets from systemd. Exits if one of them cannot be used. */
function inheritOrExit(): InheritedSockets {
  try {
    return inheritSockets(process.env);
  } catch (error) {
    if (!(error instanceof SocketActivationError)) throw error;
    complain(SERVER_NAME, error.message);
    process.exit(EXIT.failed);
  }
}

/** A warning that names the addresses which are set, but come from systemd. */
function unusedAddresses(options: ServerOptions, { tcp, udp }: InheritedSockets): string | undefined {
  const unused = [
    tcp !== undefined && udp !== undefined && options.host !== DEFAULT_ADDRESSES.host && 'host',
    tcp !== undefined && options.tcpPort !== DEFAULT_ADDRESSES.tcpPort && 'tcp-port',
    udp !== undefined && options.udpPort !== DEFAULT_ADDRESSES.udpPort && 'udp-port',
  ].filter((name) => name !== false);
  if (unused.length === 0) return undefined;
  return `sockets come from systemd, so ${unused.join(', ')} ${unused.length === 1 ? 'is' : 'are'} not used`;
}

/** Why the server stopped. The log has further details of errors that the operator did not cause. */
function explain(error: unknown, options: ServerOptions): string {
  const cause = rootCause(error) as NodeJS.ErrnoException & { readonly port?: number };
  const [port, option] = failedPort(cause, options);
  switch (cause.code) {
    case 'EADDRINUSE':
      return `${port} is in use: stop what uses it, or choose another with ${option}`;
    case 'EACCES':
      return `${port} needs privileges: choose a port above 1023 with ${option}`;
    case 'EADDRNOTAVAIL':
      return option === '--metrics'
        ? unknownHost(options.metrics as string, option)
        : unknownHost(options.host, '--host');
    default:
      return cause instanceof Error ? cause.message : String(cause);
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
