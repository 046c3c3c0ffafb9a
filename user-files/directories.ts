/**
 * The directories of the client's files, after the XDG Base Directory Specification (version 0.8).
 */

import { isAbsolute, join } from 'node:path';

/** The name of this program's directory in each base directory. */
const OWN = 'im';

/** The environment variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The directory of the history and the block list; `undefined` without a home. */
export function stateDirectory(environment: Environment): string | undefined {
  return ownDirectory(environment, 'XDG_STATE_HOME', '.local/state');
}

/** The directory of the keys and pins; `undefined` without a home. */
export function dataDirectory(environment: Environment): string | undefined {
  return ownDirectory(environment, 'XDG_DATA_HOME', '.local/share');
}

/** The directory of the configuration; `undefined` without a home. */
export function configDirectory(environment: Environment): string | undefined {
  return ownDirectory(environment, 'XDG_CONFIG_HOME', '.config');
}

function ownDirectory(environment: Environment, variable: string, inHome: string): string | undefined {
  const base = absolute(environment[variable]);
  if (base !== undefined) return join(base, OWN);
  const home = absolute(environment['HOME']);
  return home === undefined ? undefined : join(home, inHome, OWN);
}

/** The specification says to ignore relative paths, and to treat an empty variable as not set. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
