/**
 * The server's command line: the program, which starts the server, and its subcommands.
 */

import { type Command, Option } from 'commander';
import { MAX_CONNECTIONS } from '../actors/server/server-tree.js';
import { HANDSHAKE_LIMITS } from '../machines/server/handshake-budget.js';
import { ANSWER_BYTES } from '../machines/server/quota.js';
import { MAX_USERS } from '../storage/store.js';
import {
  addCompletionCommand,
  countOption,
  createCommand,
  portOption,
  secondsOption,
  textOption,
  withAction,
  withExamples,
} from './command-line.js';
import { addDataCommands } from './data-commands.js';
import { checkDatabaseUrl } from './database-url.js';
import { addInspectionOptions, type InspectionSettings } from './inspect-option.js';
import { addKeyCommand } from './key-command.js';
import { LOG_LEVELS, type LogFormat } from './logger.js';
import { addMigrateCommand } from './migrate-command.js';

export const SERVER_NAME = 'im-server';

/** Clients announce themselves every 10 s. */
const WARM_UP_SECONDS = 12;

export interface ServerOptions extends InspectionSettings {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly data: string;
  /** The URL of a directory in PostgreSQL, in place of the data directory. */
  readonly directory?: string;
  readonly directoryAlone?: true;
  /** In seconds. */
  readonly warmUp: number;
  readonly repair?: true;
  readonly maxConnections: number;
  readonly maxPerAddress?: number;
  readonly maxUsers: number;
  readonly answerBurst: number;
  readonly answerRate: number;
  readonly handshakeBurst: number;
  readonly handshakeRate: number;
  readonly totalHandshakeBurst: number;
  readonly totalHandshakeRate: number;
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
  readonly limitLoopback?: true;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: LogFormat;
}

/**
 * Creates the command line. Parses nothing yet.
 *
 * @param start Starts the server.
 */
export function createServerCommand(start: (options: ServerOptions) => Promise<void>): Command {
  const program = createCommand(
    SERVER_NAME,
    'Directory and presence server of a small instant-messaging system.',
  )
    .option('--host <address>', 'address to listen on', textOption, '0.0.0.0')
    .option('--tcp-port <port>', 'port for requests; 0 picks a free port', portOption, 1234)
    .option('--udp-port <port>', 'port for presence; 0 picks a free port', portOption, 1235)
    .option('--data <directory>', 'directory of the database', textOption, './data')
    .option('--repair', 'if the database is damaged, save the readable part and start')
    .addOption(
      new Option(
        '--directory <url>',
        'directory in PostgreSQL that several servers share, such as postgres://im@db1,db2/im',
      ).conflicts(['data', 'repair']),
    )
    .option('--directory-alone', 'allow a directory without a synchronous standby: changes can be lost')
    .option(
      '--warm-up <seconds>',
      'with --directory: how long to listen to the other servers before clients are served',
      secondsOption,
      WARM_UP_SECONDS,
    )
    .option(
      '--max-connections <n>',
      'maximum number of TCP connections at once; others are answered 206',
      countOption,
      MAX_CONNECTIONS,
    )
    .option(
      '--max-per-address <n>',
      'maximum number of TCP connections at once from one address (default: 4/5 of --max-connections)',
      countOption,
    )
    .option(
      '--max-users <n>',
      'maximum number of users; further REG requests are answered 206',
      countOption,
      MAX_USERS,
    )
    .option(
      '--answer-burst <bytes>',
      'maximum number of bytes of answers to GET that one address gets at once',
      countOption,
      ANSWER_BYTES.burst,
    )
    .option(
      '--answer-rate <bytes>',
      'maximum number of bytes of answers to GET that one address gets per second after that',
      countOption,
      ANSWER_BYTES.perSecond,
    )
    .option(
      '--handshake-burst <n>',
      'maximum number of TLS handshakes that one address makes at once; others are cut without a reply',
      countOption,
      HANDSHAKE_LIMITS.perAddress.burst,
    )
    .option(
      '--handshake-rate <n>',
      'maximum number of TLS handshakes that one address makes per second after that',
      countOption,
      HANDSHAKE_LIMITS.perAddress.perSecond,
    )
    .option(
      '--total-handshake-burst <n>',
      'maximum number of TLS handshakes that all addresses together make at once',
      countOption,
      HANDSHAKE_LIMITS.inAll.burst,
    )
    .option(
      '--total-handshake-rate <n>',
      'maximum number of TLS handshakes that all addresses together make per second after that',
      countOption,
      HANDSHAKE_LIMITS.inAll.perSecond,
    )
    .option(
      '--max-handshakes <n>',
      'maximum number of TLS handshakes that are not finished',
      countOption,
      HANDSHAKE_LIMITS.unfinished,
    )
    .option(
      '--max-handshakes-per-address <n>',
      'maximum number of TLS handshakes of one address that are not finished',
      countOption,
      HANDSHAKE_LIMITS.unfinishedPerAddress,
    )
    .option('--limit-loopback', 'apply the limits per address to this machine too (for tests)')
    .addOption(new Option('--log-level <level>', 'lowest level to log').choices(LOG_LEVELS).default('info'))
    .addOption(
      new Option('--log-format <format>', 'format of the log')
        .choices(['pretty', 'json'])
        .default(process.stderr.isTTY ? 'pretty' : 'json', 'pretty on a terminal, json otherwise'),
    )
    .addHelpText('after', '\nSIGINT or SIGTERM stops the server. It finishes requests in flight first.');
  addInspectionOptions(program);
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
  addDataCommands(program);
  addKeyCommand(program);
  addMigrateCommand(program);
  addCompletionCommand(program);
  return withAction(program, () => {
    const options = program.opts<ServerOptions>();
    if (options.directory !== undefined) checkDatabaseUrl(program, options.directory);
    else if (options.directoryAlone) program.error('--directory-alone needs --directory');
    return start(options);
  });
}
