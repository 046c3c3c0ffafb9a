/**
 * Where the client's files lie, as the XDG Base Directory Specification (version 0.8) has it.
 */

import { isAbsolute, join } from 'node:path';

/** This program's own part of each base directory. */
const OWN = 'im';

/** The variables that count; a process's environment has them all. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Where history and the block list are kept; `undefined` without a home. */
export function stateDirectory(environment: Environment): string | undefined {
  return ownDirectory(environment, 'XDG_STATE_HOME', '.local/state');
}

/** Where the configuration is looked for; `undefined` without a home. */
export function configDirectory(environment: Environment): string | undefined {
  return ownDirectory(environment, 'XDG_CONFIG_HOME', '.config');
}

function ownDirectory(environment: Environment, variable: string, inHome: string): string | undefined {
  const base = absolute(environment[variable]);
  if (base !== undefined) return join(base, OWN);
  const home = absolute(environment['HOME']);
  return home === undefined ? undefined : join(home, inHome, OWN);
}

/** The specification has relative paths ignored, and empty ones count as not set. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
