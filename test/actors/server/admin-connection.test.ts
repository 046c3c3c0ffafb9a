import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { encodeAdminRequest, MAX_ADMIN_REQUEST_BYTES } from '../../../actors/server/admin-protocol.js';
import type { UserId } from '../../../protocol/id.js';
import { askAdmin, dialAdmin, STATUS_REQUEST, serveAdmin, TESTER } from '../../helpers/admin.js';
import { ask, closed, readToEnd, until } from '../../helpers/network.js';
import { crash, current, gatedStore } from '../../helpers/server.js';

test('garbage, an endless line and a request of another version are refused', async (t) => {
  const { path, log } = await serveAdmin(t);
  const random = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7) % 256));
  const requests = [
    'hello\n',
    '[]\n',
    '{"version":1}\n',
    '{"version":1,"by":{"user":"x"},"command":"explode"}\n',
    '{"version":1,"by":{"user":"x"},"command":"show","id":"../etc"}\n',
    '{"version":1,"by":{"user":"x"},"command":"ban","kind":"address","name":"x y"}\n',
    '{"version":1,"by":{"user":"x"},"command":"ban","kind":"id","name":"bob","forMs":-1}\n',
    'x'.repeat(MAX_ADMIN_REQUEST_BYTES + 1),
    Buffer.concat([random, Buffer.from('\n')]),
  ];
  for (const request of requests) {
    t.like((await askAdmin(path, request)).at(-1), { failed: { code: 'invalid' } }, String(request));
  }
  const [other] = await askAdmin(path, STATUS_REQUEST.replace('"version":1', '"version":2'));
  t.regex((other as { failed: { message: string } }).failed.message, /different versions/);
  t.is(log.fieldsOf('an administration request was refused').length, requests.length + 1);
  t.is(log.fieldsOf('administration').length, 0);
});

test('a flood after the request is not read, and the answer is sent', async (t) => {
  const { path, actors } = await serveAdmin(t);
  const socket = await dialAdmin(path);
  socket.on('error', () => {});
  socket.write(STATUS_REQUEST);
  socket.write(Buffer.alloc(16 * 1024 * 1024, 'x'));
  const answer = await readToEnd(socket);
  t.like(JSON.parse(answer), { done: { store: 'ok' } });
  socket.destroy();
  await until(() => actors('admin-connection').every((actor) => actor.getSnapshot().status !== 'active'));
});

test('a command gets the answer even if it closes its side after the request', async (t) => {
  const { path } = await serveAdmin(t);
  const socket = await dialAdmin(path);
  socket.end(STATUS_REQUEST);
  t.like(JSON.parse(await readToEnd(socket)), { done: { store: 'ok' } });
});

test('each connection takes a place; while all places are taken, a new connection is refused', async (t) => {
  const { path, server } = await serveAdmin(t);
  const idle = await Promise.all(Array.from({ length: 16 }, () => dialAdmin(path)));
  t.like((await askAdmin(path, STATUS_REQUEST)).at(-1), { failed: { code: 'busy' } });
  idle[0]?.end();
  await closed(idle[0] as (typeof idle)[0]);
  t.like((await askAdmin(path, STATUS_REQUEST)).at(-1), { done: { store: 'ok' } });
  const ends = idle.slice(1).map((socket) => readToEnd(socket));
  server.shutdown();
  for (const text of await Promise.all(ends)) {
    t.like(JSON.parse(text), { failed: { message: 'the server is stopping' } });
  }
  for (const socket of idle) socket.destroy();
});

test('a refused command gets the reason even if it sends its request late', async (t) => {
  const { path } = await serveAdmin(t);
  const idle = await Promise.all(Array.from({ length: 16 }, () => dialAdmin(path)));
  const late = await dialAdmin(path);
  const text = await readToEnd(late);
  const error = await new Promise((resolve) => {
    late.on('error', resolve);
    late.write(STATUS_REQUEST, resolve);
  });
  t.falsy(error);
  t.like(JSON.parse(text), { failed: { code: 'busy' } });
  for (const socket of [late, ...idle]) socket.destroy();
});

test('the log has a line for each command, with the caller, the command and the result', async (t) => {
  const { path, log } = await serveAdmin(t);
  await askAdmin(path, STATUS_REQUEST);
  const sudo = { user: 'root\u001b[2J', uid: 0, sudoUser: 'alice' };
  await askAdmin(path, encodeAdminRequest(sudo, { command: 'stop' }).replace('stop', 'status'));
  t.deepEqual(log.fieldsOf('administration'), [
    { by: 'tester', uid: 7, command: 'status', result: 'done' },
    { by: 'root\ufffd[2J', uid: 0, sudoUser: 'alice', command: 'status', result: 'done' },
  ]);
});

test('a crash of a command ends only its connection', async (t) => {
  const server = await serveAdmin(t);
  const { path } = server;
  const [one, other] = [await dialAdmin(path), await dialAdmin(path)];
  await until(() => server.actors('admin-connection').length === 2);
  crash(current(server, 'admin-connection'));
  await closed(other);
  one.write(STATUS_REQUEST);
  t.like(JSON.parse(await readToEnd(one)), { done: { store: 'ok' } });
  for (const socket of [one, other]) socket.destroy();
});

test('stop is answered, and then the program is asked to stop', async (t) => {
  const { path, server, stops } = await serveAdmin(t);
  const socket = await dialAdmin(path);
  t.teardown(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(encodeAdminRequest(TESTER, { command: 'stop' }));
  await once(socket, 'data');
  await until(() => stops() === 1);
  server.shutdown();
  await server.ended;
  t.deepEqual(JSON.parse(text), { done: { stopped: true, pid: process.pid } });
});

/** Begins to delete a user at a server whose store delays the change. */
async function deleteHeld(t: ExecutionContext) {
  const store = gatedStore();
  const server = await serveAdmin(t, { openStore: store.openStore });
  t.teardown(() => store.letThrough());
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');
  store.hold();
  const socket = await dialAdmin(server.path);
  t.teardown(() => socket.destroy());
  socket.write(encodeAdminRequest(TESTER, { command: 'delete', id: 'alice' as UserId }));
  await until(() => store.isHolding());
  const result = () => server.log.fieldsOf('administration').map((fields) => Reflect.get(fields, 'result'));
  return { ...server, store, socket, result };
}

test('a stopping server waits for the answer to a change', async (t) => {
  const { server, store, socket, result, received } = await deleteHeld(t);
  const answer = readToEnd(socket);
  server.shutdown();
  t.is(received('admin-connection', 'shutdown.requested'), 1);
  store.letThrough();
  t.like(JSON.parse(await answer), { done: { id: 'alice', deleted: true } });
  t.deepEqual(result(), ['done']);
});

test('if a stopping server no longer waits for a change, the result is reported as unknown', async (t) => {
  const { server, socket, result } = await deleteHeld(t);
  const answer = readToEnd(socket);
  server.shutdown();
  const message = 'the server is stopping: the change may or may not have been made';
  t.deepEqual(JSON.parse(await answer), { failed: { code: 'unavailable', message } });
  t.deepEqual(result(), ['interrupted']);
});

test('a crash during a change leaves a line in the log, and an answer', async (t) => {
  const server = await deleteHeld(t);
  const answer = readToEnd(server.socket);
  crash(current(server, 'admin-connection'));
  const message = 'the command was interrupted: the change may or may not have been made';
  t.deepEqual(JSON.parse(await answer), { failed: { code: 'unavailable', message } });
  t.deepEqual(server.result(), ['interrupted']);
});
