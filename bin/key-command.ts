/**
 * `im-server key`: prints the server's own key, and shows, sets or clears the key of an id.
 */

import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
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
import { withExamples, writeOut } from './command-line.js';
import { checkDatabaseUrl, DIRECTORY, isDatabaseUrl } from './database-url.js';
import { refuseUnsafe, runCommand } from './running-commands.js';

interface KeyOptions {
  readonly json?: true;
}

/** Adds the command to the server's command line. */
export function addKeyCommand(program: Command): void {
  const name = program.name();
  const command = program
    .command('key')
    .description("print the server's own key, or show, set or clear the key of an id")
    .argument('<dir>', `${DIRECTORY}; for set and clear, no server may be using a data directory`)
    .addArgument(new Argument('[action]', 'what to do').choices(['show', 'set', 'clear']).default('show'))
    .argument('[id]', "the id of a user; without it, show prints the server's own key")
    .argument('[key]', 'for set: the public key, 43 characters')
    .option('--json', 'print one line of JSON')
    .action((path: string, action: string, idText?: string, keyText?: string) => {
      if (isDatabaseUrl(path)) checkDatabaseUrl(command, path);
      const keys = isDatabaseUrl(path) ? keysOfShared(path) : keysOfFiles(name, path);
      const { json } = command.opts<KeyOptions>();
      const print = json ? printJson : printText;
      const id = parseId(idText);
      const key = parseKey(keyText);
      if (idText !== undefined && id === undefined) command.error(`'${idText}' is not a valid id`);
      if (keyText !== undefined && action !== 'set') command.error(`${action} takes no key`);
      if (keyText !== undefined && key === undefined) command.error(`'${keyText}' is not a valid key`);
      if (action === 'set' && (id === undefined || key === undefined)) {
        command.error('set needs an id and a key');
      }
      if (action === 'clear' && id === undefined) command.error('clear needs an id');
      return runCommand(name, async () => {
        if (id === undefined) return print(shownServer(await keys.readSeed()));
        print(
          action === 'show' ? stateOf(await keys.readUsers(), id) : await setKey(await keys.open(), id, key),
        );
      });
    });
  withExamples(
    command,
    ['im-server key /srv/im', "print the server's own key; make it if there is none yet"],
    ['im-server key /srv/im show alice', 'print the key of alice'],
    [
      'im-server key /srv/im set alice 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      'bind alice to this key; her earlier key can no longer sign in',
    ],
    ['im-server key /srv/im clear alice', 'make alice open: any program can sign in as alice'],
  );
}

/** The result of a command: as text (a sentence or a key), and as fields. */
interface Shown {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function printText({ text }: Shown): Promise<void> {
  return writeOut(`${toDisplayText(text)}\n`);
}

function printJson({ fields }: Shown): Promise<void> {
  return writeOut(`${JSON.stringify(fields)}\n`);
}

/** What the command needs of a data directory, or of a directory in PostgreSQL. */
interface Keys {
  /** Reads the seed of the server, or makes one in a data directory. */
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
      // Check this first: opening a store would make a database in a directory that has none.
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

function shownServer(seed: Buffer): Shown {
  const { key } = Identity.fromSeed(seed);
  return { text: key, fields: { server: key } };
}

async function setKey(store: Store, id: UserId, key: IdentityKey | undefined): Promise<Shown> {
  try {
    await store.commit([{ op: 'KEY', id, key }]);
    const { fields } = stateOf(store.users, id);
    const text =
      key === undefined
        ? `${id} is open now: any program can sign in as ${id}`
        : `${id} is bound to ${key} now: only devices of this key can sign in as ${id}`;
    return { text, fields };
  } finally {
    await store.close();
  }
}

function stateOf(users: Users, id: UserId): Shown {
  const user = users.numberOf(id);
  if (user === -1) {
    const isReserved = users.reservations().some((each) => each.id === id);
    throw new Error(isReserved ? `${id} is reserved: there is no such user` : `${id} is not registered`);
  }
  const device = users.deviceOf(user);
  if (device === undefined) return { text: `${id} is open: it has no key`, fields: { id, key: null } };
  const { identity: key, serial, floor } = device;
  return { text: `${id} ${key} serial ${serial} floor ${floor}`, fields: { id, key, serial, floor } };
}
