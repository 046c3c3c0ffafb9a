import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import anyTest, { type ExecutionContext } from 'ava';
import { ServiceManager } from '../../bin/service-manager.js';
import { isInstalled } from '../helpers/installed.js';
import { emptyEnvironment, Program, temporaryDirectory } from '../helpers/programs.js';
import { TestLog } from '../helpers/server.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Prints each datagram that a Unix socket receives, as one line. */
const RECEIVE = `
  $| = 1;
  socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die;
  bind($socket, sockaddr_un($ARGV[0])) or die;
  print "bound\\n";
  while (defined recv($socket, my $text, 4096, 0)) { $text =~ s/\\n/ /g; print "$text\\n"; }
`;

interface Notices {
  readonly path: string;
  next(): Promise<string>;
}

/** A socket that receives notices as systemd does. */
async function receiveNotices(t: ExecutionContext): Promise<Notices> {
  const path = join(await temporaryDirectory(t), 'notify');
  const receiver = spawn('perl', ['-MSocket', '-e', RECEIVE, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => receiver.kill());
  const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  // systemd-notify also sends BARRIER=1, to wait until its notice is handled. `next` skips this message.
  const next = async (): Promise<string> => {
    const { value } = (await lines.next()) as { readonly value: string };
    return value === 'BARRIER=1' ? next() : value.trim();
  };
  await next();
  return { path, next };
}

/** Starts the server with a socket for notices. */
async function startWatched(
  t: ExecutionContext,
  notices: Notices,
  { data, ...more }: NodeJS.ProcessEnv & { readonly data?: string } = {},
) {
  const config = join(await temporaryDirectory(t), 'server.conf');
  await writeFile(config, 'max-users = 7\n');
  const environment = { ...emptyEnvironment(t), NOTIFY_SOCKET: notices.path, ...more };
  const ports = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
  const args = ['--data', data ?? (await temporaryDirectory(t)), '--config', config, ...ports];
  return new Program(t, { name: 'im-server', environment }, ...args);
}

test('the server reports when it is ready, when it reloads and when it stops', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const data = await temporaryDirectory(t);
  const server = await startWatched(t, notices, { data });
  const ready = /^READY=1 STATUS=Users: 0; listening on tcp=127\.0\.0\.1:\d+ udp=127\.0\.0\.1:\d+$/;
  t.regex(await notices.next(), ready);
  t.regex(server.stdout, /^im-server ready/, 'the sockets are open at the first notice');
  server.process.kill('SIGHUP');
  t.regex(await notices.next(), /^RELOADING=1 MONOTONIC_USEC=\d+$/);
  t.regex(await notices.next(), ready);
  const command = new Program(t, 'im-server', 'reload', '--data', data);
  t.regex(await notices.next(), /^RELOADING=1 MONOTONIC_USEC=\d+$/);
  t.regex(await notices.next(), ready);
  t.is(await command.exited, 0, command.stderr);
  server.process.kill('SIGTERM');
  t.is(await notices.next(), 'STOPPING=1 STATUS=Stopping');
  t.is(await server.exited, 0);
});

test('twice in each interval of the watchdog, the server reports that it is alive', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  await startWatched(t, notices, { WATCHDOG_USEC: '200000' });
  t.regex(await notices.next(), /^READY=1/);
  for (let count = 0; count < 3; count++) t.regex(await notices.next(), /^WATCHDOG=1 STATUS=Users: 0; /);
});

test('a server that cannot start reports why', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const environment = { ...emptyEnvironment(t), NOTIFY_SOCKET: notices.path };
  const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', '/proc/none'];
  const server = new Program(t, { name: 'im-server', environment }, ...args);
  t.regex(await notices.next(), /^STOPPING=1 STATUS=.*\/proc\/none/);
  t.is(await server.exited, 1);
});

test('only the watched process reports to the watchdog, and only while its actors answer', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const environment = { NOTIFY_SOCKET: notices.path, WATCHDOG_USEC: '2000', WATCHDOG_PID: '1', HOME: '/' };
  const other = new ServiceManager(environment, new TestLog());
  t.deepEqual(environment as object, { HOME: '/' }, 'children do not inherit the variables');
  other.ready({ status: () => 'other', isAlive: async () => t.fail() });
  t.is(await notices.next(), 'READY=1 STATUS=other');

  const log = new TestLog();
  const watched = { NOTIFY_SOCKET: notices.path, WATCHDOG_USEC: '2000', WATCHDOG_PID: String(process.pid) };
  const manager = new ServiceManager(watched, log);
  let asked = 0;
  const askedTwice = new Promise<void>((done) => {
    const isAlive = async () => {
      if (++asked === 2) done();
      return false;
    };
    manager.ready({ status: () => 'watched', isAlive });
  });
  t.is(await notices.next(), 'READY=1 STATUS=watched');
  await askedTwice;
  await manager.stopping();
  t.is(await notices.next(), 'STOPPING=1 STATUS=Stopping', 'no notice to the watchdog came before this one');
  t.true(log.fieldsOf('the actors do not answer: the watchdog will restart the server').length > 0);
});

test('several simultaneous reloads are reported as one, but each caller gets its own result', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const manager = new ServiceManager({ NOTIFY_SOCKET: notices.path }, new TestLog());
  manager.ready({ status: () => 'up', isAlive: async () => true });
  const results = Promise.all([1, 2].map((result) => manager.reload(async () => result)));
  t.is(await notices.next(), 'READY=1 STATUS=up');
  t.regex(await notices.next(), /^RELOADING=1/);
  t.is(await notices.next(), 'READY=1 STATUS=up');
  t.deepEqual(await results, [1, 2]);
});

test('a reload that fails is reported as ended', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const manager = new ServiceManager({ NOTIFY_SOCKET: notices.path }, new TestLog());
  manager.ready({ status: () => 'up', isAlive: async () => true });
  await t.throwsAsync(
    manager.reload(() => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  t.is(await notices.next(), 'READY=1 STATUS=up');
  t.regex(await notices.next(), /^RELOADING=1/);
  t.is(await notices.next(), 'READY=1 STATUS=up');
});

test('a notice that cannot be sent causes one warning, and the next notice is sent', async (t) => {
  if (!isInstalled(t, 'systemd-notify')) return;
  const notices = await receiveNotices(t);
  const log = new TestLog();
  const manager = new ServiceManager({ NOTIFY_SOCKET: notices.path }, log);
  // This text is longer than an argument of a program may be, so the process cannot be created.
  const tooLong = 'x'.repeat(256 * 1024);
  manager.ready({ status: () => tooLong, isAlive: async () => true });
  await manager.stopping();
  t.is(await notices.next(), 'STOPPING=1 STATUS=Stopping');
  t.is(log.fieldsOf('systemd cannot be notified').length, 1);
});

test('without systemd-notify, the server logs one warning and works', async (t) => {
  const log = new TestLog();
  const path = process.env['PATH'];
  process.env['PATH'] = resolve('test');
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  const manager = new ServiceManager({ NOTIFY_SOCKET: '/nowhere' }, log);
  manager.ready({ status: () => '', isAlive: async () => true });
  await manager.stopping();
  t.is(log.fieldsOf('systemd cannot be notified').length, 1);
  t.is(log.lines.length, 1);
});
