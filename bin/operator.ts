/**
 * The parts of the operator's commands that the server's program carries out.
 */

import type { Operator } from '../actors/server/admin-commands.js';
import type { AdminFields } from '../actors/server/admin-protocol.js';
import { packageVersion } from './command-line.js';
import type { ServerStorage } from './server-storage.js';

export interface OperatorOptions extends Pick<Operator, 'reload'> {
  readonly place: ServerStorage['place'];
  readonly warnings: readonly string[];
  /** The limits that can change while the server runs, by the names of their options. */
  readonly limits: () => AdminFields;
}

export function createOperator(options: OperatorOptions): Operator {
  const { place, warnings, limits, reload } = options;
  const [kind, where] = place;
  // Read the version now: an upgrade replaces package.json while this version still runs.
  const version = packageVersion();
  return {
    reload,
    describe: () => ({ version, [kind]: where, limits: limits(), warnings }),
    // The signal handler stops the server, so that the command works exactly as SIGTERM does.
    stop: () => process.kill(process.pid, 'SIGTERM'),
  };
}
