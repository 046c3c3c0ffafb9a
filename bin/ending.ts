/**
 * How both programs end: which signals end them, and a terminal that is gone when they exit.
 *
 * Loading this file matters already. Node.js does not keep the SIG_IGN that `nohup` hands on, and aborts at
 * its exit when a terminal is gone.
 */

import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Standard input, output and error. */
const DESCRIPTORS = [0, 1, 2] as const;

/** Those that were a terminal at the start: one that is gone no longer says so. */
const TERMINALS = DESCRIPTORS.filter((descriptor) => isatty(descriptor));

// SIGHUP says that the terminal is gone. For a process without one, as under nohup, it has no meaning.
if (TERMINALS.length === 0) process.on('SIGHUP', () => {});

process.on('exit', () => {
  // At its exit Node.js sets the modes of each terminal, and aborts where it cannot. It skips what is closed.
  for (const descriptor of TERMINALS.filter((one) => !isatty(one))) closeSync(descriptor);
});

/**
 * Calls `stop` at every SIGINT and SIGTERM, and at every SIGHUP where standard input, output or error was a
 * terminal at the start. SIGHUP is ignored without a terminal.
 */
export function onStopSignal(stop: () => void): void {
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (TERMINALS.length > 0) process.on('SIGHUP', stop);
}
