import { resolve } from 'node:path';
import test from 'ava';
import { adminSocketOfCommand, adminSocketPath } from '../../bin/admin-socket.js';

test('the socket is in the data directory, in the runtime directory, or where the option says', (t) => {
  const shared = { data: './data', directory: 'postgres://im@db/im' };
  t.is(adminSocketPath({ data: '/srv/im' }, { RUNTIME_DIRECTORY: '/run/x' }), '/srv/im/admin.sock');
  t.is(adminSocketPath({ data: './data' }, {}), resolve('data/admin.sock'));
  t.is(adminSocketPath(shared, { RUNTIME_DIRECTORY: '/run/x:/run/y' }), '/run/x/admin.sock');
  t.is(adminSocketPath(shared, {}), undefined);
  t.is(adminSocketOfCommand(shared, {}), '/run/im/admin.sock');
  t.is(adminSocketPath({ ...shared, adminSocket: '/tmp/x' }, { RUNTIME_DIRECTORY: '/run/x' }), '/tmp/x');
});

test('without a named place, a command also finds the server that systemd runs', (t) => {
  const own = resolve('data/admin.sock');
  const find = (isDefault: boolean, ...existing: readonly string[]) =>
    adminSocketOfCommand({ data: './data' }, {}, isDefault, (path) => existing.includes(path));
  t.is(find(true, '/var/lib/im'), '/var/lib/im/admin.sock');
  t.is(find(true, '/var/lib/im', own), own);
  t.is(find(true), own);
  t.is(find(false, '/var/lib/im'), own);
});

test('a path over 107 bytes is refused by name', (t) => {
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
