import anyTest, { type ExecutionContext } from 'ava';
import { until } from '../helpers/network.js';
import { emptyEnvironment, Program } from '../helpers/programs.js';
import { StubServer } from '../helpers/stub-server.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

type Environment = NodeJS.ProcessEnv;

/** Starts the menu client of a user. */
function menu(t: ExecutionContext, server: StubServer, environment: Environment, user = 'alice'): Program {
  return new Program(t, { name: 'im-client', environment }, ...server.options, '--user', user);
}

function command(
  t: ExecutionContext,
  server: StubServer,
  environment: Environment,
  ...args: readonly string[]
): Program {
  return new Program(t, { name: 'im-client', environment }, ...server.options, ...args);
}

function notice(other: Program): string {
  return `alice is signed in in another client, too (process ${other.process.pid})`;
}

async function leave(program: Program): Promise<void> {
  program.write('x\n');
  await program.exited;
}

test('two clients in one home directory with the same user report each other', async (t) => {
  const server = await StubServer.start(t);
  const environment = emptyEnvironment(t);
  const first = menu(t, server, environment);
  await first.expect('Your choice: ');
  const second = menu(t, server, environment);
  await Promise.all([first.expect(notice(second)), second.expect(notice(first))]);
  await Promise.all([leave(first), leave(second)]);
  for (const { stdout } of [first, second])
    t.is(stdout.split('another client').length, 2, 'each client reports the other one once');
});

test('a client that was killed is no longer reported', async (t) => {
  const server = await StubServer.start(t);
  const environment = emptyEnvironment(t);
  const killed = menu(t, server, environment);
  const living = menu(t, server, environment);
  await Promise.all([killed.expect(notice(living)), living.expect(notice(killed))]);
  killed.process.kill('SIGKILL');
  await killed.exited;
  const next = menu(t, server, environment);
  await Promise.all([living.expect(notice(next)), next.expect(notice(living))]);
  await leave(next);
  t.false(next.stdout.includes(notice(killed)));
});

test('after a client has changed its user, only clients of the new user report it', async (t) => {
  const server = await StubServer.start(t);
  const environment = emptyEnvironment(t);
  const bob = menu(t, server, environment, 'bob');
  await bob.expect('Your choice: ');
  const first = menu(t, server, environment);
  await first.expect('Your choice: ');
  await bob.answer('', 'l');
  await bob.answer('Enter user id: ', 'alice');
  await Promise.all([first.expect(notice(bob)), bob.expect(notice(first))]);
  const other = menu(t, server, environment, 'bob');
  const third = menu(t, server, environment);
  await Promise.all([third.expect(notice(bob)), bob.expect(notice(third)), other.expect('Your choice: ')]);
  await Promise.all([leave(other), leave(bob)]);
  t.notRegex(bob.stdout + other.stdout, /bob is signed in in another/);
});

test('`listen` reports other clients of the same user, as text and as JSON', async (t) => {
  const server = await StubServer.start(t);
  const environment = emptyEnvironment(t);
  const first = menu(t, server, environment);
  await first.expect('Your choice: ');
  const listening = command(t, server, environment, 'listen', 'alice', '--json');
  const { pid } = first.process;
  await Promise.all([
    first.expect(notice(listening)),
    listening.expect(new RegExp(`"event":"shared","at":"[^"]*","id":"alice","pid":${pid}\\}`)),
  ]);
  listening.process.kill('SIGTERM');
  t.is(await listening.exited, 0);
  const plain = command(t, server, environment, 'listen', 'alice');
  const printed = `${notice(first)}: buddies call the one that announced itself last.\n`;
  await Promise.all([first.expect(notice(plain)), until(() => plain.stderr.includes(printed))]);
  plain.process.kill('SIGTERM');
  t.is(await plain.exited, 0);
});

test('a command that does not sign in reports no other client, and is not reported', async (t) => {
  const server = await StubServer.start(t);
  const environment = emptyEnvironment(t);
  const first = menu(t, server, environment);
  await first.expect('Your choice: ');
  for (const args of [
    ['send', 'alice', 'bob', 'hello'],
    ['buddies', 'alice'],
  ]) {
    const one = command(t, server, environment, ...args);
    await one.exited;
    t.notRegex(one.stdout + one.stderr, /signed in/);
  }
  await leave(first);
  t.notRegex(first.stdout, /another client/);
});

test('without a usable home directory, clients work and report nothing', async (t) => {
  const server = await StubServer.start(t);
  const environment = { ...emptyEnvironment(t), HOME: '/dev/null' };
  const pair = [menu(t, server, environment), menu(t, server, environment)];
  for (const one of pair) await one.expect('Your choice: ');
  for (const one of pair) {
    await leave(one);
    t.is(one.stderr, '');
    t.is(one.process.exitCode, 0);
    t.notRegex(one.stdout, /another client/);
  }
});
