/** Tests what a running server does with banned and removed users, with real sockets. */

import test from 'ava';
import { Identity } from '../../../keys/identity.js';
import type { UserId } from '../../../protocol/id.js';
import { parseUnknownSession } from '../../../protocol/sealed-datagram.js';
import type { Ban, BanTarget } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, dial, PresenceClient, readToEnd } from '../../helpers/network.js';
import { operate } from '../../helpers/operator.js';
import { askSealed, deviceOf, logIn, SealedPresence } from '../../helpers/sealed-client.js';
import { crash, current, serve, type TestServer } from '../../helpers/server.js';
import { id } from '../../storage/changes.js';

const ban = (server: TestServer, target: Ban) => operate(server, { op: 'BAN', ban: target });
const unban = (server: TestServer, target: BanTarget) => operate(server, { op: 'UNBAN', target });
const remove = (server: TestServer, name: string) =>
  operate(server, { op: 'REMOVE', id: id(name), atMs: Date.now() });
const idOf = (name: string) => ({ kind: 'id', name: name as UserId }) as const;
const addressOf = (name: string) => ({ kind: 'address', name }) as const;

const DENIED_ID = '204 DENIED BANNED ID\r\n';
const DENIED_ADDRESS = '204 DENIED BANNED ADDRESS\r\n';

/** Registers olga, who has no key and has both others on her list; alice, who has a key; and mallory. */
async function people(server: TestServer) {
  const { tcp } = server;
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  for (const line of ['REG olga', 'REG mallory', 'ADD olga alice', 'ADD olga mallory'])
    await ask(tcp, `${line}\n`);
  return alice;
}

test('every request of a banned id gets 204 with the reason, even the REG of a new id', async (t) => {
  const server = await serve(t);
  const { tcp } = server;
  const alice = await people(server);
  for (const name of ['alice', 'mallory', 'stranger']) t.is(await ban(server, idOf(name)), 200);
  for (const name of ['mallory', 'stranger', 'alice'])
    for (const line of [
      `REG ${name}`,
      `ADD ${name}`,
      `ADD ${name} olga`,
      `DEL ${name} olga`,
      `reg ${name.toUpperCase()}`,
    ])
      t.is(await ask(tcp, `${line}\n`), DENIED_ID, line);
  for (const line of ['REG alice', 'ADD alice olga', 'LOG alice new', 'LOG alice ask'])
    t.is(await askSealed(tcp, alice, line), DENIED_ID, line);
  t.is(await ask(tcp, 'ADD olga stranger\n'), '202 NO SUCH USER\r\n');
});

test('WHO is answered for a banned id, and other users can keep the id on their lists', async (t) => {
  const server = await serve(t);
  const alice = await people(server);
  await ban(server, idOf('alice'));
  t.is(
    await askSealed(server.tcp, deviceOf(), 'WHO alice'),
    `200 OK ${alice.device.identity} 0 ${alice.device.serial}\r\n`,
  );
  t.is(await ask(server.tcp, 'ADD olga alice\n'), '201 INVALID\r\n', 'alice is on the list');
  t.is(await ask(server.tcp, 'DEL olga alice\n'), '200 OK\r\n');
  t.is(await ask(server.tcp, 'ADD olga alice\n'), '200 OK\r\n');
});

test('for an invalid line, a banned id gets 201, and a banned address gets 204', async (t) => {
  const server = await serve(t);
  await ban(server, idOf('mallory'));
  t.is(await ask(server.tcp, 'LOG mallory new\n'), DENIED_ID);
  t.is(await ask(server.tcp, 'LOG mallory\n'), '201 INVALID\r\n');
  await ban(server, addressOf('127.0.0.1'));
  for (const line of ['LOG mallory', 'nonsense', '', `REG ${'x'.repeat(600)}`])
    t.is(await ask(server.tcp, `${line}\n`), DENIED_ADDRESS, line);
});

test('every request except VER from a banned address or network gets 204, also inside TLS', async (t) => {
  const server = await serve(t);
  const { tcp } = server;
  const alice = await people(server);
  const version = await ask(tcp, 'VER im 1\n', '127.0.3.1');
  for (const network of ['127.0.3.1', '127.0.4.0/24', '::ffff:127.0.5.0/120'])
    await ban(server, addressOf(network));
  for (const from of ['127.0.3.1', '127.0.4.9', '127.0.5.255']) {
    for (const line of ['REG new', 'REG alice', 'ADD olga alice', 'ADD stranger', 'DEL olga'])
      t.is(await ask(tcp, `${line}\n`, from), DENIED_ADDRESS, line);
    for (const line of ['REG new', 'ADD alice olga', 'LOG alice new', 'WHO alice', 'WHO stranger'])
      t.is(await askSealed(tcp, alice, line, { from }), DENIED_ADDRESS, line);
    t.is(await ask(tcp, 'VER im 1\n', from), version, 'a client must not take the server for a keyless one');
  }
  for (const from of ['127.0.3.2', '127.0.6.1'])
    t.is(await ask(tcp, 'REG olga\n', from), '203 USER EXISTS\r\n');
});

test('requests from a banned address do not count against the limit on REG of its network', async (t) => {
  const server = await serve(t, { registrations: { burst: 1, perSecond: 0.000_001 }, limitsLoopback: true });
  await ban(server, addressOf('127.0.3.1'));
  for (let count = 0; count < 3; count++)
    t.is(await ask(server.tcp, 'REG new\n', '127.0.3.1'), DENIED_ADDRESS);
  await unban(server, addressOf('127.0.3.1'));
  t.is(await ask(server.tcp, 'REG new\n', '127.0.3.1'), '200 OK\r\n');
});

test('the reply to a banned user says when the ban ends, and the ban ends at that time', async (t) => {
  let now = Date.UTC(2026, 11, 24, 18);
  const server = await serve(t, { wallClock: () => now });
  const { tcp } = server;
  await people(server);
  const untilMs = now + 1_500;
  await ban(server, { ...idOf('mallory'), untilMs });
  await ban(server, { ...addressOf('127.0.3.1'), untilMs });
  t.is(await ask(tcp, 'ADD mallory olga\n'), '204 DENIED BANNED ID UNTIL 2026-12-24T18:00:02Z\r\n');
  t.is(await ask(tcp, 'REG new\n', '127.0.3.1'), '204 DENIED BANNED ADDRESS UNTIL 2026-12-24T18:00:02Z\r\n');
  now = untilMs;
  t.is(await ask(tcp, 'ADD mallory olga\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG new\n', '127.0.3.1'), '200 OK\r\n');
});

test('if a reply 204 is not about a ban, it has no details', async (t) => {
  const server = await serve(t);
  await people(server);
  await ban(server, idOf('stranger'));
  t.is(await ask(server.tcp, 'ADD alice olga\n'), '204 DENIED\r\n');
});

test('a banned user is offline at once, and SET and GET are dropped until the ban is lifted', async (t) => {
  const server = await serve(t);
  await people(server);
  const client = await PresenceClient.open(t, server.udp);
  const other = await PresenceClient.open(t, server.udp);
  client.send('SET mallory 100 ONLINE 5000');
  t.regex(await other.ask('GET olga'), /^mallory 100 ONLINE 127\.0\.0\.1 5000$/m);
  await ban(server, idOf('mallory'));
  t.regex(await other.ask('GET olga'), /^mallory 101 OFFLINE unknown unknown$/m);
  client.send('SET mallory 100 ONLINE 5001');
  client.send('GET mallory');
  t.regex(await client.ask('GET olga'), /^mallory 101 /m, 'the only answer');
  await unban(server, idOf('mallory'));
  client.send('SET mallory 100 ONLINE 5002');
  t.regex(await client.ask('GET olga'), /^mallory 100 ONLINE 127\.0\.0\.1 5002$/m);
});

test('users at a banned address are offline at once, and datagrams from there are dropped', async (t) => {
  const server = await serve(t);
  await people(server);
  const banned = await PresenceClient.open(t, server.udp, '127.0.3.1');
  const other = await PresenceClient.open(t, server.udp);
  banned.send('SET mallory 100 ONLINE 5000');
  other.send('SET olga 100 ONLINE 5001');
  await ask(server.tcp, 'ADD mallory olga\n');
  t.regex(await banned.ask('GET olga'), /^mallory 100 ONLINE 127\.0\.3\.1 5000$/m);
  await ban(server, addressOf('127.0.3.0/24'));
  t.regex(await other.ask('GET olga'), /^mallory 101 OFFLINE unknown unknown$/m);
  let answers = 0;
  banned.onMessage(() => answers++);
  banned.send('SET mallory 100 ONLINE 5000');
  banned.send('GET olga');
  t.regex(await other.ask('GET olga'), /^mallory 101 /m);
  t.regex(await other.ask('GET mallory'), /^olga 100 ONLINE 127\.0\.0\.1 5001$/m, 'others stay online');
  t.is(answers, 0);
});

test('the session of a banned id ends at once, and the next login says why', async (t) => {
  const server = await serve(t);
  const alice = await people(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const asking = await logIn(server.tcp, alice, 'LOG alice ask');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  t.like(await sealed.ask(session, 'GET alice'), { total: 0 });
  const other = await PresenceClient.open(t, server.udp);
  t.regex(await other.ask('GET olga'), /^alice 100 /m);
  await ban(server, idOf('alice'));
  t.regex(await other.ask('GET olga'), /^alice 101 /m);
  for (const one of [session, asking]) {
    const next = sealed.next();
    sealed.send(one, 'GET alice');
    t.is(parseUnknownSession(await next), one.name);
  }
  t.is(await askSealed(server.tcp, alice, `LOG alice again ${session.name}`), DENIED_ID);
});

test('the sessions from a banned address end', async (t) => {
  const server = await serve(t);
  const alice = await people(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new', { from: '127.0.3.1' });
  const sealed = await SealedPresence.open(t, server.udp, '127.0.3.1');
  t.like(await sealed.ask(session, 'GET alice'), { total: 0 });
  await ban(server, addressOf('127.0.3.1'));
  await unban(server, addressOf('127.0.3.1'));
  t.is(await sealed.ask(session, 'GET alice'), session.name, 'the server does not know the session');
});

test('bans made before the start are enforced, and stay in force while the store is down', async (t) => {
  const store = openMemoryStore();
  await store.commit([
    { op: 'BAN', ban: idOf('mallory') },
    { op: 'BAN', ban: addressOf('127.0.3.1') },
  ]);
  const server = await serve(t, { openStore: async () => ({ ...store, close: async () => {} }) });
  t.is(await ask(server.tcp, 'REG mallory\n'), DENIED_ID);
  crash(current(server, 'store'));
  t.is(await ask(server.tcp, 'REG mallory\n'), DENIED_ID);
  t.is(await ask(server.tcp, 'REG new\n', '127.0.3.1'), DENIED_ADDRESS);
  t.is(await ask(server.tcp, 'REG new\n'), '200 OK\r\n');
});

test('users who were removed or banned while the store was down are offline afterwards', async (t) => {
  const store = openMemoryStore();
  const server = await serve(t, { openStore: async () => ({ ...store, close: async () => {} }) });
  const alice = await people(server);
  const client = await PresenceClient.open(t, server.udp);
  client.send('SET mallory 100 ONLINE 5000');
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5001');
  t.regex(await client.ask('GET olga'), /^mallory 100 /m);
  await store.commit([
    { op: 'BAN', ban: idOf('mallory') },
    { op: 'REMOVE', id: id('alice'), atMs: 1 },
  ]);
  crash(current(server, 'store'));
  t.is(await ask(server.tcp, 'REG new\n'), '200 OK\r\n');
  t.is(await client.ask('GET olga'), 'mallory 101 OFFLINE unknown unknown\n');
  const next = sealed.next();
  sealed.send(session, 'GET alice');
  t.is(parseUnknownSession(await next), session.name);
});

test('a removed user is offline, on no list, without a session; requests except REG get 202', async (t) => {
  const server = await serve(t);
  const { tcp } = server;
  const alice = await people(server);
  const session = await logIn(tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  const other = await PresenceClient.open(t, server.udp);
  other.send('SET mallory 100 ONLINE 5001');
  t.regex(await other.ask('GET olga'), /^alice 100 /m);
  t.is(await remove(server, 'alice'), 200);
  t.is(await other.ask('GET olga'), 'mallory 100 ONLINE 127.0.0.1 5001\n');
  const next = sealed.next();
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  t.is(parseUnknownSession(await next), session.name);
  t.is(await askSealed(tcp, alice, `LOG alice again ${session.name}`), '202 NO SUCH USER\r\n');
  t.is(await remove(server, 'mallory'), 200);
  other.send('SET mallory 100 ONLINE 5001');
  other.send('GET mallory');
  t.is(await other.ask('GET olga'), '', 'the only answer');
  for (const line of ['ADD mallory olga', 'ADD olga mallory', 'DEL mallory olga'])
    t.is(await ask(tcp, `${line}\n`), '202 NO SUCH USER\r\n', line);
  t.is(await ask(tcp, 'REG mallory\n'), '203 USER EXISTS\r\n', 'the id is reserved');
});

test('REM by a device with the key of an id deletes the id, and the log says who did it', async (t) => {
  const server = await serve(t);
  const { tcp, log } = server;
  const alice = await people(server);
  const session = await logIn(tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  const other = await PresenceClient.open(t, server.udp);
  t.regex(await other.ask('GET olga'), /^alice 100 /m);
  t.is(await ask(tcp, 'REM alice\n'), '201 INVALID\r\n', 'in clear');
  for (const [line, reply] of [
    ['REM', '201 INVALID'],
    ['REM stranger', '202 NO SUCH USER'],
    ['REM olga', '204 DENIED'],
  ])
    t.is(await askSealed(tcp, alice, `${line}`), `${reply}\r\n`, line);
  t.is(await askSealed(tcp, deviceOf(), 'REM alice'), '204 DENIED\r\n', 'another key');
  t.is(await askSealed(tcp, alice, 'REM alice'), '200 OK\r\n');
  t.regex(await other.ask('GET olga'), /^mallory 101 OFFLINE unknown unknown\n$/);
  const next = sealed.next();
  sealed.send(session, 'GET alice');
  t.is(parseUnknownSession(await next), session.name);
  t.is(await askSealed(tcp, alice, 'REM alice'), '202 NO SUCH USER\r\n', 'alice is already deleted');
  t.is(await askSealed(tcp, alice, 'REG alice'), '203 USER EXISTS\r\n');
  t.deepEqual(log.fieldsOf('a user deleted their own id'), [{ id: 'alice', from: '127.0.0.1' }]);
});

test('REM counts against the limit on REG', async (t) => {
  const server = await serve(t, { registrations: { burst: 2, perSecond: 0.000_001 }, limitsLoopback: true });
  const alice = deviceOf();
  t.is(await askSealed(server.tcp, alice, 'REG alice'), '200 OK\r\n');
  t.is(await askSealed(server.tcp, alice, 'REM stranger'), '202 NO SUCH USER\r\n');
  t.is(await askSealed(server.tcp, alice, 'REM alice'), '206 BUSY\r\n');
  t.is(await askSealed(server.tcp, alice, 'ADD alice alice'), '201 INVALID\r\n', 'alice is still there');
});

test('neither a revoked device nor a banned user can delete the id', async (t) => {
  const server = await serve(t);
  const identity = Identity.create();
  const old = deviceOf(identity);
  await askSealed(server.tcp, old, 'REG carol');
  const newer = deviceOf(identity, { newestSerial: old.device.serial, revokesOthers: true });
  await logIn(server.tcp, newer, 'LOG carol new');
  t.is(await askSealed(server.tcp, old, 'REM carol'), '', 'closed without a reply');
  await ban(server, idOf('carol'));
  t.is(await askSealed(server.tcp, newer, 'REM carol'), DENIED_ID);
});

test('when the key of an id changes, the presence and sessions of the former holder end', async (t) => {
  const server = await serve(t);
  const alice = await people(server);
  const clear = await PresenceClient.open(t, server.udp);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  clear.send('SET mallory 100 ONLINE 5001');
  t.is(await clear.ask('GET olga'), 'alice 100 ONLINE 127.0.0.1 5000\nmallory 100 ONLINE 127.0.0.1 5001\n');
  const { key } = Identity.create();
  t.is(await operate(server, { op: 'KEY', id: id('mallory'), key }), 200, 'an open id gets a key');
  t.regex(await clear.ask('GET olga'), /^alice 100 .*\nmallory 101 OFFLINE unknown unknown\n$/);
  t.is(await operate(server, { op: 'KEY', id: id('alice'), key: undefined }), 200, 'an id becomes open');
  t.regex(await clear.ask('GET olga'), /^alice 101 OFFLINE unknown unknown$/m);
  const next = sealed.next();
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  t.is(parseUnknownSession(await next), session.name);
});

test('if a user is removed while requests wait for the store, the requests get 202', async (t) => {
  const server = await serve(t);
  await people(server);
  const removed = remove(server, 'mallory');
  const sockets = await Promise.all([0, 1, 2].map(() => dial(server.tcp)));
  for (const socket of sockets) socket.write('ADD mallory olga\n');
  t.is(await removed, 200);
  for (const socket of sockets) t.is(await readToEnd(socket), '202 NO SUCH USER\r\n');
});

test('a stranger who registers a freed id is not online, and is on no list', async (t) => {
  const server = await serve(t);
  await people(server);
  const client = await PresenceClient.open(t, server.udp);
  client.send('SET mallory 100 ONLINE 5000');
  t.regex(await client.ask('GET olga'), /^mallory 100 /m);
  await remove(server, 'mallory');
  t.is(await operate(server, { op: 'FREE', id: id('mallory') }), 200);
  t.is(await ask(server.tcp, 'REG mallory\n'), '200 OK\r\n');
  t.is(await client.ask('GET mallory'), '');
  t.notRegex(await client.ask('GET olga'), /mallory/);
  await ask(server.tcp, 'ADD olga mallory\n');
  t.regex(await client.ask('GET olga'), /^mallory 101 OFFLINE unknown unknown$/m);
});
