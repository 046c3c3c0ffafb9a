/** The headless commands of an id with a key. */

import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Identity } from '../../../keys/identity.js';
import { Servers } from '../../../user-files/servers.js';
import { directoryAt, RecordingServer } from '../../helpers/directory.js';
import { ask } from '../../helpers/network.js';
import {
  emptyEnvironment,
  Program,
  type ServerProgram,
  startServerProgram,
  temporaryDirectory,
} from '../../helpers/programs.js';

// One at a time: each starts processes of its own.
const test = anyTest.serial;

const signal = new AbortController().signal;

/** The data directory of a user. */
const dataOf = ({ HOME }: NodeJS.ProcessEnv) => join(HOME as string, '.local', 'share', 'im');

/** A server with alice, whose key is in a home, and with bob, who has none. */
async function keyed(t: ExecutionContext) {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const home = emptyEnvironment(t);
  await directoryAt(t, server, dataOf(home)).request('REG', ['alice'], signal);
  await ask(server.tcp, 'REG bob\n');
  return { server, home };
}

function start(
  t: ExecutionContext,
  environment: NodeJS.ProcessEnv,
  { tcp, udp }: Pick<ServerProgram, 'tcp' | 'udp'>,
  ...args: readonly string[]
): Program {
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  return new Program(t, { name: 'im-client', environment }, ...ports, ...args);
}

test('commands for an id whose key is here work as for an id without a key', async (t) => {
  const { server, home } = await keyed(t);
  const add = start(t, home, server, 'add', 'alice', 'bob');
  t.is(await add.exited, 0, add.stderr);
  t.is(add.stdout, '200 OK\n');
  const buddies = start(t, home, server, 'buddies', 'alice');
  t.is(await buddies.exited, 0, buddies.stderr);
  t.is(buddies.stdout, 'bob\tOFFLINE\tunknown\tunknown\n');
  t.is(buddies.stderr, '');
});

test('without the key of the id here, a command exits with 19', async (t) => {
  const { server } = await keyed(t);
  for (const args of [
    ['add', 'alice', 'bob'],
    ['buddies', 'alice'],
    ['listen', 'alice'],
  ]) {
    const program = start(t, emptyEnvironment(t), server, ...args);
    t.is(await program.exited, 19, args.join(' '));
    t.is(program.stdout, '');
    t.regex(program.stderr, /alice has a key, which is not on this machine/);
  }
});

test('of two listeners with one key, the older one exits with 17', async (t) => {
  const { server, home } = await keyed(t);
  const older = start(t, home, server, 'listen', 'alice');
  while (!older.stderr.includes('Listening')) await new Promise(setImmediate);
  const newer = start(t, home, server, 'listen', 'alice');
  while (!newer.stderr.includes('Listening')) await new Promise(setImmediate);
  t.is(await older.exited, 17);
  t.regex(older.stderr, /alice has signed in elsewhere/);
  newer.process.kill('SIGTERM');
  t.is(await newer.exited, 0, newer.stderr);
});

test('a key that the operator has cleared makes a command exit with 19, and is reported once', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startServerProgram(t, directory);
  const home = emptyEnvironment(t);
  await directoryAt(t, first, dataOf(home)).request('REG', ['alice'], signal);
  first.program.process.kill('SIGTERM');
  await first.program.exited;
  const clear = new Program(t, { name: 'im-server', environment: home }, 'key', directory, 'clear', 'alice');
  t.is(await clear.exited, 0, clear.stderr);
  const listen = start(t, home, await startServerProgram(t, directory), 'listen', 'alice');
  t.is(await listen.exited, 19);
  t.is(
    listen.stderr,
    'im-client: the server no longer accepts the key of alice: its operator may have reset the id\n',
  );
});

test('another server at a known address makes a command exit with 18', async (t) => {
  const { server } = await keyed(t);
  const home = emptyEnvironment(t);
  const known = new Servers(dataOf(home));
  await known.add({ host: '127.0.0.1', port: server.tcp }, Identity.create().key);
  const program = start(t, home, server, 'add', 'alice', 'bob');
  t.is(await program.exited, 18);
  t.regex(program.stderr, /im-client server forget 127\.0\.0\.1:\d+/);
});

test('a server without keys gets the same requests as ever, and a line says so once', async (t) => {
  const foreign = await RecordingServer.start(t, (first) =>
    first.startsWith('VER') ? undefined : '200 OK\r\n',
  );
  const home = emptyEnvironment(t);
  const program = start(t, home, { tcp: foreign.tcp, udp: 9 }, 'register', 'alice');
  t.is(await program.exited, 0);
  t.deepEqual(
    [program.stdout, program.stderr],
    [
      '200 OK\n',
      'This server keeps no keys: nothing is encrypted, and any program can sign in as this id.\n',
    ],
  );
  const again = start(t, home, { tcp: foreign.tcp, udp: 9 }, 'register', 'bob');
  t.is(await again.exited, 0);
  t.deepEqual([again.stdout, again.stderr], ['200 OK\n', '']);
  t.is(await start(t, home, { tcp: foreign.tcp, udp: 9 }, 'add', 'alice', 'bob').exited, 0);
  t.deepEqual(foreign.texts, [
    'VER im 1\r\n',
    'REG alice\r\n',
    'VER im 1\r\n',
    'REG bob\r\n',
    'ADD alice bob\r\n',
  ]);
});

test('in plain mode, an id whose key is not here is not signed in, and a line says why', async (t) => {
  const { server, home } = await keyed(t);
  const stranger = start(t, emptyEnvironment(t), server, '--plain');
  stranger.write('L\nalice\nX\n');
  t.is(await stranger.exited, 0);
  t.regex(stranger.stdout, /alice has a key, which is not on this machine, so nothing was sent\./);
  t.notRegex(stranger.stdout, /Signed in/);
  const owner = start(t, home, server, '--plain');
  owner.write('L\nalice\nA\nbob\nX\n');
  t.is(await owner.exited, 0);
  t.regex(owner.stdout, /Signed in as alice\.\n(?:.*\n)*.*200 OK/);
});
