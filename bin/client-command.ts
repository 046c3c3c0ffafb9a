/**
 * The client's command line: the program, which starts the client, and its subcommands.
 */

import type { Command } from 'commander';
import { SHOWN_MESSAGES } from '../user-files/history-reader.js';
import { applyConfigFile } from './client-config.js';
import {
  addClientOptions,
  type ClientSettings,
  configurableOptions,
  readSwitchVariables,
} from './client-options.js';
import {
  addCompletionCommand,
  createCommand,
  outliveReader,
  withExamples,
  writeOut,
} from './command-line.js';
import { addHeadlessCommands } from './headless-commands.js';
import type { HistoryOptions } from './history-command.js';
import { addInspectionOptions } from './inspect-option.js';
import { withProgramOptions } from './program-options.js';

export const CLIENT_NAME = 'im-client';

/**
 * The command line; nothing is parsed yet.
 *
 * @param start Starts the interactive client.
 * @param environment Tells where the configuration file is.
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
    '\nIn the menu one letter is enough. In a chat, q on a line of its own leaves; \\q sends a q.\n' +
      'Options may also stand in ~/.config/im/client.conf; what holds is shown by im-client config.',
  );
  withExamples(
    program,
    ['im-client', 'register or log in at the menu, with a server on this machine'],
    ['im-client --server im.example.org --user alice', 'log in at once'],
    ["printf 'A\\nbob\\nS\\nX\\n' | im-client --user alice", 'lines in, lines out, for scripts'],
  );
  const file = applyConfigFile(program, environment);
  program.hook('preAction', (_program, command) => {
    if (file.problem !== undefined && command.name() !== 'completion') {
      program.error(`error: ${file.problem}`);
    }
    readSwitchVariables(program);
  });
  addHistoryCommand(program);
  const config = program
    .command('config')
    .description('print all options that can be configured, with where each value comes from')
    .option('--json', 'as one line of JSON')
    .action(async ({ json }: { readonly json?: true }) => {
      outliveReader(CLIENT_NAME);
      const { configLines } = await import('./config-command.js');
      await writeOut(`${configLines(program, file, json === true).join('\n')}\n`);
    });
  withExamples(config, ['im-client config', 'what holds, and why']);
  withProgramOptions(config, ...configurableOptions(program).map(({ long }) => long ?? ''));
  addHeadlessCommands(program);
  addCompletionCommand(program);
  // Commander adds it by itself only to programs that do nothing without a command.
  program.helpCommand('help [command]', 'show the help of a command');
  // Without this, a mistyped command would be told of as an argument too many.
  return program.allowExcessArguments().action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) return refuseUnknown(program);
    await start(program.opts<ClientSettings>());
  });
}

/** Says which command was meant, if one is similar: Commander does so where a program does nothing itself. */
function refuseUnknown(program: Command): void {
  const idle = createCommand(CLIENT_NAME, program.description());
  for (const command of program.commands) idle.addCommand(command);
  idle.parse(['--', ...program.args], { from: 'user' });
}

function addHistoryCommand(program: Command): void {
  const history = program
    .command('history')
    .description('print what was said with a buddy, from the files on this machine')
    .argument('<buddy>', 'an id; of a caller who told none, @ and the address')
    .option('--search <text>', 'only messages with this in them, in whatever case')
    .option('--json', `all messages, a line of JSON each, not only the last ${SHOWN_MESSAGES} for people`)
    .action(async (name: string, options: HistoryOptions) => {
      const { correspondentOf, printHistory } = await import('./history-command.js');
      const correspondent = correspondentOf(name);
      if (correspondent === undefined) {
        program.error(`error: '${name}' is no id, and no @ with an address`);
      }
      process.exitCode = await printHistory(CLIENT_NAME, correspondent, options);
    });
  withExamples(
    history,
    ['im-client history bob', `the last ${SHOWN_MESSAGES} messages`],
    ["im-client history bob --search 'the plan'", 'the last in which the plan is spoken of'],
    ['im-client history bob --json | jq -r .text', 'all of it, for other programs'],
  );
}
