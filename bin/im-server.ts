/**
 * The server's program: reads the options, runs the server's tree, and sets the exit code.
 */

import type { Log } from '../actors/log.js';
import { type RunningServer, startServer } from '../actors/server/server-tree.js';
import { hostPort, isLoopback } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import type { Users } from '../storage/store.js';
import { listChildren } from '../supervision/administration.js';
import { complain, EXIT, runProgram } from './command-line.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { createLog } from './logger.js';
import { createOperator } from './operator.js';
import { createReload, limitsOf } from './reload.js';
import { explainEnd, formatAddresses } from './server-addresses.js';
import { createServerCommand, SERVER_NAME } from './server-command.js';
import type { ServerOptions } from './server-options.js';
import { type ServerSetup, setUpServer, withinOpenFiles } from './server-setup.js';
import { ServiceManager } from './service-manager.js';
import { StartError } from './start-error.js';

const MS_PER_SECOND = 1_000;

/** Longest wait for an answer from the root of the tree, in milliseconds. */
const ALIVE_TIMEOUT_MS = 1_000;

const ARGS = process.argv.slice(2);

async function main(asked: ServerOptions): Promise<void> {
  try {
    await run(asked);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    complain(SERVER_NAME, error.message);
    process.exit(EXIT.failed);
  }
}

async function run(asked: ServerOptions): Promise<void> {
  const { log, close } = await createLog(asked.logLevel, asked.logFormat);
  const manager = new ServiceManager(process.env, log);
  const adapt = (options: ServerOptions) => withinOpenFiles(options, log);
  const options = adapt(asked);
  const setup = await setUpServer(options, log);
  const { storage, metrics, addresses, adminSocket, warnings } = setup;
  const inspection = await openInspection(SERVER_NAME, options, log);
  const requestLog = { isOn: options.logRequests };
  const operator = createOperator({
    place: storage.place,
    warnings,
    limits: () => configuration.limits(),
    reload: () => manager.reload(configuration.reload),
  });
  let users: Users | undefined;
  const server: RunningServer = startServer({
    inherited: setup.inherited,
    host: addresses.host,
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
    monitor: addresses.monitor && metrics?.monitorAt(addresses.monitor, storage, () => server),
    async openStore() {
      const store = await storage.openStore();
      users = store.users;
      return store;
    },
    identity: storage.identity,
    catchUpMs: storage.catchUpMs,
    openBus: storage.openBus,
    warmUpMs: options.warmUp * MS_PER_SECOND,
    ...(adminSocket !== undefined && { admin: { path: adminSocket, operator } }),
  });
  inspection?.show(server);
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
    manager.ready({
      status: () => `Users: ${users?.countUsers() ?? 0}; listening on ${formatAddresses(server)}`,
      isAlive: () => isAlive(server),
    });
    announce(server, setup, log);
    await server.ended;
    log.info({}, 'stopped');
  }
  const { error } = await server.ended;
  const reason = error === undefined ? undefined : explainEnd(error, options);
  await manager.stopping(reason);
  await inspection?.close();
  await close();
  if (reason !== undefined) complain(SERVER_NAME, reason);
  await endProcess(reason === undefined ? EXIT.done : EXIT.failed);
}

/** Prints the ready line, and logs the warnings for the operator. */
function announce(server: RunningServer, setup: ServerSetup, log: Log): void {
  const { addresses, adminSocket, storage, warnings } = setup;
  // The server keeps running if its ready line cannot be written.
  process.stdout.on('error', () => {});
  const http = server.bound.get('http');
  const metrics = http === undefined ? '' : ` metrics=${hostPort(http.host, http.port)}`;
  const [kind, where] = storage.place;
  process.stdout.write(
    `${SERVER_NAME} ready ${formatAddresses(server)}${metrics} ${kind}=${toDisplayText(where)}\n`,
  );
  log.info({ pid: process.pid }, 'ready');
  if (adminSocket === undefined) {
    const advice = 'set --admin-socket to a path for them';
    log.info({}, `commands such as im-server status do not work here: ${advice}`);
  }
  for (const warning of warnings) log.warn({}, warning);
  const host = server.bound.get('tcp')?.host ?? addresses.host;
  if (!isLoopback(host)) {
    log.warn({ host }, 'ids without a key are open: anyone who can reach this server can act as their users');
  }
  if (http !== undefined && !isLoopback(http.host)) {
    log.warn({ host: http.host }, 'anyone who can reach the address of --metrics can read the metrics');
  }
}

/** Whether the root of the tree answers, and all its children (among them the store) run. */
async function isAlive({ root }: RunningServer): Promise<boolean> {
  const children = await listChildren(root, { timeoutMs: ALIVE_TIMEOUT_MS }).catch(() => []);
  return children.length > 0 && children.every(({ actor }) => actor !== undefined);
}

await runProgram(createServerCommand(main, ARGS, process.env));
