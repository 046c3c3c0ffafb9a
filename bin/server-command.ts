/**
 * The server's command line. Without a subcommand, the program starts the server.
 */

import type { Command, Option } from 'commander';
import { addAdminCommands } from './admin-command-lines.js';
import { addBackupCommand } from './backup-command.js';
import { addCompletionCommand, createCommand, withAction, withExamples } from './command-line.js';
import { addConfigCommand, sourceOf } from './config-command.js';
import type { ConfigFile } from './config-file.js';
import { configurableOptions, keyOf, readSwitchVariables } from './configuration.js';
import { addDataCommands } from './data-commands.js';
import { checkDatabaseUrl } from './database-url.js';
import { addInspectionOptions } from './inspect-option.js';
import { addKeyCommand } from './key-command.js';
import { addMigrateCommand } from './migrate-command.js';
import { addServerOptions, findContradiction, readServerFile, type ServerOptions } from './server-options.js';

export const SERVER_NAME = 'im-server';

/**
 * Creates the command line. Reads the configuration file, but does not check it or parse the arguments yet.
 *
 * @param start Starts the server.
 * @param args The arguments that will be parsed later. The arguments or the environment may name the
 *   configuration file.
 */
export function createServerCommand(
  start: (options: ServerOptions) => Promise<void>,
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Command {
  const program = createCommand(
    SERVER_NAME,
    'Directory and presence server of a small instant-messaging system.',
  ).addHelpText(
    'after',
    '\nSIGINT or SIGTERM stops the server. It finishes requests in flight first.\n' +
      'SIGHUP makes it read its configuration again: limits and the log level change at once.\n' +
      'Options can also be set in a configuration file or as IM_SERVER_… in the environment. ' +
      'Run im-server config to see every value.',
  );
  addServerOptions(program, environment);
  addInspectionOptions(program);
  const file = readServerFile(program, args, environment);
  // Only these commands check all options. A mistake in the file must not prevent any other command.
  const usesOptions = (command: Command) =>
    command === program || ['config', 'backup'].includes(command.name());
  program.hook('preAction', (_program, command) => {
    if (usesOptions(command)) checkOptions(program, file);
  });
  withExamples(
    program,
    ['im-server --data /srv/im', 'serve on TCP port 1234 and UDP port 1235'],
    [
      'im-server --host 127.0.0.1 --tcp-port 0 --udp-port 0',
      'serve this machine on free ports; the ready line names them',
    ],
    [
      'im-server --directory postgres://im@db1,db2/im',
      'serve a directory in PostgreSQL, together with other servers; the password comes from PGPASSFILE',
    ],
    ['im-server --inspect', 'serve, and show the running actors in a browser'],
  );
  addConfigCommand(
    program,
    file,
    ['im-server config', 'print every value and its source'],
    ['im-server config --config ./server.conf', 'check a configuration file before it is used'],
    ['im-server config --json | jq -r .data.value', 'print the directory of the database'],
  );
  addAdminCommands(program, file);
  addDataCommands(program);
  addBackupCommand(program);
  addKeyCommand(program, file);
  addMigrateCommand(program);
  addCompletionCommand(program);
  return withAction(program, () => start(program.opts<ServerOptions>()));
}

/** Ends the process with a usage error if the options are not valid. */
function checkOptions(program: Command, file: ConfigFile): void {
  if (file.problem !== undefined) program.error(`error: ${file.problem}`);
  readSwitchVariables(program);
  const options = new Map(configurableOptions(program).map((option) => [keyOf(option), option]));
  const problem = findContradiction(program, (key) => sourceOf(program, options.get(key) as Option, file));
  if (problem !== undefined) program.error(`error: ${problem}`);
  const { directory } = program.opts<ServerOptions>();
  if (directory !== undefined) checkDatabaseUrl(program, directory);
}
