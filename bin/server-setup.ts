/**
 * Prepares the start of the server: finds the data directory and the sockets, and collects warnings for the
 * operator.
 */

import type { Log } from '../actors/log.js';
import type { InheritedSockets } from '../actors/server/inherited-sockets.js';
import { adminSocketPath, findSocketProblem } from './admin-socket.js';
import { connectionsWithin, ownLimits } from './descriptors.js';
import { type OpenMetrics, openMetrics } from './metrics/open-metrics.js';
import { oldNodeNotice } from './node-version.js';
import { resolveAddresses, type ServerAddresses, unusedAddresses } from './server-addresses.js';
import type { ServerOptions } from './server-options.js';
import { type ServerStorage, useDataDirectory, useSharedDirectory } from './server-storage.js';
import { inheritSockets } from './socket-activation.js';
import { StartError } from './start-error.js';

export interface ServerSetup {
  readonly inherited: InheritedSockets;
  readonly addresses: ServerAddresses;
  readonly storage: ServerStorage;
  /** `undefined` without `--metrics`. */
  readonly metrics: OpenMetrics | undefined;
  /** The path of the socket for the operator's commands; `undefined` if no directory for it is known. */
  readonly adminSocket: string | undefined;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/** @throws StartError, as a rejection, if the server cannot or must not start. */
export async function setUpServer(options: ServerOptions, log: Log): Promise<ServerSetup> {
  const inherited = inheritSockets(process.env);
  const metrics =
    options.metrics === undefined ? undefined : await openMetrics(options.directory !== undefined);
  const storage =
    options.directory === undefined
      ? useDataDirectory(options.data, options.repair === true, log, metrics?.watch)
      : useSharedDirectory(options.directory, options.directoryAlone, log, metrics?.watch);
  const adminSocket = adminSocketPath(options, process.env);
  const isInData = options.adminSocket === undefined && options.directory === undefined;
  const checked = isInData ? undefined : adminSocket;
  const notices = [oldNodeNotice(), unusedAddresses(options, inherited)];
  return {
    inherited,
    storage,
    metrics,
    warnings: [
      ...(await warningsUnlessUnsafe(storage, checked)),
      ...notices.filter((notice) => notice !== undefined),
    ],
    addresses: await resolveAddresses(options, inherited),
    adminSocket,
  };
}

/**
 * Throws a StartError if all users of the machine may write to the storage, or to the directory of the
 * administration socket. Otherwise returns the warnings. If a check itself fails, this function ignores the
 * error: the store or the listener will report it.
 *
 * @param adminSocket The path of the administration socket, if it is not in the data directory.
 */
async function warningsUnlessUnsafe(
  storage: ServerStorage,
  adminSocket: string | undefined,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const find = async () =>
    (await storage.findAccessProblem(warn)) ?? (adminSocket && findSocketProblem(adminSocket, warn));
  const reason = await find().catch(() => undefined);
  if (reason !== undefined) throw new StartError(reason);
  return warnings;
}

/** Lowers the limit on connections to the number that the limit on open files allows. */
export function withinOpenFiles(options: ServerOptions, log: Log): ServerOptions {
  const possible = connectionsWithin(ownLimits());
  if (options.maxConnections <= possible) return options;
  log.warn(
    { asked: options.maxConnections, possible },
    'the limit on open files is too low for --max-connections',
  );
  return { ...options, maxConnections: possible };
}
