import { once } from 'node:events';
import { chmod, lstat, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import test from 'ava';
import { startServer } from '../../../actors/server/server-tree.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { rootCause } from '../../../supervision/supervisor-error.js';
import { askAdmin, STATUS_REQUEST, serveAdmin } from '../../helpers/admin.js';
import { ask, until } from '../../helpers/network.js';
import { Program, temporaryDirectory } from '../../helpers/programs.js';
import { crash, current, TestLog } from '../../helpers/server.js';

const PERMISSIONS = 0o777;

/** The umask of the process before any server of this file has started. */
const MASK = process.umask();

test('the socket has mode 0600, and is removed when the server stops', async (t) => {
  const { server, path } = await serveAdmin(t);
  t.is((await lstat(path)).mode & PERMISSIONS, 0o600);
  server.shutdown();
  await server.ended;
  t.deepEqual(await readdir(dirname(path)), []);
});

test('the process has its original umask again when the socket listens', async (t) => {
  await serveAdmin(t);
  t.is(process.umask(), MASK);
});

/** Starts a server whose admin socket has this path. Also returns whether the server became ready. */
async function startAt(path: string) {
  const log = new TestLog();
  const reload = async () => ({ changed: {}, waiting: [] });
  const operator = { describe: () => ({}), reload, stop: () => {} };
  const admin = { path, operator };
  const openStore = async () => openMemoryStore();
  const server = startServer({ host: '127.0.0.1', tcpPort: 0, udpPort: 0, openStore, log, admin });
  return { server, isReady: await server.ready };
}

test('the socket of a killed server is replaced', async (t) => {
  const path = join(await temporaryDirectory(t), 'admin.sock');
  const where = JSON.stringify(path);
  const listen = `require('node:net').createServer().listen(${where}, () => console.log('up'))`;
  const killed = new Program(t, { name: 'im-server', environment: {}, path: '-e' }, listen);
  await killed.expect('up');
  killed.process.kill('SIGKILL');
  await killed.exited;
  t.true((await lstat(path)).isSocket());
  const { server, isReady } = await startAt(path);
  t.true(isReady);
  t.like((await askAdmin(path, STATUS_REQUEST)).at(-1), { done: { store: 'ok' } });
  server.shutdown();
  await server.ended;
});

test('the socket of a running server, and a file that is not a socket, are not replaced', async (t) => {
  const directory = await temporaryDirectory(t);
  const taken = join(directory, 'taken');
  const listener = createServer().listen(taken);
  await once(listener, 'listening');
  t.teardown(() => listener.close());
  const file = join(directory, 'file');
  await writeFile(file, 'mine');
  for (const [path, reason] of [
    [taken, 'another server listens there'],
    [file, 'a file that is not a socket has this name'],
  ] as const) {
    const { server, isReady } = await startAt(path);
    t.false(isReady);
    const { error } = await server.ended;
    t.true(String(rootCause(error)).includes(reason), String(rootCause(error)));
  }
  t.true((await lstat(taken)).isSocket());
  t.true(listener.listening);
  t.is((await lstat(file)).size, 4);
});

test('a crash of the admin listener, or of all commands, does not affect clients', async (t) => {
  const server = await serveAdmin(t);
  const crashes = ['admin-listener', 'admin-connections'];
  for (const kind of crashes) {
    const starts = server.starts('admin-listener');
    crash(current(server, kind));
    t.is(await ask(server.tcp, `REG ${kind}\n`), '200 OK\r\n');
    await until(() => server.starts('admin-listener') === starts + 1);
    const [answer] = await askAdmin(server.path, STATUS_REQUEST);
    t.like(answer, { done: { store: 'ok' } });
  }
  t.like((await askAdmin(server.path, STATUS_REQUEST)).at(-1), {
    done: { restarts: { 'admin-listener': 1, 'admin-connections': 1 } },
  });
  for (const kind of ['store', 'presence', 'sessions', 'udp', 'listener']) t.is(server.starts(kind), 1);
});

test('other users cannot open the socket, even in a directory that is open to them', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can become another user');
  const { path } = await serveAdmin(t);
  await chmod(dirname(path), 0o755);
  const open = `process.setuid(65534); require('node:net').connect(${JSON.stringify(path)})
    .on('connect', () => console.log('open')).on('error', ({ code }) => console.log(code))`;
  const stranger = new Program(t, { name: 'im-server', environment: {}, path: '-e' }, open);
  t.is((await stranger.expect(/\w+/))[0], 'EACCES');
});
