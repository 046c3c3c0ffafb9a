/**
 * The commands with which the operator administers a running server, such as `im-server status`.
 */

import { isIP } from 'node:net';
import { type Command, Option } from 'commander';
import type { AdminFields, AdminRequest } from '../actors/server/admin-protocol.js';
import { toDisplayText } from '../protocol/display-text.js';
import { parseId, type UserId } from '../protocol/id.js';
import { parseIdPattern } from '../protocol/id-pattern.js';
import type { BanTarget } from '../storage/store.js';
import { CommandFailed, sendCommand } from './admin-client.js';
import { adminSocketOfCommand } from './admin-socket.js';
import {
  type AdminView,
  BANNED,
  BANS,
  DELETED,
  FREED,
  RELOADED,
  SHOW,
  SHOW_ADDRESS,
  STATUS,
  STOP,
  UNBANNED,
  USERS,
  WHO,
} from './admin-words.js';
import { parseDuration, readBanTarget } from './ban-target.js';
import { complain, EXIT, type Example, exitOnOutputError, withExamples, writeOut } from './command-line.js';
import type { ConfigFile } from './config-file.js';
import { withProgramOptions } from './program-options.js';
import type { ServerOptions } from './server-options.js';
import { TerminalQuestions } from './terminal-question.js';

/** The rules for an id, as text for a person. */
const ID_GRAMMAR = 'up to 64 letters, digits and _ . @ + -, of which the first is a letter, a digit or _';

/** The exit code when there is no such user, no such reserved id, or no such ban. */
const EXIT_UNKNOWN = 3;

/** Exit codes as the help shows them. docs/administration.md has the same codes. */
export const ADMIN_EXIT_HELP = `
Exit codes:
   0  done
   1  failed: no server runs here, no permission, or the server could not do it
   2  a mistake on the command line
   3  there is no such user, reserved id or ban`;

/** A command that the running server carries out. */
interface AdminCommand {
  /** The name and the arguments. */
  readonly usage: string;
  readonly description: string;
  /** The descriptions of the arguments, by their names. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: () => readonly Option[];
  readonly examples: readonly Example[];
  readonly view: AdminView | ((request: AdminRequest) => AdminView);
  /** Makes the request from the arguments. A mistake ends the process with a usage error. */
  readonly request: (command: Command) => AdminRequest;
  /** Asks the user whether to send the request. Ends the process if the answer is no. */
  readonly confirm?: (command: Command, request: AdminRequest) => Promise<void>;
}

const TARGET = { target: 'an id, an IP address, or a network such as 192.0.2.0/24' };

const asId = () => new Option('--id', 'take the target as an id, even if it looks like an address');

const COMMANDS: readonly AdminCommand[] = [
  {
    usage: 'status',
    description: 'print the state of the running server',
    examples: [
      ['im-server status', 'print where it listens, its users, connections, store and warnings'],
      ['im-server status --json | jq .online', 'print how many users are online'],
    ],
    view: STATUS,
    request: () => ({ command: 'status' }),
  },
  {
    usage: 'who',
    description: 'list the users who are online, with their addresses',
    examples: [
      ['im-server who', 'list who is online or away'],
      ['im-server who --json | jq -r .address | sort | uniq -c', 'count the users of each address'],
    ],
    view: WHO,
    request: () => ({ command: 'who' }),
  },
  {
    usage: 'users [pattern]',
    description: 'list the users and the reserved ids',
    arguments: { pattern: 'list only ids that match: * stands for any characters, ? for one' },
    examples: [
      ['im-server users', 'list all users'],
      ["im-server users 'guest-*'", 'list the users whose ids begin with guest-'],
    ],
    view: USERS,
    request(command) {
      const [text] = command.args;
      if (text === undefined) return { command: 'users' };
      const pattern = parseIdPattern(text);
      if (pattern === undefined)
        return command.error(`'${text}' matches no id: use only *, ? and characters that an id may have`);
      return { command: 'users', pattern };
    },
  },
  {
    usage: 'show <id>',
    description: 'print everything about a user, or why an id or an address cannot register',
    arguments: { id: 'the id of a user, or an IP address' },
    options: () => [asId()],
    examples: [
      ['im-server show alice', 'print the key, the status, the sessions and the buddies of alice'],
      ['im-server show 192.0.2.7', 'print whether a client at this address may register'],
    ],
    view: ({ command }) => (command === 'show.address' ? SHOW_ADDRESS : SHOW),
    request(command) {
      const [text = ''] = command.args;
      const isAddress = isIP(text) !== 0 && !isId(command);
      return isAddress ? { command: 'show.address', address: text } : { command: 'show', id: idIn(command) };
    },
  },
  {
    usage: 'delete <id>',
    description: 'delete a user, also from all buddy lists; the id stays reserved',
    arguments: { id: 'the id of a user' },
    options: () => [new Option('--yes', 'do not ask')],
    examples: [
      ['im-server delete mallory', 'ask, and then delete mallory'],
      ['im-server delete mallory --yes', 'delete without asking, as in a script'],
    ],
    view: DELETED,
    request: (command) => ({ command: 'delete', id: idIn(command) }),
    confirm: confirmDeletion,
  },
  {
    usage: 'free <id>',
    description: 'free a reserved id: it can be registered again, by a new user',
    arguments: { id: 'a reserved id' },
    examples: [['im-server free mallory', 'let a new user register the id of a deleted user']],
    view: FREED,
    request: (command) => ({ command: 'free', id: idIn(command) }),
  },
  {
    usage: 'ban <target>',
    description: 'ban an id, an address or a network',
    arguments: TARGET,
    options: () => [
      new Option('--for <time>', 'how long, such as 90m, 12h or 30d; without it, until you lift the ban'),
      asId(),
    ],
    examples: [
      ['im-server ban mallory', 'ban an id until you lift the ban'],
      ['im-server ban 192.0.2.0/24 --for 12h', 'ban a network for 12 hours'],
    ],
    view: BANNED,
    request(command) {
      const target = targetIn(command);
      const { for: text } = command.opts<{ readonly for?: string }>();
      if (text === undefined) return { command: 'ban', target };
      const forMs = parseDuration(text);
      if (forMs === undefined) {
        return command.error(`--for cannot be '${text}': use a number with s, m, h, d or w, such as 12h`);
      }
      return { command: 'ban', target, forMs };
    },
  },
  {
    usage: 'unban <target>',
    description: 'lift a ban',
    arguments: TARGET,
    options: () => [asId()],
    examples: [['im-server unban mallory', 'lift the ban of an id']],
    view: UNBANNED,
    request: (command) => ({ command: 'unban', target: targetIn(command) }),
  },
  {
    usage: 'bans',
    description: 'list all bans',
    examples: [['im-server bans', 'list the banned addresses, networks and ids']],
    view: BANS,
    request: () => ({ command: 'bans' }),
  },
  {
    usage: 'reload',
    description: 'make the running server read its configuration again, as SIGHUP does',
    examples: [['im-server reload', 'print what has changed and what needs a restart, or the mistake']],
    view: RELOADED,
    request: () => ({ command: 'reload' }),
  },
  {
    usage: 'stop',
    description: 'stop the running server, and wait until it has ended',
    examples: [['im-server stop --data /srv/im', 'stop the server that uses this data directory']],
    view: STOP,
    request: () => ({ command: 'stop' }),
  },
];

function isId(command: Command): boolean {
  return command.opts<{ readonly id?: true }>().id === true;
}

function idIn(command: Command): UserId {
  const [text] = command.args;
  return parseId(text) ?? command.error(`'${text}' is not a valid id: ${ID_GRAMMAR}`);
}

function targetIn(command: Command): BanTarget {
  const [text = ''] = command.args;
  const target = readBanTarget(text, isId(command));
  return target ?? command.error(`'${text}' is not a valid id, IP address or network`);
}

/** Asks for a confirmation before a user is deleted. Ends the process if the answer is no. */
async function confirmDeletion(command: Command, request: AdminRequest): Promise<void> {
  if (command.opts<{ readonly yes?: true }>().yes || request.command !== 'delete') return;
  if (!process.stdin.isTTY)
    return command.error(
      'delete must ask for a confirmation, and standard input is not a terminal: add --yes',
    );
  const questions = new TerminalQuestions();
  const agrees = await questions.agrees(`Delete ${request.id}, also from all buddy lists? (yes/no) `);
  questions.close();
  if (agrees) return;
  process.stderr.write('nothing was deleted\n');
  process.exit(EXIT.failed);
}

/** Adds the commands to the server's command line. */
export function addAdminCommands(program: Command, file: ConfigFile): void {
  for (const each of COMMANDS) {
    const command = program.command(each.usage).description(each.description);
    for (const argument of command.registeredArguments) {
      argument.description = each.arguments?.[argument.name()] ?? '';
    }
    for (const option of each.options?.() ?? []) command.addOption(option);
    const isList = typeof each.view === 'object' && each.view.row !== undefined;
    command.option('--json', isList ? 'print one JSON object per line' : 'print one JSON object');
    command.action(async () => {
      const request = each.request(command);
      await each.confirm?.(command, request);
      const view = typeof each.view === 'function' ? each.view(request) : each.view;
      await runAtServer(program, file, command, request, view);
    });
    withExamples(command, ...each.examples).addHelpText('after', ADMIN_EXIT_HELP);
    withAdminOptions(command);
  }
}

/** Declares that a command uses the program options that say where the socket is. */
export function withAdminOptions(command: Command): Command {
  return withProgramOptions(command, '--config', '--data', '--directory', '--admin-socket');
}

/** Sends a command to the server, and prints the answer. A failure ends the process. */
export async function runAtServer(
  program: Command,
  file: ConfigFile,
  command: Command,
  request: AdminRequest,
  { row: textOfRow, done: textOfDone, isUnknown }: AdminView,
): Promise<void> {
  const name = program.name();
  exitOnOutputError(name);
  const { json } = command.opts<{ readonly json?: true }>();
  try {
    const isDefault = ['adminSocket', 'data', 'directory'].every(
      (option) => (program.getOptionValueSource(option) ?? 'default') === 'default',
    );
    const path = adminSocketOfCommand(program.opts<ServerOptions>(), process.env, isDefault);
    const done = await sendCommand(path, request, (row) => print(json ? toJson(row) : textOfRow?.(row)));
    // With --json, the rows of a list are the whole result.
    const lines = json ? (textOfRow === undefined ? [toJson(done)] : []) : textOfDone(done);
    for (const line of lines) await print(line);
    if (isUnknown?.(done)) process.exitCode = EXIT_UNKNOWN;
  } catch (error) {
    // Also print a mistake in the configuration file: it may be in the line that says where the socket is.
    if (!(error instanceof CommandFailed) && file.problem !== undefined) complain(name, file.problem);
    complain(name, (error as Error).message);
    const isMissing = error instanceof CommandFailed && error.failure.code === 'unknown';
    process.exit(isMissing ? EXIT_UNKNOWN : EXIT.failed);
  }
}

function print(line = ''): Promise<void> {
  return writeOut(`${toDisplayText(line)}\n`);
}

/** Encodes fields as one line. Every text in them passes the text gate. */
function toJson(fields: AdminFields): string {
  return JSON.stringify(fields, (_name, value: unknown) =>
    typeof value === 'string' ? toDisplayText(value) : value,
  );
}
