/**
 * `im-server key`: prints the server's own key, and shows, sets or clears the key of an id.
 */

import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { AdminRequest } from '../actors/server/admin-protocol.js';
import { type KeyFacts, keyFactsOf } from '../actors/server/user-facts.js';
import { Identity } from '../keys/identity.js';
import { toDisplayText } from '../protocol/display-text.js';
import { parseId, type UserId } from '../protocol/id.js';
import { type IdentityKey, parseKey } from '../protocol/key.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import { readDirectory } from '../storage/postgres/directory-check.js';
import { openPostgresStore } from '../storage/postgres/postgres-store.js';
import { readServerSeed as readSharedSeed } from '../storage/postgres/schema.js';
import { findManifest } from '../storage/recovery/recovery.js';
import type { Store, Users } from '../storage/store.js';
import { readDatabase } from '../storage/text/database-check.js';
import { ensureServerSeed, readServerSeed } from '../storage/text/server-identity.js';
import { openTextStore, unusable } from '../storage/text/text-store.js';
import { ADMIN_EXIT_HELP, runAtServer, withAdminOptions } from './admin-command-lines.js';
import type { AdminView } from './admin-words.js';
import { withExamples, writeOut } from './command-line.js';
import type { ConfigFile } from './config-file.js';
import { checkDatabaseUrl, DIRECTORY, isDatabaseUrl } from './database-url.js';
import { refuseUnsafe, runCommand } from './running-commands.js';

interface KeyOptions {
  readonly json?: true;
}

const ACTIONS = ['show', 'set', 'clear'] as const;

type Action = (typeof ACTIONS)[number];

/** The parsed words of the command line. */
interface Given {
  /** A data directory or the URL of a directory; `undefined` for the running server. */
  readonly path: string | undefined;
  readonly action: Action;
  readonly id: UserId | undefined;
  readonly key: IdentityKey | undefined;
}

/** Adds the command to the server's command line. */
export function addKeyCommand(program: Command, file: ConfigFile): void {
  const name = program.name();
  const command = program
    .command('key')
    .description("print the server's own key, or show, set or clear the key of an id")
    .argument('[dir]', `${DIRECTORY}, while no server uses it; if omitted, the running server does the work`)
    // `parseWords` checks the action: without a directory, the action is the first word of the command line.
    .addArgument(new Argument('[action]', 'what to do').choices(ACTIONS).argParser((word: string) => word))
    .argument('[id]', "the id of a user; without it, show prints the server's own key")
    .argument('[key]', 'for set: the public key, 43 characters')
    .option('--json', 'print one line of JSON')
    .action(async () => {
      const given = parseWords(command);
      const { path, action, id, key } = given;
      if (path === undefined) return runAtServer(program, file, command, requestFor(given), viewFor(action));
      if (isDatabaseUrl(path)) checkDatabaseUrl(command, path);
      const keys = isDatabaseUrl(path) ? keysOfShared(path) : keysOfFiles(name, path);
      const print = command.opts<KeyOptions>().json ? printJson : printText;
      return runCommand(name, async () => {
        if (id === undefined) return print({ server: Identity.fromSeed(await keys.readSeed()).key }, action);
        const facts =
          action === 'show'
            ? keyFactsOf(await keys.readUsers(), id)
            : await setKey(await keys.open(), id, key);
        if (typeof facts === 'string') throw new Error(facts);
        await print(facts, action);
      });
    });
  withAdminOptions(command);
  withExamples(
    command,
    ['im-server key', 'print the key of the running server'],
    ['im-server key show alice', 'print the key of alice'],
    [
      'im-server key set alice 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      'bind alice to this key; her earlier key can no longer sign in',
    ],
    ['im-server key clear alice', 'make alice open: any program can sign in as alice'],
    ['im-server key /srv/im', 'print the key of a server that is stopped; make it if there is none yet'],
    ['im-server key /srv/im show alice', 'print the key of alice while the server is stopped'],
  ).addHelpText('after', ADMIN_EXIT_HELP);
}

/** Parses the words of the command line. Ends the process with a usage error if there is a mistake. */
function parseWords(command: Command): Given {
  const [first] = command.args;
  const hasPath = first !== undefined && !isAction(first);
  const [action = 'show', idText, keyText, ...more] = hasPath ? command.args.slice(1) : command.args;
  if (!isAction(action)) return command.error(`'${action}' is not an action: use ${ACTIONS.join(', ')}`);
  if (more.length > 0) return command.error('too many arguments');
  const id = parseId(idText);
  const key = parseKey(keyText);
  if (idText !== undefined && id === undefined) command.error(`'${idText}' is not a valid id`);
  if (keyText !== undefined && action !== 'set') command.error(`${action} takes no key`);
  if (keyText !== undefined && key === undefined) command.error(`'${keyText}' is not a valid key`);
  if (action === 'set' && (id === undefined || key === undefined)) command.error('set needs an id and a key');
  if (action === 'clear' && id === undefined) command.error('clear needs an id');
  return { path: hasPath ? first : undefined, action, id, key };
}

function isAction(word: string): word is Action {
  return (ACTIONS as readonly string[]).includes(word);
}

function requestFor({ action, id, key }: Given): AdminRequest {
  if (id === undefined) return { command: 'key' };
  if (action === 'set' && key !== undefined) return { command: 'key.set', id, key };
  return { command: action === 'show' ? 'key.show' : 'key.clear', id };
}

function viewFor(action: Action): AdminView {
  return { done: (fields) => [textOf(fields as unknown as Shown, action)] };
}

/** The result of a command: the key of the server, or of a user. */
type Shown = { readonly server: IdentityKey } | KeyFacts;

function textOf(shown: Shown, action: Action): string {
  if ('server' in shown) return shown.server;
  const { id, key, serial, floor } = shown;
  if (action === 'set') {
    return `${id} now has the key ${key}: only devices with this key can sign in as ${id}`;
  }
  if (action === 'clear') return `${id} is open now: any program can sign in as ${id}`;
  return key === null ? `${id} is open: it has no key` : `${id} ${key} serial ${serial} floor ${floor}`;
}

function printText(shown: Shown, action: Action): Promise<void> {
  return writeOut(`${toDisplayText(textOf(shown, action))}\n`);
}

function printJson(shown: Shown): Promise<void> {
  return writeOut(`${JSON.stringify(shown)}\n`);
}

/** The parts of a data directory, or of a directory in PostgreSQL, that the command uses. */
interface Keys {
  /** Reads the seed of the server's key. Makes a seed in a data directory that has none. */
  readonly readSeed: () => Promise<Buffer>;
  readonly readUsers: () => Promise<Users>;
  readonly open: () => Promise<Store>;
}

function keysOfFiles(program: string, path: string): Keys {
  const directory = new DataDirectory(DISK, resolve(path));
  return {
    async readSeed() {
      await refuseUnsafe(program, directory.path);
      const seed = await readServerSeed(directory);
      if (seed !== undefined) return seed;
      return ensureServerSeed(directory).catch((error: unknown) => {
        throw unusable(directory.path, error);
      });
    },
    async readUsers() {
      const { table } = await readDatabase(directory);
      table.commit();
      return table;
    },
    async open() {
      await refuseUnsafe(program, directory.path);
      // Check for a database first: `openTextStore` would make one in a directory that has none.
      if ((await findManifest(directory)) === undefined) throw new Error(`${directory.path} has no database`);
      return openTextStore(directory.path);
    },
  };
}

function keysOfShared(url: string): Keys {
  return {
    readSeed: () => readSharedSeed(url),
    readUsers: async () => (await readDirectory(url)).table,
    open: () => openPostgresStore(url, { alone: true }),
  };
}

async function setKey(store: Store, id: UserId, key: IdentityKey | undefined): Promise<KeyFacts | string> {
  try {
    await store.commit([{ op: 'KEY', id, key }]);
    return keyFactsOf(store.users, id);
  } finally {
    await store.close();
  }
}
