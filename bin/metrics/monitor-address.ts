/**
 * The value of the option `--metrics`: the address on which the monitor listens.
 */

import { InvalidArgumentError } from 'commander';
import { parsePort } from '../../protocol/address.js';

/** Where the monitor listens if the option names a port only. */
const DEFAULT_HOST = '127.0.0.1';

export interface MonitorAddress {
  readonly host: string;
  readonly port: number;
}

/** Checks the value of the option, and returns the value unchanged. @throws InvalidArgumentError */
export function metricsOption(value: string): string {
  if (parseMonitorAddress(value) === undefined)
    throw new InvalidArgumentError('Use a port from 0 to 65535, or HOST:PORT, such as 127.0.0.1:9464.');
  return value;
}

/** Parses `[HOST:]PORT`. An IPv6 address may be in brackets. Returns `undefined` for anything else. */
export function parseMonitorAddress(text: string): MonitorAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]\s]+)\]|([^\s[\]:]+)):)?(\d+)$/.exec(text) ?? [];
  const port = parsePort(digits);
  return port === undefined ? undefined : { host: bracketed ?? plain ?? DEFAULT_HOST, port };
}
