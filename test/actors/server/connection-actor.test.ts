import test from 'ava';
import { CONNECTION_DEADLINE_MS } from '../../../actors/server/connection-actor.js';
import { MAX_IGNORED_BYTES } from '../../../actors/server/request-reader.js';
import { ask, closed, dial, readToEnd, until } from '../../helpers/network.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import { crash, serve } from '../../helpers/server.js';

test('REG, ADD and DEL each get a reply on their own connection', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\r\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'reg ALICE\n'), '203 USER EXISTS\r\n');
  t.is(await ask(tcp, 'ADD alice bob\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'ADD alice carl\n'), '202 NO SUCH USER\r\n');
  t.is(await ask(tcp, 'DEL alice bob\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'LST alice\n'), '201 INVALID\r\n');
});

test('a half-close ends the line, and the client still receives the reply', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.end('REG alice');
  t.is(await readToEnd(socket), '200 OK\r\n');
});

test('a line may arrive byte by byte', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.setNoDelay(true);
  for (const byte of 'REG alice\r\n') {
    socket.write(byte);
    await new Promise(setImmediate);
  }
  t.is(await readToEnd(socket), '200 OK\r\n');
});

test('bytes after the first line are ignored', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, 'REG alice\nREG bob\nnonsense'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
});

test('a line over 512 bytes is answered 201 at once, before its end', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, `REG alice ${'x'.repeat(502)}\n`), '200 OK\r\n');
  t.is(await ask(tcp, `REG bob ${'x'.repeat(505)}\n`), '201 INVALID\r\n');
  t.is(await ask(tcp, 'x'.repeat(600)), '201 INVALID\r\n');
});

test('a client that sends without end is cut off', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  const cutOff = closed(socket);
  const chunk = Buffer.alloc(MAX_IGNORED_BYTES, 'x');
  const pump = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', pump).resume();
  pump();
  await cutOff;
  t.pass();
});

test('a connection gets no reply if it closes without sending anything', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.end();
  t.is(await readToEnd(socket), '');
});

test('a connection without a whole line in ten seconds is closed, even if bytes trickle in', async (t) => {
  t.is(CONNECTION_DEADLINE_MS, 10_000);
  const { tcp } = await serve(t);
  const began = performance.now();
  const [silent, trickling] = [await dial(tcp), await dial(tcp)];
  const trickle = setInterval(() => trickling.write('R'), 500);
  t.teardown(() => clearInterval(trickle));
  for (const socket of [silent, trickling]) socket.resume();
  await Promise.all([closed(silent), closed(trickling)]);
  const took = performance.now() - began;
  t.true(took >= CONNECTION_DEADLINE_MS - 100 && took < CONNECTION_DEADLINE_MS + 2_000, `${took} ms`);
});

test('exactly one of several simultaneous registrations of an id gets 200', async (t) => {
  const { tcp } = await serve(t);
  const replies = await Promise.all(Array.from({ length: 50 }, () => ask(tcp, 'REG alice\n')));
  t.is(replies.filter((reply) => reply === '200 OK\r\n').length, 1);
  t.is(replies.filter((reply) => reply === '203 USER EXISTS\r\n').length, 49);
});

test('an address can register 60 users at once; the next REG gets 206, and has no effect', async (t) => {
  const { tcp } = await serve(t, { limitsLoopback: true });
  const replies: string[] = [];
  // The quota gains one REG each second, so the first refusal may come later than the 61st REG.
  for (let count = 0; count < 60; count++) replies.push(await ask(tcp, `REG user${count}\n`));
  t.true(replies.every((reply) => reply === '200 OK\r\n'));
  let refused = '';
  for (let count = 60; refused === '' && count < 200; count++) {
    if ((await ask(tcp, `REG user${count}\n`)) === '206 BUSY\r\n') refused = `user${count}`;
  }
  t.not(refused, '');
  t.is(await ask(tcp, `ADD user0 ${refused}\n`), '202 NO SUCH USER\r\n', 'ADD is not limited');
  t.is(await ask(tcp, `REG ${refused}\n`, '127.0.0.2'), '200 OK\r\n', 'another address is not limited');
});

test('an address gets 206 for each change beyond its burst, and the change has no effect', async (t) => {
  const changes = { burst: 2, perSecond: 1e-6 };
  const { server, tcp } = await serve(t, { limitsLoopback: true, changes });
  for (const id of ['alice', 'bob', 'carol']) t.is(await ask(tcp, `REG ${id}\n`), '200 OK\r\n');
  t.is(await ask(tcp, 'ADD alice bob\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'ADD alice stranger\n'), '202 NO SUCH USER\r\n', 'a refused change counts too');
  t.is(await ask(tcp, 'ADD alice carol\n'), '206 BUSY\r\n');
  t.is(await ask(tcp, 'DEL alice bob\n'), '206 BUSY\r\n');
  t.is(await ask(tcp, 'REG dave\n'), '200 OK\r\n', 'REG has a limit of its own');
  t.is(await ask(tcp, 'nonsense\n'), '201 INVALID\r\n', 'what is not a change does not count');
  t.is(await ask(tcp, 'ADD alice carol\n', '127.0.0.2'), '200 OK\r\n', 'another address is not limited');
  server.limits.change({ changes: { burst: 3, perSecond: 1e-6 } });
  t.is(await ask(tcp, 'DEL alice bob\n'), '200 OK\r\n');
});

test('a LOG beyond the limit on changes gets 206', async (t) => {
  const { tcp } = await serve(t, { limitsLoopback: true, changes: { burst: 1, perSecond: 1e-6 } });
  const device = deviceOf();
  await askSealed(tcp, device, 'REG alice');
  t.regex(await askSealed(tcp, device, 'LOG alice new'), /^200 /);
  t.is(await askSealed(tcp, device, 'LOG alice new'), '206 BUSY\r\n');
});

test('programs on this machine can register any number of users', async (t) => {
  const { tcp } = await serve(t);
  for (let count = 0; count < 100; count++) t.is(await ask(tcp, `REG user${count}\n`), '200 OK\r\n');
});

test('a crash of a connection closes only that connection', async (t) => {
  const server = await serve(t);
  const [victim, other] = [await dial(server.tcp), await dial(server.tcp)];
  await until(() => server.actors('connection').length === 2);
  const closed = readToEnd(victim);
  crash(server.actors('connection')[0]);
  t.is(await closed, '');
  other.write('REG alice\n');
  t.is(await readToEnd(other), '200 OK\r\n');
});

test('each request has one log line, with its connection, its fields and its reply', async (t) => {
  const { log, tcp } = await serve(t, { logsRequests: () => true });
  const device = deviceOf();
  await askSealed(tcp, device, 'REG alice');
  await ask(tcp, 'REG bob\n');
  await ask(tcp, 'add bob alice secret-word\n');
  await ask(tcp, 'ADD bob \u001b[31mred\n');
  await ask(tcp, 'DEL bob ...\n');
  await ask(tcp, 'VER im 1\n');
  (await dial(tcp)).destroy();
  await ask(tcp, 'VER im 1\n');
  const lines = log.lines.filter(({ message }) => message === 'request');
  const shown = lines.map(({ level, fields }) => {
    const { connection, ms, ...others } = fields as { connection: string; ms: number };
    t.is(level, 'info');
    t.regex(connection, /^connection:[\w-]+\.\d+$/);
    t.true(ms >= 0);
    return others;
  });
  const clear = { from: '127.0.0.1', tls: false };
  t.deepEqual(shown as object[], [
    { from: '127.0.0.1', tls: true, op: 'REG', id: 'alice', serial: device.device.serial, reply: 200 },
    { ...clear, op: 'REG', id: 'bob', reply: 200 },
    { ...clear, op: 'ADD', id: 'bob', buddy: 'alice', reply: 200 },
    { ...clear, op: 'invalid', reply: 201 },
    { ...clear, op: 'DEL', id: 'bob', reply: 201 },
    { ...clear, op: 'VER', reply: 200 },
    { ...clear, op: 'VER', reply: 200 },
  ]);
  t.is(new Set(lines.map(({ fields }) => (fields as { connection: string }).connection)).size, 7);
  t.notRegex(JSON.stringify(log.lines), /secret-word|red/);
});

test('by default, requests are logged at debug', async (t) => {
  const { log, tcp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  t.deepEqual(
    log.lines.filter(({ message }) => message === 'request').map(({ level }) => level),
    ['debug'],
  );
});

test('the log says which limit refused a client', async (t) => {
  const { log, server, tcp } = await serve(t, {
    logsRequests: () => true,
    limitsLoopback: true,
    registrations: { burst: 1, perSecond: 1e-6 },
  });
  for (const id of ['alice', 'bob']) await ask(tcp, `REG ${id}\n`);
  t.like(log.fieldsOf('request').at(-1), { op: 'REG', id: 'bob', reply: 206, limit: 'registrations' });
  const held = await dial(tcp);
  server.limits.change({ maxConnections: 1, maxConnectionsPerAddress: 1 });
  t.is(await readToEnd(await dial(tcp)), '206 BUSY\r\n');
  t.deepEqual(log.fieldsOf('connection refused'), [{ from: '127.0.0.1', limit: 'connections-per-address' }]);
  held.destroy();
});
