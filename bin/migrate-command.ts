/**
 * `im-server migrate`: makes a directory in PostgreSQL, or converts an existing one to the format of this
 * version.
 */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Identity } from '../keys/identity.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import { migrate } from '../storage/postgres/schema.js';
import { readServerSeed } from '../storage/text/server-identity.js';
import { textOption, withExamples, writeOut } from './command-line.js';
import { checkDatabaseUrl } from './database-url.js';
import { runCommand } from './running-commands.js';

interface MigrateOptions {
  readonly identity?: string;
}

/** Adds the command to the server's command line. */
export function addMigrateCommand(program: Command): void {
  const name = program.name();
  const command = program
    .command('migrate')
    .description(
      'make a directory in an empty PostgreSQL database, ' +
        'or convert an existing directory to the format of this version',
    )
    .argument('<url>', 'the directory, such as postgres://im@db1,db2/im')
    .option('--identity <dir>', "use the server's own key of this data directory, not a new one", textOption)
    .action((url: string) => {
      checkDatabaseUrl(command, url);
      const { identity } = command.opts<MigrateOptions>();
      return runCommand(name, async () => {
        const seed = await migrate(url, identity === undefined ? undefined : await seedOf(identity));
        await writeOut(`the directory is ready; the key of its servers is ${Identity.fromSeed(seed).key}\n`);
      });
    });
  withExamples(
    command,
    ['im-server migrate postgres://im@db1,db2/im', 'make the tables, and a key for the servers'],
    [
      'im-server migrate postgres://im@db1,db2/im --identity /srv/im',
      'make the tables, and keep the key of the server that used /srv/im',
    ],
  );
}

async function seedOf(path: string): Promise<Buffer> {
  const directory = new DataDirectory(DISK, resolve(path));
  const seed = await readServerSeed(directory);
  if (seed === undefined) throw new Error(`${directory.path} has no server key`);
  return seed;
}
