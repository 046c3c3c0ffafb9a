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
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const signal = new AbortController().signal;

/** The data directory of a user. */
const dataOf = ({ HOME }: NodeJS.ProcessEnv) => join(HOME as string, '.local', 'share', 'im');

/** Starts a server with alice, whose key is in the returned home, and with bob, who has no key. */
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

test('commands for an id whose key is on this machine print the usual output', async (t) => {
  const { server, home } = await keyed(t);
  const add = start(t, home, server, 'add', 'alice', 'bob');
  t.is(await add.exited, 0, add.stderr);
  t.is(add.stdout, '200 OK\n');
  const buddies = start(t, home, server, 'buddies', 'alice');
  t.is(await buddies.exited, 0, buddies.stderr);
  t.is(buddies.stdout, 'bob\tOFFLINE\tunknown\tunknown\n');
  t.is(buddies.stderr, '');
});

test('a command that cannot connect to a server tries the next server', async (t) => {
  const { server, home } = await keyed(t);
  const several = ['--server', '127.0.0.2,127.0.0.3,127.0.0.1'];
  const add = start(t, home, server, ...several, 'add', 'alice', 'bob');
  t.is(await add.exited, 0, add.stderr);
  t.is(add.stdout, '200 OK\n');
  const buddies = start(t, home, server, ...several, 'buddies', 'alice');
  t.is(await buddies.exited, 0, buddies.stderr);
  t.is(buddies.stdout, 'bob\tOFFLINE\tunknown\tunknown\n');
  const none = start(t, home, server, '--server', '127.0.0.2,127.0.0.3', 'add', 'alice', 'bob');
  t.is(await none.exited, 3, none.stderr);
});

test('`add` stores the key that the server names, or that the user gives, for the buddy', async (t) => {
  const { server, home } = await keyed(t);
  const [carl, dora] = [deviceOf(), deviceOf()];
  await askSealed(server.tcp, carl, 'REG carl');
  await askSealed(server.tcp, dora, 'REG dora');
  const add = async (buddy: string) => {
    const program = start(t, home, server, 'add', 'alice', buddy, '--json');
    t.is(await program.exited, 0, program.stderr);
    return (JSON.parse(program.stdout) as { readonly state?: string }).state;
  };
  t.is(await add('bob'), 'in clear');
  t.is(await add('carl'), 'private');
  t.is(await add(`dora#${dora.device.identity}`), 'verified');
  const list = start(t, home, server, 'buddies', 'alice', '--json');
  t.is(await list.exited, 0, list.stderr);
  const states = list.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { state?: string });
  // Nothing is stored about bob. Only the process of `add` knew that the server names no key for bob.
  t.deepEqual(
    states.map(({ state }) => state),
    [undefined, 'private', 'verified'],
  );
  const trust = start(t, home, server, 'trust', '--user', 'alice');
  t.is(await trust.exited, 0, trust.stderr);
  t.deepEqual(trust.stdout.match(/^\w+\t\w+\t[\w-]{43}/gm), [
    `carl\tprivate\t${carl.device.identity}`,
    `dora\tverified\t${dora.device.identity}`,
  ]);
});

test('`add` stores the key given for a buddy on the list, and reports a wrong or mistyped key', async (t) => {
  const { server, home } = await keyed(t);
  const [carl, other] = [deviceOf(), deviceOf()];
  await askSealed(server.tcp, carl, 'REG carl');
  t.is(await start(t, home, server, 'add', 'alice', 'carl').exited, 0);
  const again = start(t, home, server, 'add', 'alice', `carl#${carl.device.identity}`);
  t.is(await again.exited, 4);
  t.is(again.stderr, 'Chats with carl are private, and carl is verified.\n');
  const wrong = start(t, home, server, 'add', 'alice', `carl#${other.device.identity}`);
  t.is(await wrong.exited, 4);
  t.regex(wrong.stderr, /^The server names another key for carl than the known one/m);
  const typo = start(t, home, server, 'add', 'alice', 'carl#key');
  t.is(await typo.exited, 2);
  t.regex(typo.stderr, /Use the id, #, and the 43 characters of the key/);
});

test('a user without a key is told that the key given for a buddy is not used', async (t) => {
  const { server, home } = await keyed(t);
  await ask(server.tcp, 'REG emil\n');
  const add = start(t, home, server, 'add', 'emil', `alice#${Identity.create().key}`);
  t.is(await add.exited, 0, add.stderr);
  t.is(add.stderr, 'You have no key on this machine: the key of alice is not used.\n');
});

test('`register` without an id registers the id that --user gives', async (t) => {
  const { server, home } = await keyed(t);
  const program = start(t, home, server, '--user', 'emil', 'register');
  t.is(await program.exited, 0, program.stderr);
  t.is(program.stdout, '200 OK\n');
});

test('a command exits with 19 if the key of the id is not on this machine', async (t) => {
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

test('a server without keys gets requests in clear, and the client prints one notice, once', async (t) => {
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

test('in plain mode, an id whose key is not on this machine is not signed in; a line says why', async (t) => {
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
