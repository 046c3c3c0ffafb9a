/**
 * The addresses on which the server listens: derives them from the options, formats them, and explains why
 * the server cannot listen on an address.
 */

import { lookup } from 'node:dns/promises';
import type { InheritedSockets } from '../actors/server/inherited-sockets.js';
import type { RunningServer } from '../actors/server/server-tree.js';
import { hostPort } from '../protocol/address.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { type MonitorAddress, parseMonitorAddress } from './metrics/monitor-address.js';
import { DEFAULT_ADDRESSES, type ServerOptions } from './server-options.js';
import { StartError } from './start-error.js';

export interface ServerAddresses {
  /** The address of both sockets for clients. Not used if both sockets come from systemd. */
  readonly host: string;
  /** The address of the monitor; `undefined` without `--metrics`. */
  readonly monitor: MonitorAddress | undefined;
}

/**
 * Resolves the host names in the options only once, so that both sockets for clients listen on the same
 * address.
 *
 * @throws StartError, as a rejection.
 */
export async function resolveAddresses(
  { host, metrics }: ServerOptions,
  { tcp, udp }: InheritedSockets,
): Promise<ServerAddresses> {
  const isInherited = tcp !== undefined && udp !== undefined;
  const monitor = metrics === undefined ? undefined : parseMonitorAddress(metrics);
  return {
    host: isInherited ? DEFAULT_ADDRESSES.host : await resolveHost(host, '--host'),
    monitor: monitor && { ...monitor, host: await resolveHost(monitor.host, '--metrics') },
  };
}

async function resolveHost(host: string, option: string): Promise<string> {
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch {
    throw new StartError(unknownHost(host, option));
  }
}

/** If sockets come from systemd, returns a warning that names the options that therefore have no effect. */
export function unusedAddresses(options: ServerOptions, { tcp, udp }: InheritedSockets): string | undefined {
  const unused = [
    tcp !== undefined && udp !== undefined && options.host !== DEFAULT_ADDRESSES.host && 'host',
    tcp !== undefined && options.tcpPort !== DEFAULT_ADDRESSES.tcpPort && 'tcp-port',
    udp !== undefined && options.udpPort !== DEFAULT_ADDRESSES.udpPort && 'udp-port',
  ].filter((name) => name !== false);
  if (unused.length === 0) return undefined;
  return `sockets come from systemd, so ${unused.join(', ')} ${unused.length === 1 ? 'is' : 'are'} not used`;
}

/** Formats the addresses of a running server for clients, as in `tcp=0.0.0.0:1234 udp=0.0.0.0:1235`. */
export function formatAddresses({ bound }: RunningServer): string {
  const addresses = (['tcp', 'udp'] as const).map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === undefined ? 'none' : hostPort(socket.host, socket.port)}`;
  });
  return addresses.join(' ');
}

/** The error of a socket that could not be bound. */
type BindError = NodeJS.ErrnoException & { readonly port?: number };

/** Says why the server stopped. For errors that the operator did not cause, the log has the details. */
export function explainEnd(error: unknown, options: ServerOptions): string {
  const cause = rootCause(error) as BindError;
  if (cause.syscall !== 'listen' && cause.syscall !== 'bind') return cause.message ?? String(cause);
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
      return cause.message;
  }
}

/** The port that could not be bound, and the option that sets it. */
function failedPort(
  { syscall, port }: BindError,
  { tcpPort, udpPort, metrics }: ServerOptions,
): readonly [port: string, option: string] {
  if (syscall === 'bind') return [`UDP port ${udpPort}`, '--udp-port'];
  const isMonitor = metrics !== undefined && port === parseMonitorAddress(metrics)?.port && port !== tcpPort;
  return isMonitor ? [`TCP port ${port}`, '--metrics'] : [`TCP port ${tcpPort}`, '--tcp-port'];
}

function unknownHost(host: string, option: string): string {
  return `cannot listen on ${host}: choose an address of this machine with ${option}`;
}
