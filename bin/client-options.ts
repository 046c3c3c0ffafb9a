/**
 * The client's options and their defaults. Each option can be set on the command line, in the environment as
 * `IM_…`, or in the configuration file under its long name.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PrivacyMode } from '../machines/client/private-calls.js';
import { parseId, type UserId } from '../protocol/id.js';
import type { NotifyMode } from '../terminal/console.js';
import { portOption, textOption } from './command-line.js';
import { addConfigurableOptions } from './configuration.js';
import type { InspectionSettings } from './inspect-option.js';

/** The largest value of `--auto-away`, in minutes: one day. */
const MAX_AUTO_AWAY_MINUTES = 24 * 60;

export interface ClientSettings extends InspectionSettings {
  readonly server: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly messagePort: number;
  readonly user?: UserId;
  readonly private: boolean;
  readonly clear: boolean;
  readonly plain: boolean;
  readonly history: boolean;
  readonly notify: NotifyMode;
  readonly notifyPrivate: boolean;
  /** Minutes; 0 means never. */
  readonly autoAway: number;
}

const NOTIFY_MODES: readonly NotifyMode[] = ['off', 'bell', 'osc'];

/** Adds the options to the program. Commander accepts them before and after the name of a subcommand. */
export function addClientOptions(program: Command): Command {
  const options = [
    new Option(
      '--server <host>',
      'name or address of the server, or a list a,b,c of servers that share a directory',
    )
      .argParser(textOption)
      .default('localhost'),
    new Option('--tcp-port <port>', "the server's port for REG, ADD and DEL")
      .argParser(portOption)
      .default(1234),
    new Option('--udp-port <port>', "the server's port for SET and GET").argParser(portOption).default(1235),
    new Option('--message-port <port>', 'port for calls from buddies; 0 picks a free port')
      .argParser(portOption)
      .default(0),
    new Option('--user <id>', 'log in as this user at start').argParser(idOption),
    new Option('--private', 'no chat in clear: make and take only private calls').default(false, 'no'),
    new Option(
      '--clear',
      'register without a key, and chat in clear while the server does not say whether a buddy has a key',
    ).default(false, 'no'),
    new Option(
      '--plain',
      'read and write plain lines, without cursor codes; always on without a terminal or with TERM=dumb',
    ).default(false, 'no'),
    new Option('--no-history', 'do not save chat messages'),
    new Option(
      '--notify <how>',
      'signal calls and messages by the bell, or by a desktop notification (OSC 9)',
    )
      .choices(NOTIFY_MODES)
      .default('bell'),
    new Option('--notify-private', 'leave names and texts out of notifications').default(false, 'no'),
    new Option(
      '--auto-away <minutes>',
      `become away after this many minutes without a key press, 1 to ${MAX_AUTO_AWAY_MINUTES}, or off`,
    )
      .argParser(minutesOption)
      .default(0, 'off'),
  ];
  addConfigurableOptions(program, 'IM_', options);
  return program;
}

/** Ends the program if the options about privacy contradict each other. */
export function checkPrivacy(program: Command): void {
  const { private: isPrivate, clear } = program.opts<ClientSettings>();
  if (isPrivate && clear) program.error("error: option '--private' cannot be used with option '--clear'");
}

/** What the options say about chats in clear. */
export function privacyMode(settings: Pick<ClientSettings, 'private' | 'clear'>): PrivacyMode {
  if (settings.private) return 'private';
  return settings.clear ? 'clear' : 'as-can';
}

/** Parses an id from the command line. @throws InvalidArgumentError */
export function idOption(value: string): UserId {
  const id = parseId(value);
  if (id === undefined)
    throw new InvalidArgumentError(
      'Use 1 to 64 letters, digits and _ . @ + -, beginning with a letter, a digit or _.',
    );
  return id;
}

function minutesOption(value: string): number {
  if (value === 'off') return 0;
  const minutes = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (minutes < 1 || minutes > MAX_AUTO_AWAY_MINUTES)
    throw new InvalidArgumentError(`Use a number of minutes from 1 to ${MAX_AUTO_AWAY_MINUTES}, or off.`);
  return minutes;
}
