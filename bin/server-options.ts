/**
 * The server's options and their defaults. Each option can be set on the command line, in the environment as
 * `IM_SERVER_…`, or in the configuration file under its long name.
 */

import { Command, Option } from 'commander';
import { MAX_CONNECTIONS, RESERVE_DAYS } from '../actors/server/server-limits.js';
import { HANDSHAKE_LIMITS } from '../machines/server/handshake-budget.js';
import { ANSWER_BYTES, CHANGES, DATAGRAMS, REGISTRATIONS } from '../machines/server/quota.js';
import { MAX_USERS } from '../storage/store.js';
import { countOption, daysOption, portOption, secondsOption, textOption } from './command-line.js';
import { applyConfigFile, type ConfigFile } from './config-file.js';
import { addConfigurableOptions } from './configuration.js';
import type { InspectionSettings } from './inspect-option.js';
import { LOG_LEVELS, type LogFormat } from './logger.js';
import { metricsOption, parseMonitorAddress } from './metrics/monitor-address.js';

/** The configuration file that is read if no other file is named, and if this file exists. */
const CONFIG_FILE = '/etc/im/server.conf';

/** The beginning of the names of the server's variables. */
const PREFIX = 'IM_SERVER_';

/** The server's default addresses. */
export const DEFAULT_ADDRESSES = { host: '0.0.0.0', tcpPort: 1234, udpPort: 1235 } as const;

/**
 * The default warm-up, in seconds. In this time, each client announces itself at least once: clients do so
 * every 10 s.
 */
const WARM_UP_SECONDS = 12;

export interface ServerOptions extends InspectionSettings {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly data: string;
  /** The URL of a directory in PostgreSQL, in place of the data directory. */
  readonly directory?: string;
  readonly directoryAlone: boolean;
  /** In seconds. */
  readonly warmUp: number;
  readonly repair?: true;
  /** The path of the socket for the operator's commands. */
  readonly adminSocket?: string;
  readonly maxConnections: number;
  readonly maxPerAddress?: number;
  readonly maxUsers: number;
  readonly reserveDays: number;
  readonly registrationBurst: number;
  readonly registrationRate: number;
  readonly changeBurst: number;
  readonly changeRate: number;
  readonly datagramBurst: number;
  readonly datagramRate: number;
  readonly answerBurst: number;
  readonly answerRate: number;
  readonly handshakeBurst: number;
  readonly handshakeRate: number;
  readonly totalHandshakeBurst: number;
  readonly totalHandshakeRate: number;
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
  readonly limitLoopback: boolean;
  /** `[HOST:]PORT` */
  readonly metrics?: string;
  readonly logRequests: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: LogFormat;
}

/** Adds the options to the program. */
export function addServerOptions(program: Command, environment: NodeJS.ProcessEnv): void {
  // If the unit has several state directories, systemd separates them with colons.
  const [stateDirectory] = (environment['STATE_DIRECTORY'] ?? '').split(':');
  addConfigurableOptions(program, PREFIX, [
    new Option('--host <address>', 'address to listen on')
      .argParser(textOption)
      .default(DEFAULT_ADDRESSES.host),
    new Option('--tcp-port <port>', 'port for requests; 0 picks a free port')
      .argParser(portOption)
      .default(DEFAULT_ADDRESSES.tcpPort),
    new Option('--udp-port <port>', 'port for presence; 0 picks a free port')
      .argParser(portOption)
      .default(DEFAULT_ADDRESSES.udpPort),
    new Option(
      '--data <directory>',
      'directory of the database; under systemd, StateDirectory= is the default',
    )
      .argParser(textOption)
      .default(stateDirectory || './data'),
    new Option(
      '--directory <url>',
      'directory in PostgreSQL that several servers share, such as postgres://im@db1,db2/im',
    ),
    new Option(
      '--directory-alone',
      'allow a directory without a synchronous standby: changes can be lost',
    ).default(false, 'no'),
    new Option(
      '--warm-up <seconds>',
      'with --directory: how long to listen to the other servers before clients are served',
    )
      .argParser(secondsOption)
      .default(WARM_UP_SECONDS),
    new Option(
      '--admin-socket <path>',
      "socket for the operator's commands (default: admin.sock in the data directory; " +
        'with --directory, in $RUNTIME_DIRECTORY)',
    ).argParser(textOption),
    count(
      '--max-connections',
      'maximum number of TCP connections at once; further connections are answered 206',
      MAX_CONNECTIONS,
    ),
    count(
      '--max-per-address',
      'maximum number of TCP connections at once from one address (default: 4/5 of --max-connections)',
    ),
    count(
      '--max-users',
      'maximum number of users, including reserved ids; further REG requests are answered 206',
      MAX_USERS,
    ),
    new Option(
      '--reserve-days <days>',
      'how long a deleted id stays reserved: until then, the server answers 203 to a REG of this id',
    )
      .argParser(daysOption)
      .default(RESERVE_DAYS),
    count(
      '--registration-burst',
      'maximum number of REG and REM requests that one address makes at once; ' +
        'further requests are answered 206',
      REGISTRATIONS.burst,
    ),
    count(
      '--registration-rate',
      'maximum number of REG and REM requests that one address makes per second once the burst is used up',
      REGISTRATIONS.perSecond,
    ),
    count(
      '--change-burst',
      'maximum number of ADD, DEL and LOG requests that one address makes at once; ' +
        'further requests are answered 206',
      CHANGES.burst,
    ),
    count(
      '--change-rate',
      'maximum number of ADD, DEL and LOG requests that one address makes ' +
        'per second once the burst is used up',
      CHANGES.perSecond,
    ),
    count(
      '--datagram-burst',
      'maximum number of datagrams that one address sends at once; others are dropped',
      DATAGRAMS.burst,
    ),
    count(
      '--datagram-rate',
      'maximum number of datagrams that one address sends per second once the burst is used up',
      DATAGRAMS.perSecond,
    ),
    count(
      '--answer-burst',
      'maximum number of bytes of answers to GET that one address gets at once',
      ANSWER_BYTES.burst,
      'bytes',
    ),
    count(
      '--answer-rate',
      'maximum number of bytes of answers to GET that one address gets per second once the burst is used up',
      ANSWER_BYTES.perSecond,
      'bytes',
    ),
    count(
      '--handshake-burst',
      'maximum number of TLS handshakes that one address makes at once; others are cut without a reply',
      HANDSHAKE_LIMITS.perAddress.burst,
    ),
    count(
      '--handshake-rate',
      'maximum number of TLS handshakes that one address makes per second once the burst is used up',
      HANDSHAKE_LIMITS.perAddress.perSecond,
    ),
    count(
      '--total-handshake-burst',
      'maximum number of TLS handshakes that all addresses together make at once',
      HANDSHAKE_LIMITS.inAll.burst,
    ),
    count(
      '--total-handshake-rate',
      'maximum number of TLS handshakes that all addresses together make ' +
        'per second once the burst is used up',
      HANDSHAKE_LIMITS.inAll.perSecond,
    ),
    count(
      '--max-handshakes',
      'maximum number of TLS handshakes that are not finished',
      HANDSHAKE_LIMITS.unfinished,
    ),
    count(
      '--max-handshakes-per-address',
      'maximum number of TLS handshakes of one address that are not finished',
      HANDSHAKE_LIMITS.unfinishedPerAddress,
    ),
    new Option('--limit-loopback', 'apply the limits per address to this machine too (for tests)').default(
      false,
      'no',
    ),
    new Option(
      '--metrics <[host:]port>',
      'serve metrics for Prometheus and health checks over HTTP; the host is 127.0.0.1 if it is not given',
    ).argParser(metricsOption),
    new Option(
      '--log-requests',
      'log each request over TCP at the level info; without it, they are logged at the level debug',
    ).default(false, 'no'),
    new Option('--log-level <level>', 'lowest level to log').choices(LOG_LEVELS).default('info'),
    new Option('--log-format <format>', 'format of the log')
      .choices(['pretty', 'json'])
      .default(process.stderr.isTTY ? 'pretty' : 'json', 'pretty on a terminal, json otherwise'),
  ]);
  program.option('--config <file>', `configuration file (default: ${CONFIG_FILE}, if it exists)`, textOption);
  program.option('--repair', 'if the database is damaged, save the readable part and start');
}

/**
 * Reads the configuration file that the arguments or the environment name, or the default file. Call this
 * function before the arguments are parsed, so that the arguments override the file.
 */
export function readServerFile(
  program: Command,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ConfigFile {
  const { config = environment[`${PREFIX}CONFIG`] } = new Command()
    .option('--config [file]') // the program itself reports a missing value
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(args, { from: 'user' })
    .opts<{ config?: string | true }>();
  const path = typeof config === 'string' ? config : CONFIG_FILE;
  return applyConfigFile(program, path, path === config);
}

/**
 * The first contradiction between options, as text for the operator.
 *
 * @param sourceOf Takes an option's key, and returns where the option is set.
 */
export function findContradiction(program: Command, sourceOf: (key: string) => string): string | undefined {
  const { directory, directoryAlone, repair, metrics, tcpPort } = program.opts<ServerOptions>();
  const named = (key: string) => `${key} (${sourceOf(key)})`;
  if (tcpPort !== 0 && metrics !== undefined && parseMonitorAddress(metrics)?.port === tcpPort)
    return `${named('metrics')} and ${named('tcp-port')} must name different ports`;
  if (directory === undefined)
    return directoryAlone ? `${named('directory-alone')} needs the option directory` : undefined;
  if (program.getOptionValueSource('data') !== 'default')
    return `${named('directory')} cannot be used with ${named('data')}`;
  return repair ? `${named('directory')} cannot be used with --repair` : undefined;
}

/** An option whose value is a number of at least 1. */
function count(flag: string, description: string, value?: number, unit = 'n'): Option {
  return new Option(`${flag} <${unit}>`, description).argParser(countOption).default(value);
}
