/**
 * `im-server backup`: copies the data directory to a new directory, also while a server uses it.
 */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { toDisplayText } from '../protocol/display-text.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import { isGone, systemReason } from '../storage/files/file-error.js';
import { backUp } from '../storage/text/backup.js';
import { describe } from '../storage/text/database-check.js';
import { sendCommand } from './admin-client.js';
import { adminSocketOfCommand } from './admin-socket.js';
import { complain, countOption, textOption, withExamples, writeOut } from './command-line.js';
import { findAccessProblem } from './data-access.js';
import { withProgramOptions } from './program-options.js';
import { runCommand } from './running-commands.js';
import type { ServerOptions } from './server-options.js';

interface BackupOptions {
  readonly untilChange?: number;
  readonly json?: true;
}

/** Adds the command to the server's command line. */
export function addBackupCommand(program: Command): void {
  const name = program.name();
  const command = program
    .command('backup')
    .description('copy the data directory to a new directory; a server may be using it')
    .argument('<target>', 'the directory to make; its parent must exist', textOption)
    .option('--until-change <number>', 'leave out the changes after this one', countOption)
    .option('--json', 'print one line of JSON')
    .action((target: string, { untilChange, json }: BackupOptions) => {
      const { data, directory } = program.opts<ServerOptions>();
      if (directory !== undefined) {
        command.error(
          'error: backup copies a data directory: for a directory in PostgreSQL, use pg_dump ' +
            '(docs/cluster.md), or im-server export URL FILE',
        );
      }
      return runCommand(name, async () => {
        const [source, place] = await findPlaces(data, target);
        const warn = (message: string) => complain(name, message);
        // Only a warning: the copy is safe from other users even if the original is not.
        const reason = await findAccessProblem(source, warn);
        if (reason !== undefined) warn(reason);
        const request = { files: DISK, source, target: place, until: untilChange };
        const made = await backUp(request).catch((cause: NodeJS.ErrnoException) => {
          // The error of a failed write does not name a file.
          const isUnnamed = systemReason(cause) !== undefined && cause.path === undefined;
          throw isUnnamed ? new Error(`cannot make the backup ${place}`, { cause }) : cause;
        });
        await logAtServer(program, place, made.scan.last);
        if (json) {
          const users = made.table.countUsers();
          await writeOut(`${JSON.stringify({ target: place, users, lastChange: made.scan.last })}\n`);
        } else {
          const lines = describe(new DataDirectory(DISK, place), made);
          await writeOut(lines.map((line) => `${toDisplayText(line)}\n`).join(''));
        }
      });
    });
  withProgramOptions(command, '--data', '--config');
  withExamples(
    command,
    ['im-server backup /var/backups/im-monday', 'back up the directory that the configuration names'],
    ['im-server --data /srv/im backup /var/backups/im-monday', 'back up /srv/im'],
    [
      'im-server backup /var/backups/im-before --until-change 4711',
      'leave out all changes after number 4711',
    ],
  );
}

/** Asks a running server of the data directory to log the backup. Ignores errors: the backup is complete. */
async function logAtServer(program: Command, place: string, lastChange: number): Promise<void> {
  try {
    const path = adminSocketOfCommand(program.opts<ServerOptions>(), process.env);
    await sendCommand(path, { command: 'backup', place, lastChange });
  } catch {
    // No server runs, or none that this user may administer.
  }
}

/** Resolves the links in the paths of the data directory and the target, so that they can be compared. */
async function findPlaces(data: string, target: string): Promise<readonly [source: string, target: string]> {
  const source = await realpath(resolve(data)).catch((error) => {
    if (isGone(error)) throw new Error(`the data directory ${resolve(data)} does not exist: set --data`);
    throw error;
  });
  const path = resolve(target);
  const parent = await realpath(dirname(path)).catch((error) => {
    if (isGone(error)) throw new Error(`${dirname(path)} does not exist: make it first`);
    throw error;
  });
  const place = join(parent, basename(path));
  if (`${place}${sep}`.startsWith(`${source}${sep}`)) {
    throw new Error(`${place} is in the data directory: choose another place`);
  }
  return [source, place];
}
