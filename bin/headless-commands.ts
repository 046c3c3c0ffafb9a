/**
 * The client's commands for scripts: each does one thing as one user, says what happened, and ends with an
 * exit code that tells the cause. Their code is loaded only when one is run.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { UserId } from '../protocol/id.js';
import { type ClientSettings, idOption } from './client-options.js';
import { complain, EXIT } from './command-line.js';
import { EXIT_CODE_HELP } from './headless/exit-codes.js';
import type { AcceptMode } from './headless/listen.js';
import type { About, HeadlessOptions, Session } from './headless/session.js';
import { withProgramOptions } from './program-options.js';

/** Longest wait for an answer to a call, in seconds. */
const MAX_TIMEOUT_S = 60;

/** Adds the commands to the client's; they share its options `--server` and `--*-port`. */
export function addHeadlessCommands(program: Command): void {
  const addFor = (id: string, whose: string, name: string, description: string, flags: readonly string[]) =>
    withProgramOptions(program.command(name), '--server', ...flags)
      .description(description)
      .argument(id, whose, idOption)
      .option('--json', 'one JSON object per line');
  const add = (name: string, description: string, ...flags: readonly string[]) =>
    addFor('[id]', 'whose client this is; without it, the user of --user', name, description, [
      '--user',
      ...flags,
    ]);
  const addWithBuddy = (name: string, description: string, ...flags: readonly string[]) =>
    addFor('<id>', 'whose client this is', name, description, flags).argument(
      '<buddy>',
      "the buddy's id",
      idOption,
    );
  /** The id of a command that needs no other: by default, that of the user who is configured. */
  const idOf = (id: UserId | undefined): UserId =>
    id ?? program.opts<ClientSettings>().user ?? program.error("error: missing required argument 'id'");
  const timeout = () =>
    new Option('--timeout <seconds>', 'longest wait for an answer')
      .argParser(timeoutOption)
      .default(MAX_TIMEOUT_S);

  add('register', 'register an id with the server', '--tcp-port').action((id, _, command) =>
    run(
      command,
      { id: idOf(id) },
      directory(({ change }, session) => change(session, () => session.client.register(id))),
    ),
  );
  addWithBuddy('add', 'put a registered user on the buddy list', '--tcp-port').action(
    (id, buddy, _, command) =>
      run(
        command,
        { id, buddy },
        directory(({ change }, session) => change(session, () => session.client.add(buddy))),
      ),
  );
  addWithBuddy('del', 'take a user off the buddy list', '--tcp-port').action((id, buddy, _, command) =>
    run(
      command,
      { id, buddy },
      directory(({ change }, session) => change(session, () => session.client.del(buddy))),
    ),
  );
  add('buddies', 'list the buddies: id, status, address and port, separated by tabs', '--udp-port')
    .option('--watch', 'go on, and list whoever changes; the server is asked every 10 s')
    .action((id, { watch }: { watch?: true }, command) =>
      run(
        command,
        { id: idOf(id) },
        directory(({ buddies }, session) => buddies(session, watch === true)),
      ),
    );
  addWithBuddy('send', 'call a buddy, send a message, and leave', '--udp-port', '--no-history')
    .argument('[text...]', 'the message; without it, each line of standard input is one')
    .addOption(timeout())
    .action((id, buddy, words: readonly string[], _, command) => {
      const text = words.length === 0 ? undefined : messageOf(program.name(), words);
      return run(
        command,
        { id, buddy },
        talk(({ send }, session) => send(session, buddy, text)),
      );
    });
  addWithBuddy(
    'chat',
    'call a buddy, send each line typed, print what comes; q or the end of input leaves',
    '--udp-port',
    '--no-history',
  )
    .addOption(timeout())
    .action((id, buddy, _, command) =>
      run(
        command,
        { id, buddy },
        talk(({ chat }, session) => chat(session, buddy)),
      ),
    );
  add(
    'listen',
    'take calls, one at a time, and print what buddies say, until a signal comes',
    '--udp-port',
    '--message-port',
    '--no-history',
  )
    .addOption(
      new Option('--accept <whom>', 'whose calls to take, by what callers say of themselves; or ask for each')
        .choices(['all', 'buddies', 'ask'] satisfies AcceptMode[])
        .default('buddies'),
    )
    .action((id, { accept }: { accept: AcceptMode }, command) =>
      run(command, { id: idOf(id) }, async (session) =>
        (await import('./headless/listen.js')).listen(session, accept),
      ),
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

function timeoutOption(value: string): number {
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TIMEOUT_S) return seconds;
  throw new InvalidArgumentError(`it is a number of seconds from 1 to ${MAX_TIMEOUT_S}.`);
}

/** An empty message is most often a variable that is not set. */
function messageOf(name: string, words: readonly string[]): string {
  const text = words.join(' ');
  if (text.trim() !== '') return text;
  complain(name, `the text is empty: leave it away to send standard input (see ${name} send --help)`);
  process.exit(EXIT.usage);
}
