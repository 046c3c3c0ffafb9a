/**
 * The server's command line: the program, which starts the server, and its subcommands.
 */

import { type Command, Option } from 'commander';
import { MAX_CONNECTIONS } from '../actors/server/server-tree.js';
import { ANSWER_BYTES } from '../machines/server/quota.js';
import { MAX_USERS } from '../storage/store.js';
import {
  addCompletionCommand,
  countOption,
  createCommand,
  portOption,
  textOption,
  withExamples,
} from './command-line.js';
import { addDataCommands } from './data-commands.js';
import { addInspectionOptions, type InspectionSettings } from './inspect-option.js';
import { LOG_LEVELS, type LogFormat } from './logger.js';

export const SERVER_NAME = 'im-server';

export interface ServerOptions extends InspectionSettings {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly data: string;
  readonly repair?: true;
  readonly maxConnections: number;
  readonly maxPerAddress?: number;
  readonly maxUsers: number;
  readonly answerBurst: number;
  readonly answerRate: number;
  readonly limitLoopback?: true;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: LogFormat;
}

/**
 * The command line; nothing is parsed yet.
 *
 * @param start Starts the server.
 */
export function createServerCommand(start: (options: ServerOptions) => Promise<void>): Command {
  const program = createCommand(
    SERVER_NAME,
    'Directory and presence server of a small instant-messaging system.',
  )
    .option('--host <address>', 'address to listen on', textOption, '0.0.0.0')
    .option('--tcp-port <port>', 'port for REG, ADD and DEL; 0 picks a free one', portOption, 1234)
    .option('--udp-port <port>', 'port for SET and GET; 0 picks a free one', portOption, 1235)
    .option('--data <directory>', 'where users and buddy lists are kept', textOption, './data')
    .option('--repair', 'save what can be saved, should the data be damaged')
    .option(
      '--max-connections <n>',
      'most TCP connections at once; 206 beyond it',
      countOption,
      MAX_CONNECTIONS,
    )
    .option('--max-per-address <n>', 'the same from one address (default: 4 in 5 of all)', countOption)
    .option('--max-users <n>', 'most users; REG of one more is answered 206', countOption, MAX_USERS)
    .option(
      '--answer-burst <bytes>',
      'most bytes of answers to GET at once, to one address',
      countOption,
      ANSWER_BYTES.burst,
    )
    .option('--answer-rate <bytes>', 'and then each second', countOption, ANSWER_BYTES.perSecond)
    .option('--limit-loopback', 'hold programs of this machine to such limits too (for tests)')
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .addOption(
      new Option('--log-format <format>', 'how to log')
        .choices(['pretty', 'json'])
        .default(process.stderr.isTTY ? 'pretty' : 'json', 'pretty on a terminal, json elsewhere'),
    )
    .addHelpText('after', '\nSIGINT or SIGTERM ends it: requests in flight are finished first.');
  addInspectionOptions(program);
  withExamples(
    program,
    ['im-server --data /srv/im', 'serve on TCP port 1234 and UDP port 1235'],
    [
      'im-server --host 127.0.0.1 --tcp-port 0 --udp-port 0',
      'on free ports of this machine; it prints which',
    ],
    ['im-server export /srv/im users.txt', 'all users and their buddies as text'],
  );
  addDataCommands(program);
  addCompletionCommand(program);
  return program.action(() => start(program.opts<ServerOptions>()));
}
