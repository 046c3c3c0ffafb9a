/** What the programs say to a user whom the operator of a running server bans or deletes. */

import anyTest, { type ExecutionContext } from 'ava';
import { createServerIdentity } from '../../actors/server/server-identity.js';
import { Identity } from '../../keys/identity.js';
import { banLine, deletedText } from '../../terminal/ban-words.js';
import { ask, until } from '../helpers/network.js';
import { operate } from '../helpers/operator.js';
import { emptyEnvironment, Program } from '../helpers/programs.js';
import { serve, type TestServer } from '../helpers/server.js';
import { id } from '../storage/changes.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Starts a server. The returned `start` starts clients, which all share one home directory. */
async function world(t: ExecutionContext) {
  const identity = createServerIdentity(Identity.create(), 0);
  const server = await serve(t, { identity: () => identity });
  const environment = emptyEnvironment(t);
  const at = ['--server', '127.0.0.1', '--tcp-port', `${server.tcp}`, '--udp-port', `${server.udp}`];
  const start = (...args: string[]) => new Program(t, { name: 'im-client', environment }, ...args, ...at);
  return { server, start };
}

const banId = (server: TestServer, name: string) =>
  operate(server, { op: 'BAN', ban: { kind: 'id', name: id(name) } });
const banAddress = (server: TestServer, untilMs?: number) =>
  operate(server, { op: 'BAN', ban: { kind: 'address', name: '127.0.0.0/8', untilMs } });
const remove = (server: TestServer, name: string) =>
  operate(server, { op: 'REMOVE', id: id(name), atMs: Date.now() });

const ID_BANNED = (user: string) => banLine({ banned: 'id' }, user);

test('for a banned user, commands for scripts print the reply and the reason, and exit with 7', async (t) => {
  const { server, start } = await world(t);
  await ask(server.tcp, 'REG bob\n');
  await banId(server, 'mallory');
  for (const args of [
    ['register', 'mallory'],
    ['register', 'mallory', '--clear'],
    ['add', 'mallory', 'bob', '--clear'],
    ['del', 'mallory', 'bob', '--clear'],
  ]) {
    const command = start(...args);
    t.is(await command.exited, 7, args.join(' '));
    t.is(command.stdout, '204 DENIED BANNED ID\n');
    t.true(command.stderr.includes(ID_BANNED('mallory')), command.stderr);
  }
  const untilMs = Date.UTC(2126, 0, 1);
  await banAddress(server, untilMs);
  const command = start('register', 'alice');
  t.is(await command.exited, 7);
  t.is(command.stdout, '204 DENIED BANNED ADDRESS UNTIL 2126-01-01T00:00:00Z\n');
  t.true(command.stderr.includes(banLine({ banned: 'address', untilMs }, 'alice')), command.stderr);
});

test('`listen` exits with 7 if its user is banned, or with 5 if deleted, and says why', async (t) => {
  for (const [name, code, end, reason] of [
    ['alice', 7, banId, 'banned alice'],
    ['carol', 5, remove, deletedText(id('carol'))],
  ] as const) {
    const { server, start } = await world(t);
    t.is(await start('register', name).exited, 0);
    const listening = start('listen', name);
    await until(() => listening.stderr.includes('Listening'));
    await end(server, name);
    t.is(await listening.exited, code);
    t.true((listening.stdout + listening.stderr).includes(reason), listening.stdout + listening.stderr);
  }
});

test('a banned or deleted user with a key is signed out, and the client says why', async (t) => {
  const { server, start } = await world(t);
  const alice = start();
  await alice.answer('Your choice: ', 'r');
  await alice.answer('id: ', 'alice');
  await alice.expect('200 OK');
  await banId(server, 'alice');
  await alice.answer('Your choice: ', 's');
  await alice.expect(`${ID_BANNED('alice')} You are signed out here.`);
  await alice.answer('Your choice: ', 'l');
  await alice.answer('id: ', 'alice');
  await alice.expect(`${ID_BANNED('alice')} You are signed out here.`);
  await alice.answer('Your choice: ', 'r');
  await alice.answer('id: ', 'carol');
  await alice.expect('200 OK');
  await remove(server, 'carol');
  await alice.answer('Your choice: ', 's');
  await alice.expect(`${deletedText(id('carol'))}. You are signed out here.`);
  t.pass();
});

test('a banned user without a key gets no buddy list, and the client mentions the ban', async (t) => {
  const { server, start } = await world(t);
  const alice = start('--clear');
  await alice.answer('Your choice: ', 'r');
  await alice.answer('id: ', 'alice');
  await alice.expect('200 OK');
  await banId(server, 'alice');
  await alice.answer('Your choice: ', 's');
  await alice.expect(ID_BANNED('alice'));
  await alice.answer('Your choice: ', 'a');
  await alice.answer('buddy id: ', 'bob');
  await alice.expect(`204 DENIED BANNED ID\n${ID_BANNED('alice')}`);
  t.pass();
});
