import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest from 'ava';
import { runServer, runServerIn } from '../helpers/admin.js';
import { emptyEnvironment, Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const PERMISSIONS = 0o777;

test('`status` shows a running server, as lines and as JSON', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  const { tcp, udp, program } = await startServerProgram(t, directory, '--max-users', '7');
  t.is((await stat(directory)).mode & PERMISSIONS, 0o700);
  t.is((await stat(join(directory, 'admin.sock'))).mode & PERMISSIONS, 0o600);
  const text = await runServer(t, 'status', '--data', directory);
  t.deepEqual([text.code, text.stderr], [0, '']);
  t.true(text.stdout.includes(`process ${program.process.pid}, up `), text.stdout);
  t.regex(text.stdout, /^limits .*max-users 7/m);
  const json = await runServer(t, '--data', directory, 'status', '--json');
  t.is(json.stdout.trim().split('\n').length, 1);
  t.like(JSON.parse(json.stdout), {
    pid: program.process.pid,
    tcp: `127.0.0.1:${tcp}`,
    udp: `127.0.0.1:${udp}`,
    data: directory,
    store: 'ok',
    connections: 0,
    sessions: 0,
    restarts: {},
  });
});

test('a command finds the server with the configuration that the server uses', async (t) => {
  const directory = await temporaryDirectory(t);
  await startServerProgram(t, directory);
  const config = join(await temporaryDirectory(t), 'server.conf');
  // The command must find the server even if another line of the file has a mistake.
  await writeFile(config, `max-users = many\ndata = ${directory}\n`);
  t.is((await runServer(t, 'status', '--config', config)).code, 0);
  t.is((await runServerIn(t, { IM_SERVER_DATA: directory }, 'status')).code, 0);
  const socket = join(directory, 'admin.sock');
  t.is((await runServer(t, 'status', '--admin-socket', socket)).code, 0);
  const shared = ['--directory', 'postgres://im@db/im'];
  t.is((await runServerIn(t, { RUNTIME_DIRECTORY: directory }, 'status', ...shared)).code, 0);
});

test('a failure names its cause on one line', async (t) => {
  const directory = await temporaryDirectory(t);
  const missing = await runServer(t, 'status', '--data', directory);
  t.is(missing.code, 1);
  t.is(missing.stdout, '');
  t.regex(missing.stderr, /^im-server: no server runs here: there is no .*admin\.sock \(.*--data.*\)\n$/);
  t.is((await runServer(t, 'status', '--datum', directory)).code, 2);
  t.is((await runServer(t, 'status', 'extra')).code, 2);
  const config = join(directory, 'server.conf');
  await writeFile(config, 'data /srv/im\n');
  const mistaken = await runServer(t, 'status', '--config', config);
  t.true(
    mistaken.stderr.startsWith(`im-server: ${config}:1: 'data /srv/im' is not a setting`),
    mistaken.stderr,
  );
  const { program } = await startServerProgram(t, directory);
  program.process.kill('SIGKILL');
  await program.exited;
  const killed = await runServer(t, 'status', '--data', directory);
  t.regex(killed.stderr, /^im-server: no server runs here: .* left over from a server that was killed\n$/);
});

test('the error for a user without permission says who has permission', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can become another user');
  const directory = await temporaryDirectory(t);
  await startServerProgram(t, directory);
  const server = JSON.stringify(join(process.cwd(), 'dist/programs/im-server.js'));
  const script = `process.setuid(65534); process.argv = [process.argv[0], 'im-server', 'status', '--data',
    ${JSON.stringify(directory)}]; import(${server})`;
  const program = new Program(t, { name: 'im-server', environment: emptyEnvironment(t), path: '-e' }, script);
  t.is(await program.exited, 1);
  t.regex(program.stderr, /^im-server: no permission to use .*: only the user of the server, and root, may /);
});

test('a socket path over 107 bytes is refused with an error that names the path', async (t) => {
  const directory = join(await temporaryDirectory(t), 'x'.repeat(100));
  await mkdir(directory);
  const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
  for (const command of [[], ['status']]) {
    const { code, stderr } = await runServer(t, ...command, ...args);
    t.is(code, 1);
    const path = join(directory, 'admin.sock');
    t.true(stderr.startsWith(`im-server: ${path} is too long for the administration socket (`), stderr);
  }
  const socket = join(await temporaryDirectory(t), 'admin.sock');
  await startServerProgram(t, directory, '--admin-socket', socket);
  t.is((await runServer(t, 'status', '--admin-socket', socket)).code, 0);
});

test('`stop` ends the server, and returns when the process of the server has ended', async (t) => {
  const directory = await temporaryDirectory(t);
  const { program } = await startServerProgram(t, directory, '--log-format', 'json', '--log-level', 'warn');
  const { code, stdout } = await runServer(t, 'stop', '--data', directory, '--json');
  t.deepEqual([code, JSON.parse(stdout)], [0, { stopped: true, pid: program.process.pid }]);
  // The process is a zombie or gone, so it has released all its resources.
  const state = await readFile(`/proc/${program.process.pid}/stat`, 'latin1').catch(() => ') Z');
  t.regex(state, /\) [ZX]/);
  t.is(await program.exited, 0);
  await startServerProgram(t, directory);
  const logged = program.stderr.split('\n').filter(Boolean);
  const audit = logged.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'administration');
  t.like(audit, { uid: process.getuid?.(), command: 'stop', result: 'done' });
});
