import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { ask } from '../helpers/network.js';
import { type ServerProgram, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** A server with a configuration file, which `write` replaces. */
async function configured(t: ExecutionContext, text: string, ...args: readonly string[]) {
  const path = join(await temporaryDirectory(t), 'server.conf');
  const write = (changed: string) => writeFile(path, changed);
  await write(text);
  const options = ['--config', path, '--log-format', 'json', ...args];
  const server = await startServerProgram(t, await temporaryDirectory(t), ...options);
  return { server, path, write };
}

/** Sends SIGHUP, and returns the next line of the log with this message. */
async function reload({ program }: ServerProgram, message: string): Promise<Record<string, unknown>> {
  const seen = program.stderr.length;
  program.process.kill('SIGHUP');
  for (;;) {
    const lines = program.stderr.slice(seen).split('\n').slice(0, -1);
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = logged.find(({ msg }) => msg === message);
    if (found !== undefined) return found;
    await new Promise((resolve) => program.process.stderr?.once('data', resolve));
  }
}

const READ = 'the configuration was read again';

test('SIGHUP changes limits without a restart, and the log names the changed limits', async (t) => {
  const { server, write } = await configured(t, 'max-users = 1\n');
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG bob\n'), '206 BUSY\r\n');
  await write('max-users = 2\nregistration-burst = 7\n');
  t.deepEqual((await reload(server, READ))['changed'], { 'max-users': '2', 'registration-burst': '7' });
  t.is(await ask(server.tcp, 'REG bob\n'), '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG carol\n'), '206 BUSY\r\n');
  t.deepEqual((await reload(server, READ))['changed'], {});
});

test('SIGHUP changes the log level', async (t) => {
  const { server, write } = await configured(t, 'log-level = info\n');
  await ask(server.tcp, 'REG alice\n');
  await write('log-level = debug\n');
  t.deepEqual((await reload(server, READ))['changed'], { 'log-level': 'debug' });
  t.false(server.program.stderr.includes('REG'), 'requests are logged at debug');
  await ask(server.tcp, 'REG bob\n');
  await reload(server, READ);
  t.true(server.program.stderr.includes('REG'));
});

test('SIGHUP switches the log of requests on and off', async (t) => {
  const { server, write } = await configured(t, 'log-requests = no\n');
  const requests = () => server.program.stderr.split('\n').filter((line) => line.includes('"op":"REG"'));
  await ask(server.tcp, 'REG alice\n');
  await write('log-requests = yes\n');
  t.deepEqual((await reload(server, READ))['changed'], { 'log-requests': 'true' });
  await ask(server.tcp, 'REG bob\n');
  await write('log-requests = no\n');
  await reload(server, READ);
  await ask(server.tcp, 'REG carol\n');
  await reload(server, READ);
  t.is(requests().length, 1);
  t.like(JSON.parse(requests()[0] as string), {
    level: 30,
    msg: 'request',
    op: 'REG',
    id: 'bob',
    reply: 200,
  });
});

test('a reload is logged even if the new log level hides other lines of the same level', async (t) => {
  const { server, write } = await configured(t, 'log-level = info\n');
  await write('log-level = warn\n');
  t.deepEqual((await reload(server, READ))['changed'], { 'log-level': 'warn' });
  await write('log-level = warn\nmax-users = 7\n');
  t.deepEqual((await reload(server, READ))['changed'], { 'max-users': '7' });
});

test('SIGHUP logs the options that need a restart, and the command line overrides the file', async (t) => {
  const { server, write } = await configured(t, '', '--max-users', '5');
  await write('host = ::1\nwarm-up = 3\nmax-users = 1\n');
  const waiting = await reload(server, 'these options need a restart');
  t.deepEqual(waiting['options'], ['warm-up']);
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG bob\n'), '200 OK\r\n');
});

test('a mistake in the file changes nothing, and the log names its place', async (t) => {
  const { server, path, write } = await configured(t, 'max-users = 1\n');
  await write('max-users = 9\nlog-level = loud\n');
  const logged = await reload(server, 'the configuration has a mistake: nothing was changed');
  t.regex(String(logged['problem']), new RegExp(`^${path}:2: log-level cannot be 'loud'`));
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG bob\n'), '206 BUSY\r\n');
});
