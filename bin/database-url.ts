/**
 * Recognises and checks URLs of directories in PostgreSQL on the command line.
 */

import type { Command } from 'commander';
import { parseDatabaseUrl } from '../storage/postgres/database-url.js';
import { StoreError } from '../storage/store.js';

/** The description of an argument that is either a path or a URL. */
export const DIRECTORY = 'the data directory, or the URL of a directory in PostgreSQL';

/** Whether an argument is the URL of a directory in PostgreSQL, and not the path of a data directory. */
export function isDatabaseUrl(argument: string): boolean {
  return /^postgres(?:ql)?:/.test(argument);
}

/**
 * Ends the process with a usage error if a URL is not valid. Commander's parsers of options and arguments are
 * not used for this, because their error message repeats the value: the URL may contain a password.
 */
export function checkDatabaseUrl(command: Command, url: string): void {
  try {
    parseDatabaseUrl(url);
  } catch (error) {
    if (error instanceof StoreError) command.error(error.message);
    throw error;
  }
}
