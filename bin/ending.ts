/**
 * Which signals end both programs. Loading this file matters already: Node.js does not keep the SIG_IGN that
 * `nohup` hands on.
 */

import { isatty } from 'node:tty';

/** Standard input, output and error. */
const DESCRIPTORS = [0, 1, 2] as const;

/** Those that were a terminal at the start: one that is gone no longer says so. */
const TERMINALS = DESCRIPTORS.filter((descriptor) => isatty(descriptor));

// SIGHUP says that the terminal is gone. For a process without one, as under nohup, it has no meaning.
if (TERMINALS.length === 0) process.on('SIGHUP', () => {});

/**
 * Calls `stop` at every SIGINT and SIGTERM, and at every SIGHUP where standard input, output or error was a
 * terminal at the start. SIGHUP is ignored without a terminal.
 */
export function onStopSignal(stop: () => void): void {
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (TERMINALS.length > 0) process.on('SIGHUP', stop);
}
