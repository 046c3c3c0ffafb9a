import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { ask, PresenceClient } from '../helpers/network.js';
import { emptyEnvironment, Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Writes a configuration file, and returns its path. */
async function configFile(t: ExecutionContext, text: string): Promise<string> {
  const path = join(await temporaryDirectory(t), 'server.conf');
  await writeFile(path, text);
  return path;
}

/** Runs im-server to its end. */
async function run(t: ExecutionContext, variables: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const environment = { ...emptyEnvironment(t), ...variables };
  const program = new Program(t, { name: 'im-server', environment }, ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

test('the command line overrides the environment, which overrides the file and the defaults', async (t) => {
  const path = await configFile(t, '# limits\ntcp-port = 1\nudp-port = 2\nmax-users = 3\n');
  const variables = { IM_SERVER_TCP_PORT: '11', IM_SERVER_UDP_PORT: '12', IM_SERVER_LIMIT_LOOPBACK: 'yes' };
  const { code, stdout } = await run(t, variables, 'config', '--json', '--config', path, '--tcp-port', '21');
  t.is(code, 0);
  const rows = JSON.parse(stdout) as Record<string, { value: string; source: string }>;
  t.deepEqual(rows['tcp-port'], { value: '21', source: 'command line' });
  t.deepEqual(rows['udp-port'], { value: '12', source: 'IM_SERVER_UDP_PORT' });
  t.deepEqual(rows['limit-loopback'], { value: 'yes', source: 'IM_SERVER_LIMIT_LOOPBACK' });
  t.deepEqual(rows['max-users'], { value: '3', source: `${path}:4` });
  t.deepEqual(rows['data'], { value: './data', source: 'default' });
});

test('`config` prints each option on one aligned line; $IM_SERVER_CONFIG can name the file', async (t) => {
  const path = await configFile(t, 'data = /srv/im\n');
  const { stdout } = await run(t, { IM_SERVER_CONFIG: path }, 'config');
  const lines = stdout.trimEnd().split('\n');
  t.regex(stdout, new RegExp(`^data += +/srv/im +\\(${path}:1\\)$`, 'm'));
  t.is(new Set(lines.map((line) => line.indexOf('='))).size, 1);
  t.is(new Set(lines.map((line) => line.split(' ')[0])).size, lines.length);
});

test('`config` prints a given value as the file would, and describes a default in words', async (t) => {
  const { stdout } = await run(t, {}, 'config', '--log-format', 'json', '--log-level', 'warn');
  t.regex(stdout, /^log-format += json +\(command line\)$/m);
  const defaults = await run(t, {}, 'config');
  t.regex(defaults.stdout, /^log-format += pretty on a terminal, json otherwise +\(default\)$/m);
});

test('a mistake is reported with its place, and no server starts', async (t) => {
  const path = await configFile(t, 'data = /srv/im\nmax-users = many\n');
  const rows: readonly [args: string[], variables: NodeJS.ProcessEnv, expected: string][] = [
    [['--config', path], {}, `${path}:2: max-users cannot be 'many'. Use a number from 1 to 999999999.`],
    [['config', '--config', path], {}, `${path}:2: max-users cannot be 'many'.`],
    [['--config', '/missing/server.conf'], {}, '/missing/server.conf: it does not exist'],
    [[], { IM_SERVER_CONFIG: '/missing/server.conf' }, '/missing/server.conf: it does not exist'],
    [['--config'], {}, "option '--config <file>' argument missing"],
    [['check', '/srv/im', '--config'], {}, "option '--config <file>' argument missing"],
    [[], { IM_SERVER_MAX_USERS: '0' }, "value '0' from env 'IM_SERVER_MAX_USERS' is invalid"],
    [[], { IM_SERVER_LIMIT_LOOPBACK: 'maybe' }, "'maybe' from env 'IM_SERVER_LIMIT_LOOPBACK' is invalid"],
    [
      ['--config', await configFile(t, 'colour = blue\n')],
      {},
      "server.conf:1: 'colour' is not an option: use",
    ],
    [
      ['--config', await configFile(t, 'repair = yes\n')],
      {},
      "server.conf:1: 'repair' is not an option: use",
    ],
    [['--config', await configFile(t, 'tcp-port\n')], {}, "'tcp-port' is not a setting: write 'key = value'"],
  ];
  for (const [args, variables, expected] of rows) {
    const { code, stdout, stderr } = await run(t, variables, ...args);
    t.is(code, 2, expected);
    t.is(stdout, '');
    t.true(stderr.includes(expected), stderr);
    t.is(stderr.trimEnd().split('\n').length, 1);
  }
});

test('the error for contradicting options names the place where each was set', async (t) => {
  const path = await configFile(t, '\ndata = /srv/im\n');
  const url = 'postgres://im@db1/im';
  const both = await run(t, {}, '--config', path, '--directory', url);
  t.regex(both.stderr, /directory \(command line\) cannot be used with data \(\S+server\.conf:2\)/);
  const alone = await run(t, { IM_SERVER_DIRECTORY_ALONE: 'yes' });
  t.regex(alone.stderr, /directory-alone \(IM_SERVER_DIRECTORY_ALONE\) needs the option directory/);
  const port = await run(t, { IM_SERVER_METRICS: '0.0.0.0:1234' });
  t.regex(port.stderr, /metrics \(IM_SERVER_METRICS\) and tcp-port \(default\) must name different ports/);
  const password = await run(
    t,
    {},
    '--config',
    await configFile(t, 'directory = postgres://im:secret@db1/im\n'),
  );
  t.regex(password.stderr, /password/);
  t.false(password.stderr.includes('secret'));
  t.deepEqual([both.code, alone.code, password.code], [2, 2, 2]);
});

test('`key` works even if the configuration file has a mistake', async (t) => {
  const path = await configFile(t, 'nonsense\n');
  const { code, stderr } = await run(t, { IM_SERVER_CONFIG: path }, 'key', await temporaryDirectory(t));
  t.is(stderr, '');
  t.is(code, 0);
});

test('a server limits registrations as its configuration file says', async (t) => {
  const path = await configFile(t, 'registration-burst = 2\nlimit-loopback = yes\n');
  const server = await startServerProgram(t, await temporaryDirectory(t), '--config', path);
  // All requests are sent at once, because the budget grows by one each second even on a slow machine.
  const ids = Array.from({ length: 50 }, (_, index) => `user${index}`);
  const replies = await Promise.all(ids.map((id) => ask(server.tcp, `REG ${id}\n`)));
  t.true(replies.filter((reply) => reply === '200 OK\r\n').length >= 2);
  t.true(replies.includes('206 BUSY\r\n'));
});

test('a server limits changes and datagrams as its configuration file says', async (t) => {
  const limits = ['change-burst = 1', 'change-rate = 1', 'datagram-burst = 2', 'datagram-rate = 1'];
  const path = await configFile(t, `limit-loopback = yes\n${limits.join('\n')}\n`);
  const server = await startServerProgram(t, await temporaryDirectory(t), '--config', path);
  for (const id of ['alice', 'bob']) await ask(server.tcp, `REG ${id}\n`);
  // All requests are sent at once, because the budget grows by one each second even on a slow machine.
  const many = Array.from({ length: 50 }, (_, index) => index);
  const replies = await Promise.all(many.map(() => ask(server.tcp, 'ADD bob alice\n')));
  t.true(replies.includes('200 OK\r\n'));
  t.true(replies.includes('206 BUSY\r\n'));
  const flooding = await PresenceClient.open(t, server.udp);
  const other = await PresenceClient.open(t, server.udp, '127.0.0.2');
  for (const index of many) flooding.send(`SET alice 100 ONLINE ${4_000 + index}`);
  const list = await other.ask('GET bob');
  t.regex(list, /^alice 100 ONLINE 127\.0\.0\.1 40/);
  t.false(list.endsWith(' 4049\n'), 'the last datagrams were dropped');
});
