/**
 * Shared by the commands about keys: settings, output, and the end of the process.
 */

import { ChosenServer } from '../../actors/client/chosen-server.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { dataDirectory } from '../../user-files/directories.js';
import { type Failed, isFailed } from '../../user-files/private-directory.js';
import { complain, EXIT, exitOnOutputError, writeOut } from '../command-line.js';
import { endProcess } from '../ending.js';
import { Refused } from './refused.js';

const PROGRAM = 'im-client';

/** The options of the program that these commands use. */
export interface KeyOptions {
  readonly server: string;
  readonly tcpPort: number;
  readonly user?: UserId;
  readonly json?: true;
}

/** The settings of a command. */
export interface KeySession {
  readonly server: ChosenServer;
  /** The data directory of the client; `undefined` when the user has no home. */
  readonly root: string | undefined;
  readonly user: UserId | undefined;
  readonly isJson: boolean;
}

/** Runs a command, and ends the process with the exit code that it returns. */
export async function runKeyCommand(
  { server, tcpPort, user, json }: KeyOptions,
  work: (session: KeySession) => Promise<number>,
): Promise<never> {
  exitOnOutputError(PROGRAM);
  const chosen = new ChosenServer({ host: server, tcpPort });
  if (user !== undefined) chosen.beginWith(user);
  const session: KeySession = {
    server: chosen,
    root: dataDirectory(process.env),
    user,
    isJson: json === true,
  };
  const code = await work(session).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    complain(PROGRAM, error.message);
    return error.exitCode;
  });
  return endProcess(code);
}

/** Returns the user of a command. Refuses if no user is set. */
export function userOf({ user }: KeySession): UserId {
  if (user === undefined) throw new Refused('give your id with --user', EXIT.usage);
  return user;
}

/** Prints a result: sentences for people, or one line of JSON. */
export function print(
  { isJson }: KeySession,
  lines: readonly string[],
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = isJson ? [JSON.stringify(fields)] : lines.map(gated);
  return writeOut(text.map((line) => `${line}\n`).join(''));
}

/** Prints a line for the user on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${toDisplayText(line)}\n`);
}

/**
 * Returns the value. Refuses if the value is a failure.
 *
 * @param what Says what could not be done, for the message.
 */
export function orRefuse<TValue>(value: TValue | Failed, what: string): Exclude<TValue, Failed> {
  if (isFailed(value)) throw new Refused(`${what}: ${value.reason}`, EXIT.failed);
  return value as Exclude<TValue, Failed>;
}

/** Passes each column through the text gate. Tabs separate the columns. */
function gated(line: string): string {
  return line.split('\t').map(toDisplayText).join('\t');
}
