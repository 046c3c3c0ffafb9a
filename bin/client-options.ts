/**
 * The client's options: each can be given on the command line, in the environment as `IM_…`, or in the
 * configuration file under its long name; and what holds when it is in none of them.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseId, type UserId } from '../protocol/id.js';
import type { NotifyMode } from '../terminal/console.js';
import { portOption, textOption } from './command-line.js';
import type { InspectionSettings } from './inspect-option.js';

/** Most minutes without a key before a user counts as away: a day. */
const MAX_AUTO_AWAY_MINUTES = 24 * 60;

export interface ClientSettings extends InspectionSettings {
  readonly server: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly messagePort: number;
  readonly user?: UserId;
  readonly plain: boolean;
  readonly history: boolean;
  readonly notify: NotifyMode;
  readonly notifyPrivate: boolean;
  /** Minutes; 0 for never. */
  readonly autoAway: number;
}

const NOTIFY_MODES: readonly NotifyMode[] = ['off', 'bell', 'osc'];

/** Adds them to the program, and so to its subcommands, before or after whose names they may stand. */
export function addClientOptions(program: Command): Command {
  const options = [
    new Option('--server <host>', 'name or address of the server').argParser(textOption).default('localhost'),
    new Option('--tcp-port <port>', 'its port for REG, ADD and DEL').argParser(portOption).default(1234),
    new Option('--udp-port <port>', 'its port for SET and GET').argParser(portOption).default(1235),
    new Option('--message-port <port>', 'port on which buddies call; 0 picks a free one')
      .argParser(portOption)
      .default(0),
    new Option('--user <id>', 'log in as this user at the start').argParser(idOption),
    new Option(
      '--plain',
      'lines in, lines out, no cursor codes (so it is without a terminal, or with TERM=dumb)',
    ).default(false, 'no'),
    new Option('--no-history', 'write down no messages of chats'),
    new Option('--notify <how>', 'how to be told of calls and messages: the bell, or a notification by OSC 9')
      .choices(NOTIFY_MODES)
      .default('bell'),
    new Option('--notify-private', 'notifications say that something came, but not what').default(
      false,
      'no',
    ),
    new Option(
      '--auto-away <minutes>',
      `away after so long without a key, 1 to ${MAX_AUTO_AWAY_MINUTES}, or off`,
    )
      .argParser(minutesOption)
      .default(0, 'off'),
  ];
  for (const option of options) program.addOption(option.env(variableOf(keyOf(option))));
  return program;
}

/** The options that can be configured, which are those with a variable. */
export function configurableOptions(program: Command): readonly Option[] {
  return program.options.filter(({ envVar }) => envVar !== undefined);
}

/** What an option is called in the configuration file. */
export function keyOf(option: Option): string {
  return option.name().replace(/^no-/, '');
}

/** Reads an option's value as it stands in a file or variable. @throws InvalidArgumentError */
export function readValue(option: Option, text: string): unknown {
  if (isSwitch(option)) return switchValue(text);
  return option.parseArg === undefined ? text : option.parseArg(text, undefined);
}

/** An option's value, as {@link readValue} reads it; empty where there is none. */
export function writeValue(option: Option, value: unknown): string {
  if (isSwitch(option)) return value ? 'yes' : 'no';
  if (value === option.defaultValue && option.defaultValueDescription !== undefined)
    return option.defaultValueDescription;
  return value === undefined ? '' : String(value);
}

/** Commander only asks whether a switch's variable is there; this asks what it says. */
export function readSwitchVariables(program: Command): void {
  for (const option of configurableOptions(program).filter(isSwitch)) {
    const variable = option.envVar ?? '';
    if (program.getOptionValueSource(option.attributeName()) !== 'env') continue;
    const text = process.env[variable] ?? '';
    try {
      program.setOptionValueWithSource(option.attributeName(), switchValue(text), 'env');
    } catch (error) {
      program.error(
        `error: option '${option.flags}' value '${text}' from env '${variable}' is invalid. ${(error as Error).message}`,
      );
    }
  }
}

function isSwitch({ required, optional }: Option): boolean {
  return !required && !optional;
}

function variableOf(key: string): string {
  return `IM_${key.toUpperCase().replaceAll('-', '_')}`;
}

function switchValue(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (['1', 'yes', 'true', 'on'].includes(word)) return true;
  if (['0', 'no', 'false', 'off'].includes(word)) return false;
  throw new InvalidArgumentError('it is yes or no.');
}

/** Reads an id from the command line. @throws InvalidArgumentError */
export function idOption(value: string): UserId {
  const id = parseId(value);
  if (id === undefined) throw new InvalidArgumentError('an id is up to 64 letters, digits and _ . @ + -');
  return id;
}

function minutesOption(value: string): number {
  if (value === 'off') return 0;
  const minutes = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (minutes < 1 || minutes > MAX_AUTO_AWAY_MINUTES)
    throw new InvalidArgumentError(`it is a number of minutes from 1 to ${MAX_AUTO_AWAY_MINUTES}, or off.`);
  return minutes;
}
