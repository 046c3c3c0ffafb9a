/**
 * The client's command line. Without a subcommand, the program starts the interactive client.
 */

import { join } from 'node:path';
import type { Command } from 'commander';
import { configDirectory } from '../user-files/directories.js';
import { SHOWN_MESSAGES } from '../user-files/history-reader.js';
import { addClientOptions, type ClientSettings, checkPrivacy } from './client-options.js';
import { addCompletionCommand, createCommand, withAction, withExamples } from './command-line.js';
import { addConfigCommand } from './config-command.js';
import { applyConfigFile, NO_FILE } from './config-file.js';
import { readSwitchVariables } from './configuration.js';
import { addHeadlessCommands } from './headless-commands.js';
import type { HistoryOptions } from './history-command.js';
import { addInspectionOptions } from './inspect-option.js';
import { addTrustCommands } from './trust-commands.js';

export const CLIENT_NAME = 'im-client';

/**
 * Creates the command line. Does not parse any arguments yet.
 *
 * @param start Starts the interactive client.
 * @param environment Determines the path of the configuration file.
 */
export function createClientCommand(
  start: (settings: ClientSettings) => Promise<void>,
  environment: NodeJS.ProcessEnv,
): Command {
  const program = createCommand(CLIENT_NAME, 'Terminal client of a small instant-messaging system.');
  addClientOptions(program);
  addInspectionOptions(program);
  program.addHelpText(
    'after',
    '\nAt the menu, type one letter. In a chat, type q on its own line to leave, or \\q to send a q.\n' +
      'Options can also be set in ~/.config/im/client.conf. Run im-client config to see every value.',
  );
  withExamples(
    program,
    ['im-client', 'register or log in at the menu, with a server on this machine'],
    ['im-client --server im.example.org --user alice', 'log in as alice at start'],
    ["printf 'A\\nbob\\nS\\nX\\n' | im-client --user alice", 'drive the menu from a script'],
  );
  const directory = configDirectory(environment);
  const file = directory === undefined ? NO_FILE : applyConfigFile(program, join(directory, 'client.conf'));
  program.hook('preAction', (_program, command) => {
    if (file.problem !== undefined && command.name() !== 'completion') {
      program.error(`error: ${file.problem}`);
    }
    readSwitchVariables(program);
    checkPrivacy(program);
  });
  addHistoryCommand(program);
  addConfigCommand(
    program,
    file,
    ['im-client config', 'print every value and its source'],
    ['im-client config --json | jq -r .server.value', 'print the name of the server'],
  );
  addHeadlessCommands(program);
  addTrustCommands(program);
  addCompletionCommand(program);
  return withAction(program, () => start(program.opts<ClientSettings>()));
}

function addHistoryCommand(program: Command): void {
  const history = program
    .command('history')
    .description('print the messages exchanged with a buddy, from the files on this machine')
    .argument('<buddy>', "the buddy's id; for a caller without an id, @ and the address")
    .option('--search <text>', 'print only messages that contain this text, ignoring case')
    .option('--json', `print all messages, one JSON object per line, not only the last ${SHOWN_MESSAGES}`)
    .action(async (name: string, options: HistoryOptions) => {
      const { correspondentOf, printHistory } = await import('./history-command.js');
      const correspondent = correspondentOf(name);
      if (correspondent === undefined) {
        program.error(`error: '${name}' is not a valid id: use a buddy's id, or @ and an address`);
      }
      process.exitCode = await printHistory(CLIENT_NAME, correspondent, options);
    });
  withExamples(
    history,
    ['im-client history bob', `print the last ${SHOWN_MESSAGES} messages`],
    ["im-client history bob --search 'the plan'", 'print the last messages that mention the plan'],
    ['im-client history bob --json | jq -r .text', 'print the text of every message'],
  );
}
