/**
 * The client's commands for scripts. Each command does one thing as one user, prints the result, and exits
 * with a code that identifies the cause of a failure. The source code of a command is loaded only when the
 * command runs.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { UserId } from '../protocol/id.js';
import { parseKeyedId } from '../protocol/key.js';
import { type ClientSettings, idOption } from './client-options.js';
import { complain, EXIT, withExamples } from './command-line.js';
import { EXIT_CODE_HELP } from './headless/exit-codes.js';
import type { AcceptMode } from './headless/listen.js';
import type { About, HeadlessOptions, Session } from './headless/session.js';
import { withProgramOptions } from './program-options.js';

/** Longest wait for the buddy to answer a call, in seconds. */
const MAX_TIMEOUT_S = 60;

/**
 * Adds the commands to the client's command line. The commands use the client's options for server and ports.
 */
export function addHeadlessCommands(program: Command): void {
  const addFor = (id: string, whose: string, name: string, description: string, flags: readonly string[]) =>
    withProgramOptions(program.command(name), '--server', ...flags)
      .description(description)
      .argument(id, whose, idOption)
      .option('--json', 'print one JSON object per line');
  const add = (name: string, description: string, ...flags: readonly string[]) =>
    addFor('[id]', 'your id; without it, the value of --user', name, description, ['--user', ...flags]);
  const addWithBuddy = (name: string, description: string, ...flags: readonly string[]) =>
    addFor('<id>', 'your id', name, description, flags).argument('<buddy>', "the buddy's id", idOption);
  /** The id of a command without a buddy: its argument, or the configured user. */
  const idOf = (id: UserId | undefined): UserId =>
    id ??
    program.opts<ClientSettings>().user ??
    program.error("error: missing required argument 'id': give your id, or set --user");
  const timeout = () =>
    new Option('--timeout <seconds>', `longest wait for the buddy to answer, 1 to ${MAX_TIMEOUT_S}`)
      .argParser(timeoutOption)
      .default(MAX_TIMEOUT_S);

  const register = add('register', 'register an id with the server', '--tcp-port', '--clear').action(
    (id, _, command) =>
      run(
        command,
        { id: idOf(id) },
        directory(({ register }, session) => register(session, idOf(id))),
      ),
  );
  withExamples(register, ['im-client register alice', 'register alice with the server on this machine']);

  const addBuddy = addFor('<id>', 'your id', 'add', 'add a registered user to your buddy list', [
    '--tcp-port',
  ])
    .argument('<buddy>', "the buddy's id, or bob#KEY if you have the buddy's key", addedOption)
    .action((id, { buddy, text }: Added, _, command) =>
      run(
        command,
        { id, buddy },
        directory(({ add }, session) => add(session, buddy, text)),
      ),
    );
  withExamples(
    addBuddy,
    ['im-client add alice bob', "add bob to alice's buddy list"],
    [
      'im-client add alice bob#11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      'add bob, and verify the key that bob gave you',
    ],
  );

  const deleteBuddy = addWithBuddy('del', 'remove a user from your buddy list', '--tcp-port').action(
    (id, buddy, _, command) =>
      run(
        command,
        { id, buddy },
        directory(({ del }, session) => del(session, buddy)),
      ),
  );
  withExamples(deleteBuddy, ['im-client del alice bob', "remove bob from alice's buddy list"]);

  const buddies = add(
    'buddies',
    'print your buddies: id, status, address and port, separated by tabs',
    '--udp-port',
  )
    .option('--watch', 'keep running, and print each change; asks the server every 10 s')
    .action((id, { watch }: { watch?: true }, command) =>
      run(
        command,
        { id: idOf(id) },
        directory(({ buddies }, session) => buddies(session, watch === true)),
      ),
    );
  withExamples(
    buddies,
    ['im-client buddies alice', "print alice's buddies, one line each"],
    ['im-client buddies alice --watch --json', 'print each change as a JSON object'],
  );

  const send = addWithBuddy(
    'send',
    'call a buddy, send messages, and leave',
    '--udp-port',
    '--no-history',
    '--private',
    '--clear',
  )
    .argument('[text...]', 'the message; without it, each line of standard input is a message')
    .addOption(timeout())
    .action((id, buddy, words: readonly string[], _, command) => {
      const text = words.length === 0 ? undefined : messageOf(program.name(), words);
      return run(
        command,
        { id, buddy },
        talk(({ send }, session) => send(session, buddy, text)),
      );
    });
  withExamples(
    send,
    ["im-client send alice bob 'the build is done'", 'send one message as alice'],
    ['tail -n 100 build.log | im-client send alice bob', 'send each line of a file as a message'],
  );

  const chat = addWithBuddy(
    'chat',
    'call a buddy, send each line you type, print each message; q or end of input leaves',
    '--udp-port',
    '--no-history',
    '--private',
    '--clear',
  )
    .addOption(timeout())
    .action((id, buddy, _, command) =>
      run(
        command,
        { id, buddy },
        talk(({ chat }, session) => chat(session, buddy)),
      ),
    );
  withExamples(chat, ['im-client chat alice bob', 'chat with bob as alice']);

  const listen = add(
    'listen',
    'accept calls, one at a time, and print each message, until a signal',
    '--udp-port',
    '--message-port',
    '--no-history',
    '--private',
    '--clear',
  )
    .addOption(
      new Option(
        '--accept <whom>',
        "which calls to accept: all, only calls that give a buddy's id, or ask about each call",
      )
        .choices(['all', 'buddies', 'ask'] satisfies AcceptMode[])
        .default('buddies'),
    )
    .action((id, { accept }: { accept: AcceptMode }, command) =>
      run(command, { id: idOf(id) }, async (session) =>
        (await import('./headless/listen.js')).listen(session, accept),
      ),
    );
  withExamples(
    listen,
    ['im-client listen alice', "accept calls of alice's buddies"],
    [
      `im-client listen alice --accept all --json | jq -r 'select(.event == "message") | .text'`,
      'accept all calls, and print only the texts of messages',
    ],
  );
  program.addHelpText('after', EXIT_CODE_HELP);
}

type Work = (session: Session) => Promise<number>;

async function run(command: Command, about: About, work: Work): Promise<void> {
  const { runSession } = await import('./headless/session.js');
  await runSession(about, command.optsWithGlobals<HeadlessOptions>(), work);
}

type Directory = typeof import('./headless/directory.js');
type Talk = typeof import('./headless/talk.js');

function directory(work: (commands: Directory, session: Session) => Promise<number>): Work {
  return async (session) => work(await import('./headless/directory.js'), session);
}

function talk(work: (commands: Talk, session: Session) => Promise<number>): Work {
  return async (session) => work(await import('./headless/talk.js'), session);
}

/** A buddy to add: the id, and the argument as it was given. */
interface Added {
  readonly buddy: UserId;
  readonly text: string;
}

/** Parses an id, or an id with its key. @throws InvalidArgumentError */
function addedOption(text: string): Added {
  const keyed = parseKeyedId(text);
  if (keyed === undefined && text.includes('#'))
    throw new InvalidArgumentError('Use the id, #, and the 43 characters of the key.');
  return { buddy: keyed?.id ?? idOption(text), text };
}

function timeoutOption(value: string): number {
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TIMEOUT_S) return seconds;
  throw new InvalidArgumentError(`Use a number of seconds from 1 to ${MAX_TIMEOUT_S}.`);
}

/** Joins the words of a message. Exits if the message is empty, as when a shell variable was not set. */
function messageOf(name: string, words: readonly string[]): string {
  const text = words.join(' ');
  if (text.trim() !== '') return text;
  complain(name, `the text is empty: omit it to send standard input (see ${name} send --help)`);
  process.exit(EXIT.usage);
}
