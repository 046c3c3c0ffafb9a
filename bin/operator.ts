/**
 * What the server's program does for the commands of its operator.
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
  // Read at the start: an upgrade replaces the file while this version still runs.
  const version = packageVersion();
  return {
    reload,
    describe: () => ({ version, [kind]: where, limits: limits(), warnings }),
    // The program handles the signal: it ends in the same way, however it is asked to.
    stop: () => process.kill(process.pid, 'SIGTERM'),
  };
}
