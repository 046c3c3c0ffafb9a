import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'ava';
import { adminSocketOfCommand, adminSocketPath, findSocketProblem } from '../../bin/admin-socket.js';
import { runServer } from '../helpers/admin.js';
import { temporaryDirectory } from '../helpers/programs.js';

test('the socket is in the data or runtime directory, or at the path that --admin-socket gives', (t) => {
  const shared = { data: './data', directory: 'postgres://im@db/im' };
  t.is(adminSocketPath({ data: '/srv/im' }, { RUNTIME_DIRECTORY: '/run/x' }), '/srv/im/admin.sock');
  t.is(adminSocketPath({ data: './data' }, {}), resolve('data/admin.sock'));
  t.is(adminSocketPath(shared, { RUNTIME_DIRECTORY: '/run/x:/run/y' }), '/run/x/admin.sock');
  t.is(adminSocketPath(shared, {}), undefined);
  t.is(adminSocketOfCommand(shared, {}), '/run/im/admin.sock');
  t.is(adminSocketPath({ ...shared, adminSocket: '/tmp/x' }, { RUNTIME_DIRECTORY: '/run/x' }), '/tmp/x');
});

test('with default options, a command falls back on the server that systemd runs', (t) => {
  const own = resolve('data/admin.sock');
  const find = (isDefault: boolean, ...existing: readonly string[]) =>
    adminSocketOfCommand({ data: './data' }, {}, isDefault, (path) => existing.includes(path));
  t.is(find(true, '/var/lib/im'), '/var/lib/im/admin.sock');
  t.is(find(true, '/var/lib/im', own), own);
  t.is(find(true), own);
  t.is(find(false, '/var/lib/im'), own);
});

test('a path over 107 bytes is refused with an error that names the path', (t) => {
  const fits = `/${'é'.repeat(47)}x`;
  t.is(Buffer.byteLength(`${fits}/admin.sock`), 107);
  t.is(adminSocketPath({ data: fits }, {}), `${fits}/admin.sock`);
  t.throws(() => adminSocketPath({ data: `${fits}y` }, {}), {
    message:
      `${fits}y/admin.sock is too long for the administration socket (108 bytes; at most 107): ` +
      'choose a shorter path for --data, or set --admin-socket',
  });
  t.throws(() => adminSocketPath({ data: 'x', adminSocket: `/${'x'.repeat(107)}` }, {}), {
    message: /108 bytes; at most 107\): choose a shorter path for --admin-socket$/,
  });
});

test('a directory that all users can write to is refused', async (t) => {
  const path = join(await temporaryDirectory(t), 'admin.sock');
  const warnings: string[] = [];
  const find = async (mode: number) => {
    await chmod(resolve(path, '..'), mode);
    return findSocketProblem(path, (warning) => warnings.push(warning));
  };
  t.is(await find(0o755), undefined);
  t.deepEqual(warnings, []);
  t.is(await find(0o770), undefined);
  t.is(warnings.length, 1);
  t.regex((await find(0o777)) ?? '', /^all users of this machine can replace the socket .*admin\.sock: /);
  t.is(await find(0o1777), await find(0o777));
  t.is(await findSocketProblem('/nowhere/admin.sock', t.fail), undefined);
});

test('the server does not start if all users can write to the directory of its socket', async (t) => {
  const directory = await temporaryDirectory(t);
  await chmod(directory, 0o1777);
  const data = await temporaryDirectory(t);
  const ports = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
  const { code, stderr } = await runServer(
    t,
    ...ports,
    '--data',
    data,
    '--admin-socket',
    join(directory, 'admin.sock'),
  );
  t.is(code, 1);
  t.regex(stderr, /^im-server: all users of this machine can replace the socket .*\n$/);
});
