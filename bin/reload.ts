/**
 * Reads the configuration of a running server again, at a SIGHUP or for `im-server reload`. The options in
 * {@link LIVE}, which are limits and log options, change at once. Other options need a restart: if their
 * values have changed, the log names them.
 */

import { strict as assert } from 'node:assert';
import { CommanderError } from 'commander';
import { type Log, logVisibly } from '../actors/log.js';
import type { ReloadResult } from '../actors/server/admin-commands.js';
import type { LimitSettings, ServerLimits } from '../actors/server/server-limits.js';
import { toDisplayText } from '../protocol/display-text.js';
import { keyOfAttribute } from './configuration.js';
import { createServerCommand } from './server-command.js';
import type { ServerOptions } from './server-options.js';

/** The options that change without a restart. */
const LIVE = [
  'logLevel',
  'logRequests',
  'maxConnections',
  'maxPerAddress',
  'maxUsers',
  'reserveDays',
  'registrationBurst',
  'registrationRate',
  'changeBurst',
  'changeRate',
  'datagramBurst',
  'datagramRate',
  'answerBurst',
  'answerRate',
  'handshakeBurst',
  'handshakeRate',
  'totalHandshakeBurst',
  'totalHandshakeRate',
  'maxHandshakes',
  'maxHandshakesPerAddress',
] as const satisfies readonly (keyof ServerOptions)[];

const LIVE_NAMES: ReadonlySet<string> = new Set(LIVE);

/**
 * Returns the limits that the options set. Does not compile if {@link LIVE} lacks an option that is used
 * here.
 */
export function limitsOf(options: Pick<ServerOptions, (typeof LIVE)[number]>): LimitSettings {
  return {
    maxConnections: options.maxConnections,
    ...(options.maxPerAddress !== undefined && { maxConnectionsPerAddress: options.maxPerAddress }),
    maxUsers: options.maxUsers,
    reserveDays: options.reserveDays,
    registrations: { burst: options.registrationBurst, perSecond: options.registrationRate },
    changes: { burst: options.changeBurst, perSecond: options.changeRate },
    datagrams: { burst: options.datagramBurst, perSecond: options.datagramRate },
    answerBytes: { burst: options.answerBurst, perSecond: options.answerRate },
    handshakeLimits: {
      perAddress: { burst: options.handshakeBurst, perSecond: options.handshakeRate },
      inAll: { burst: options.totalHandshakeBurst, perSecond: options.totalHandshakeRate },
      unfinished: options.maxHandshakes,
      unfinishedPerAddress: options.maxHandshakesPerAddress,
    },
  };
}

/** The objects that a reload reads and changes. */
export interface Reloadable {
  /** The options with which the server runs. */
  readonly options: ServerOptions;
  readonly limits: ServerLimits;
  /** Whether requests are logged at `info`. */
  readonly requestLog: { isOn: boolean };
  /** The log, whose level can be set. */
  readonly log: ReloadLog;
  /** Lowers limits that this machine cannot provide. */
  readonly adapt: (options: ServerOptions) => ServerOptions;
}

export interface ReloadLog extends Log {
  level: string;
}

export interface Reload {
  /** Reads the configuration again. If it has a mistake, logs the mistake and changes nothing. */
  readonly reload: () => Promise<ReloadResult>;
  /** The limits that apply now, by the names of their options. */
  readonly limits: () => Readonly<Record<string, number>>;
}

/**
 * Creates the functions that reload the configuration of a server, and list its limits.
 *
 * @param args The arguments of the program. They override the file, as they did at the start.
 */
export function createReload(
  { options, limits, requestLog, log, adapt }: Reloadable,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Reload {
  let current = options;

  function listLimits(): Readonly<Record<string, number>> {
    const values = LIVE.map((name) => [keyOfAttribute(name), current[name]] as const);
    return Object.fromEntries(values.filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
  }

  async function reload(): Promise<ReloadResult> {
    const read = await readOptions(args, environment);
    if (read instanceof CommanderError) {
      const problem = toDisplayText(read.message.replace(/^error: /, ''));
      log.error({ problem }, 'the configuration has a mistake: nothing was changed');
      return { problem };
    }
    const next = adapt(read);
    const differs = (name: keyof ServerOptions) => next[name] !== current[name];
    const names = (Object.keys({ ...current, ...next }) as (keyof ServerOptions)[]).filter(differs);
    const changed = names.filter((name) => LIVE_NAMES.has(name));
    const waiting = names.filter((name) => !LIVE_NAMES.has(name));
    current = { ...current, ...Object.fromEntries(LIVE.map((name) => [name, next[name]])) };
    limits.change(limitsOf(current));
    requestLog.isOn = current.logRequests;
    const values = changed.map((name) => [
      keyOfAttribute(name),
      toDisplayText(String(next[name] ?? 'default')),
    ]);
    const result = { changed: Object.fromEntries(values), waiting: waiting.map(keyOfAttribute) };
    logVisibly(log, { changed: result.changed }, 'the configuration was read again');
    if (waiting.length > 0) log.warn({ options: result.waiting }, 'these options need a restart');
    log.level = current.logLevel;
    return result;
  }

  return { reload, limits: listLimits };
}

/** Reads the options as the program did at its start. Returns the first mistake, if there is one. */
async function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ServerOptions | CommanderError> {
  let read: ServerOptions | undefined;
  const program = createServerCommand(
    async (options) => {
      read = options;
    },
    args,
    environment,
  );
  program.configureOutput({ outputError: () => {} }).exitOverride((error) => {
    throw error;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
  assert(read !== undefined, 'the program has read its options');
  return read;
}
