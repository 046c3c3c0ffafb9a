/**
 * The client's commands about keys: the keys of the user's ids, of buddies and of servers. The command that
 * deletes an id is here too, because it needs the id's key. The code of each command is loaded only when the
 * command runs.
 */

import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { UserId } from '../protocol/id.js';
import { type IdentityKey, parseKey } from '../protocol/key.js';
import { idOption } from './client-options.js';
import { withExamples } from './command-line.js';
import { withProgramOptions } from './program-options.js';
import type { KeyOptions, KeySession } from './trust/command-runner.js';

/** Adds the commands to the client's command line. */
export function addTrustCommands(program: Command): void {
  addKeyCommand(program);
  addTrustCommand(program);
  addForgetCommand(program);
  addServerCommand(program);
  addDeleteCommand(program);
}

const KEY_ACTIONS = ['show', 'words', 'restore', 'revoke', 'new'] as const;

function addKeyCommand(program: Command): void {
  const command = withProgramOptions(program.command('key'), '--user', '--server', '--tcp-port')
    .description(
      'show the keys of your ids, copy or restore the 24 words, shut out other devices, or make a key',
    )
    .addArgument(new Argument('[action]', 'what to do').choices(KEY_ACTIONS).default('show'))
    .option('--json', 'print one line of JSON for each key; never has the 24 words')
    .action((action: (typeof KEY_ACTIONS)[number]) =>
      run(command, async (session) => {
        switch (action) {
          case 'show': {
            // Only `--user` on the command line selects an id. With a user from the environment or the
            // configuration file, the command shows all keys.
            const isGiven = program.getOptionValueSource('user') === 'cli';
            const { showKeys } = await import('./trust/key-show.js');
            return showKeys(session, isGiven ? session.user : undefined);
          }
          case 'words':
            return (await import('./trust/key-words.js')).showWords(session);
          case 'new':
            return (await import('./trust/key-new.js')).makeKey(session);
          case 'restore':
            return (await import('./trust/key-restore.js')).restoreKey(session);
          case 'revoke':
            return (await import('./trust/key-revoke.js')).revokeOthers(session);
        }
      }),
    );
  withExamples(
    command,
    ['im-client key', 'print each id that has a key here: its key, six words, and where the 24 words are'],
    ['im-client key words --user alice', 'show the 24 words of alice at a terminal, to copy them onto paper'],
    ['im-client key restore --user alice', 'type the 24 words on a new machine'],
    ['im-client key revoke --user alice', 'shut out a lost machine, and all others but this one'],
    ['im-client key new', 'make a key for a registered id; the operator of the server then sets it'],
  );
}

interface TrustOptions {
  /** The six words, or `true` to read them from standard input. */
  readonly words?: string | true;
}

function addTrustCommand(program: Command): void {
  const command = withProgramOptions(program.command('trust'), '--user', '--server', '--tcp-port')
    .description('print the keys of your buddies, or verify the key of a buddy')
    .argument('[buddy]', "the buddy's id; without it, all buddies whose key is known", idOption)
    .argument('[key]', "the buddy's key, 43 characters, if you have it from the buddy", keyArgument)
    .option(
      '--words [words]',
      'the six words that the buddy reads out; without a value, the command asks for them',
    )
    .option('--json', 'print one line of JSON for each buddy')
    .action((buddy: UserId | undefined, key: IdentityKey | undefined, { words }: TrustOptions) => {
      if (words !== undefined && buddy === undefined) command.error('--words needs a buddy');
      if (words !== undefined && key !== undefined) command.error('give the six words or the key, not both');
      return run(command, async (session) => {
        const { listTrust, trustBuddy } = await import('./trust/buddy-trust.js');
        if (buddy === undefined) return listTrust(session);
        if (words !== true) return trustBuddy(session, buddy, { words, key });
        const { askSixWords } = await import('./trust/typed-words.js');
        return trustBuddy(session, buddy, { words: await askSixWords(buddy) });
      });
    });
  withExamples(
    command,
    ['im-client trust --user alice', "print the keys of alice's buddies, and whether they are verified"],
    [
      "im-client trust bob --user alice --words 'arm box cat dish echo fox'",
      'compare the six words that bob has read out',
    ],
    ['im-client trust bob 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo --user alice', "set bob's key"],
  );
}

function addForgetCommand(program: Command): void {
  const command = withProgramOptions(program.command('forget'), '--user', '--server', '--tcp-port')
    .description('forget the key of a buddy; the client then stores the next key that the server names')
    .argument('<buddy>', "the buddy's id", idOption)
    .option('--json', 'print one line of JSON')
    .action((buddy: UserId) =>
      run(command, async (session) => (await import('./trust/buddy-trust.js')).forgetBuddy(session, buddy)),
    );
  withExamples(command, [
    'im-client forget bob --user alice',
    "forget bob's key, for example after he has lost his 24 words",
  ]);
}

const SERVER_ACTIONS = ['list', 'forget'] as const;

function addServerCommand(program: Command): void {
  const command = program
    .command('server')
    .description('print the servers whose keys are known on this machine, or forget one')
    .addArgument(new Argument('[action]', 'what to do').choices(SERVER_ACTIONS).default('list'))
    .argument('[address]', 'for forget: host:port, with the TCP port')
    .option('--json', 'print one line of JSON for each server')
    .action(async (action: (typeof SERVER_ACTIONS)[number], text: string | undefined) => {
      const { forgetServer, listServers, parseHostPort } = await import('./trust/known-servers.js');
      if (action === 'list') {
        if (text !== undefined) command.error('list takes no address');
        return run(command, listServers);
      }
      const address = text === undefined ? undefined : parseHostPort(text);
      if (address === undefined) return command.error('forget needs an address such as im.example.org:1234');
      return run(command, (session) => forgetServer(session, address));
    });
  withExamples(
    command,
    ['im-client server', 'print each known server and its key'],
    ['im-client server forget im.example.org:1234', 'accept a new key that the operator has announced'],
  );
}

function addDeleteCommand(program: Command): void {
  const command = withProgramOptions(program.command('delete'), '--server', '--tcp-port')
    .description('delete your own id at the server, for good: needs the key of the id on this machine')
    .argument('<id>', 'the id to delete', idOption)
    .option('--yes', 'do not ask; without it, you are asked twice, at a terminal')
    .option('--json', 'print one line of JSON')
    .action((id: UserId, { yes }: { readonly yes?: true }) =>
      run(command, async (session) =>
        (await import('./trust/id-delete.js')).deleteId(session, id, yes === true),
      ),
    );
  withExamples(
    command,
    ['im-client delete alice', 'ask twice, then delete alice, also from every buddy list'],
    ['im-client delete alice --yes', 'do not ask, for scripts'],
  );
}

async function run(command: Command, work: (session: KeySession) => Promise<number>): Promise<void> {
  const { runKeyCommand } = await import('./trust/command-runner.js');
  await runKeyCommand(command.optsWithGlobals<KeyOptions>(), work);
}

/** Parses a key from the command line. @throws InvalidArgumentError */
function keyArgument(value: string): IdentityKey {
  const key = parseKey(value);
  if (key === undefined) throw new InvalidArgumentError('Use the 43 characters that im-client key shows.');
  return key;
}
