/**
 * The parts that the operator's commands for a data directory share.
 */

import { systemReason } from '../storage/files/file-error.js';
import { complain, EXIT, exitOnOutputError } from './command-line.js';
import { findAccessProblem } from './data-access.js';

/** Runs a command. A failure becomes one line on standard error and exit code 1. */
export async function runCommand(name: string, work: () => Promise<void>): Promise<void> {
  exitOnOutputError(name);
  try {
    await work();
  } catch (error) {
    const { path, message, cause } = error as NodeJS.ErrnoException;
    const reason = systemReason(error);
    const why = systemReason(cause);
    if (reason !== undefined) complain(name, `${path ?? 'a file'}: ${reason}`);
    else complain(name, why === undefined || message.includes(why) ? message : `${message} (${why})`);
    process.exit(EXIT.failed);
  }
}

/** Refuses a directory that all users may write to, as the server does at start. */
export async function refuseUnsafe(name: string, directory: string): Promise<void> {
  const reason = await findAccessProblem(directory, (message) => complain(name, message));
  if (reason !== undefined) throw new Error(reason);
}
