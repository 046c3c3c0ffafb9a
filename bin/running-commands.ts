/**
 * Shared by the operator's commands that work on a data directory, or on a directory in PostgreSQL.
 */

import { systemReason } from '../storage/files/file-error.js';
import { complain, EXIT, exitOnOutputError } from './command-line.js';
import { findAccessProblem } from './data-access.js';

/** Runs a command. If the command fails, prints one line on standard error, and exits with code 1. */
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

/**
 * Throws an error if all users of the machine may write to a directory. The server does the same at start.
 */
export async function refuseUnsafe(name: string, directory: string): Promise<void> {
  const reason = await findAccessProblem(directory, (message) => complain(name, message));
  if (reason !== undefined) throw new Error(reason);
}
