import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import anyTest, { type ExecutionContext } from 'ava';
import type { LoadReport } from '../helpers/restart-load.js';
import { canBootSystemd, Systemd } from '../helpers/systemd.js';

// The tests run one at a time, because each starts a systemd.
const test = anyTest.serial;

/** Starts the service with its sockets. */
async function startService(t: ExecutionContext): Promise<Systemd> {
  const systemd = await Systemd.boot(t);
  await systemd.run('systemctl', 'start', 'im-server.socket', 'im-server.service');
  return systemd;
}

/** Sends a line to the server from its own network, and returns the reply. */
function ask(systemd: Systemd, line: string): Promise<string> {
  const script = `
    const { connect } = require('node:net');
    const socket = connect(1234, '127.0.0.1', () => socket.end(process.argv[1] + '\\n'));
    socket.pipe(process.stdout);
  `;
  return systemd.run('node', '-e', script, line);
}

test('the unit is active when the server is ready, not before', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await Systemd.boot(t);
  // The process of the service waits here until the test writes a line.
  await systemd.run('mkfifo', '--mode=0666', '/run/im-test/gate');
  await systemd.edit('ExecStart=', `ExecStart=sh -c 'read line </run/im-test/gate && exec im-server'`);
  await systemd.run('systemctl', 'start', '--no-block', 'im-server.service');
  await systemd.until('MainPID', (pid) => pid !== '0');
  t.is(await systemd.show('ActiveState'), 'activating');
  await systemd.write('/run/im-test/gate', 'go\n');
  await systemd.until('ActiveState', (state) => state !== 'activating');
  t.is(await systemd.show('ActiveState'), 'active');
  t.regex(await systemd.log(), /im-server ready/);
  t.is(await systemd.show('StatusText'), 'Users: 0; listening on tcp=0.0.0.0:1234 udp=0.0.0.0:1235');
});

test('the server runs as a dynamic user, and only this user reads its data', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await startService(t);
  const pid = await systemd.show('MainPID');
  const uid = await systemd.run('stat', '-c', '%u', `/proc/${pid}`);
  t.true(Number(uid) >= 61_184 && Number(uid) <= 65_519, uid);
  for (const directory of ['/var/lib/private/im', '/run/im']) {
    t.is(await systemd.run('stat', '-c', '%u %a', directory), `${uid} 700`, directory);
  }
  t.regex(await systemd.run('ls', '/var/lib/im/'), /journal/);
  const status = await systemd.run('cat', `/proc/${pid}/status`);
  t.regex(status, /^CapEff:\s+0+$/m);
  t.regex(status, /^NoNewPrivs:\s+1$/m);
  t.regex(status, /^Seccomp:\s+2$/m);
});

test('a reload keeps the process, and changes a limit', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await startService(t);
  const pid = await systemd.show('MainPID');
  const reloadedAt = await systemd.show('StateChangeTimestampMonotonic');
  t.is(await ask(systemd, 'REG alice'), '200 OK');
  await systemd.write('/etc/im/server.conf', 'max-users = 1\n');
  await systemd.run('systemctl', 'reload', 'im-server.service');
  t.is(
    await ask(systemd, 'REG bob'),
    '206 BUSY',
    'systemctl reload returns when the change has taken effect',
  );
  await systemd.until('StateChangeTimestampMonotonic', (value) => value !== reloadedAt);
  await systemd.until('ActiveState', (state) => state === 'active');
  t.is(await systemd.show('MainPID'), pid);
  t.regex(await systemd.show('StatusText'), /^Users: 1; /);
});

test('a reload of a configuration with a mistake fails, and the server runs on', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await startService(t);
  const pid = await systemd.show('MainPID');
  await systemd.write('/etc/im/server.conf', 'max-users = none\n');
  await t.throwsAsync(systemd.run('systemctl', 'reload', 'im-server.service'), {
    message: /Job for im-server/,
  });
  await systemd.until('ActiveState', (state) => state === 'active');
  t.regex(await systemd.log(), /im-server: .*max-users/, 'the command names the mistake');
  t.is(await ask(systemd, 'REG alice'), '200 OK');
  t.is(await systemd.show('MainPID'), pid);
});

test('the watchdog restarts a frozen server, but not a server that works', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await Systemd.boot(t);
  await systemd.edit('WatchdogSec=4s');
  await systemd.edit('RestartSec=100ms');
  await systemd.run('systemctl', 'start', 'im-server.socket', 'im-server.service');
  const pid = await systemd.show('MainPID');
  let seen = await systemd.show('WatchdogTimestampMonotonic');
  for (let count = 0; count < 3; count++) {
    seen = await systemd.until('WatchdogTimestampMonotonic', (value) => value !== seen);
  }
  t.is(await systemd.show('MainPID'), pid);
  t.is(await systemd.show('NRestarts'), '0');
  await systemd.run('kill', '-STOP', pid);
  await systemd.until('NRestarts', (count) => count === '1');
  await systemd.until('ActiveState', (state) => state === 'active');
  t.not(await systemd.show('MainPID'), pid);
  t.is(await ask(systemd, 'REG alice'), '200 OK');
});

test('a restart under load refuses no connection, and loses no acknowledged change', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await startService(t);
  const load = systemd.spawnInNetwork(process.execPath, resolve('dist/test/helpers/restart-load.js'));
  const exited = once(load, 'exit');
  t.teardown(async () => {
    load.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface(load.stdout);
  let last = '';
  lines.on('line', (line) => {
    last = line;
  });
  for (let restarts = 0; restarts < 3; restarts++) {
    await once(lines, 'line');
    const pid = await systemd.show('MainPID');
    await systemd.run('systemctl', 'restart', 'im-server.service');
    t.not(await systemd.show('MainPID'), pid);
  }
  await once(lines, 'line');
  load.stdin.end();
  await once(lines, 'close');
  const { acknowledged, failed } = JSON.parse(last) as LoadReport;
  t.deepEqual(failed, []);
  t.true(acknowledged.length > 0);
  t.log(`${acknowledged.length} requests`);
  await systemd.run('systemctl', 'stop', 'im-server.socket', 'im-server.service');
  t.is(await systemd.show('Result'), 'success');
  const exported = await systemd.run('im-server', 'export', '/var/lib/im');
  const users = new Set(exported.match(/user\d+x\d+/g));
  t.deepEqual(
    acknowledged.filter((id) => !users.has(id)),
    [],
  );
});

test('a datagram to a stopped server starts the server, and is answered', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await startService(t);
  t.is(await ask(systemd, 'REG alice'), '200 OK');
  t.is(await ask(systemd, 'REG bob'), '200 OK');
  t.is(await ask(systemd, 'ADD alice bob'), '200 OK');
  await systemd.run('systemctl', 'stop', 'im-server.service');
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', (bytes) => { process.stdout.write(bytes); socket.close(); });
    socket.send('GET alice', 1235, '127.0.0.1');
  `;
  t.regex(await systemd.run('node', '-e', script), /^bob/);
});

test('systemd finds no fault in the units, and rates the exposure of the service below 2', async (t) => {
  if (!canBootSystemd(t)) return;
  const systemd = await Systemd.boot(t);
  const units = ['service', 'socket'].map((type) => `/mnt/buddyline/system/im-server.${type}`);
  t.is(await systemd.run('systemd-analyze', 'verify', '--man=no', ...units), '');
  const security = ['security', '--offline=yes', '--threshold=15', ...units.slice(0, 1)];
  t.regex(await systemd.run('systemd-analyze', '--no-pager', ...security), /exposure level .*: 1\.\d OK/);
});
