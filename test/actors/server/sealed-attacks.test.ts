/** Attacks inside TLS and during the handshake. Meanwhile, the server must still serve requests in clear. */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { CONNECTION_DEADLINE_MS } from '../../../actors/server/connection-actor.js';
import { MAX_IGNORED_BYTES } from '../../../actors/server/request-reader.js';
import { Identity } from '../../../keys/identity.js';
import { createContext } from '../../../keys/tls.js';
import { HANDSHAKE_LIMITS } from '../../../machines/server/handshake-budget.js';
import type { UserId } from '../../../protocol/id.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, closed, dial, PresenceClient, readToEnd, until } from '../../helpers/network.js';
import {
  askSealed,
  deviceOf,
  logIn,
  readTls,
  type SealedOptions,
  SealedPresence,
  secure,
} from '../../helpers/sealed-client.js';
import { crash, current, gatedStore, serve } from '../../helpers/server.js';
import { chainOf, contextOf, contextWithChain } from '../../helpers/tls-pair.js';

const SESSION = /^200 OK [0-9a-f]{16}\r\n$/;

/** A device of a registered id. */
async function registered(tcp: number, id: string, identity = Identity.create()) {
  const device = deviceOf(identity);
  if ((await askSealed(tcp, device, `REG ${id}`)) !== '200 OK\r\n') throw new Error(`no ${id}`);
  return device;
}

/** Asserts that a request with these options gets no reply, and that the server still works. */
async function isRefused(t: ExecutionContext, tcp: number, options: SealedOptions): Promise<void> {
  const reply = await askSealed(tcp, deviceOf(), 'REG mallory', options).catch(() => '');
  t.is(reply, '');
  t.is(await ask(tcp, 'ADD mallory\n'), '202 NO SUCH USER\r\n');
}

test('a client that closes its side after a line inside TLS still receives the reply', async (t) => {
  const { tcp } = await serve(t);
  const tls = await secure(tcp, deviceOf());
  tls.end('REG alice\r\n');
  t.is(await readTls(tls), '200 OK\r\n');
});

test('an incomplete line inside TLS has no effect: an attacker on the path may have cut it', async (t) => {
  const { tcp } = await serve(t);
  const alice = await registered(tcp, 'alice');
  await ask(tcp, 'REG bob\n');
  const polite = await secure(tcp, alice);
  polite.end('ADD alice bob');
  t.is(await readTls(polite), '');
  t.is(await askSealed(tcp, alice, 'ADD alice bob'), '200 OK\r\n');
});

test('bytes after the line inside TLS are ignored', async (t) => {
  const { tcp } = await serve(t);
  const tls = await secure(tcp, deviceOf());
  tls.write('REG alice\nREG bob\nnonsense');
  t.is(await readTls(tls), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
});

test('a client that sends without end inside TLS is cut off', async (t) => {
  const { tcp } = await serve(t);
  const tls = await secure(tcp, deviceOf());
  const cutOff = closed(tls);
  const chunk = Buffer.alloc(MAX_IGNORED_BYTES, 'x');
  const pump = () => {
    while (tls.writable && tls.write(chunk));
  };
  tls.on('drain', pump).resume();
  pump();
  await cutOff;
  t.pass();
});

test('a client with a chain of three or fifty certificates gets no reply', async (t) => {
  const { tcp } = await serve(t);
  const device = deviceOf();
  const [leaf, identity] = chainOf(device);
  for (const more of [1, 48]) {
    const chain = [leaf, identity, ...Array.from({ length: more }, () => identity)];
    await isRefused(t, tcp, { context: contextWithChain(device, chain) });
  }
});

test('a client gets no reply if its chain has an identity that did not sign its device', async (t) => {
  const { tcp } = await serve(t);
  const [mine, theirs] = [deviceOf(), deviceOf()];
  const context = contextWithChain(mine, [chainOf(mine)[0], chainOf(theirs)[1]]);
  await isRefused(t, tcp, { context });
});

test('TLS 1.2 is refused', async (t) => {
  const { tcp } = await serve(t);
  const pem = deviceOf().toPem();
  await isRefused(t, tcp, { context: contextOf({ ...pem, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }) });
});

test('a peer that names no protocol gets no reply', async (t) => {
  const { tcp } = await serve(t);
  const tls = connect({
    port: tcp,
    host: '127.0.0.1',
    secureContext: createContext(deviceOf()),
    rejectUnauthorized: false,
  });
  tls.on('error', () => {}).write('REG alice\r\n');
  t.is(await readTls(tls), '');
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
});

test('a handshake or a line inside TLS is cut after ten seconds, even if bytes trickle in', async (t) => {
  const { tcp } = await serve(t);
  const [silent, trickling] = [await dial(tcp), await dial(tcp)];
  const began = performance.now();
  const sealed = await secure(tcp, deviceOf());
  silent.write(Buffer.of(0x16));
  trickling.write(Buffer.of(0x16, 3, 1, 1, 0));
  const trickle = setInterval(() => {
    trickling.write(Buffer.of(1));
    sealed.write('R');
  }, 500);
  t.teardown(() => clearInterval(trickle));
  for (const socket of [silent, trickling, sealed]) socket.on('error', () => {}).resume();
  await Promise.all([silent, trickling, sealed].map(closed));
  const took = performance.now() - began;
  t.true(took >= CONNECTION_DEADLINE_MS - 1_000, `${took} ms`);
});

test('if unfinished handshakes fill a server, the oldest is cut for a client at a new address', async (t) => {
  const { tcp, received } = await serve(t, { maxConnections: 5 });
  const stalled: Socket[] = [];
  for (const from of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.2']) {
    const socket = await dial(tcp, from);
    socket.write(Buffer.of(0x16));
    stalled.push(socket);
  }
  t.teardown(() => {
    for (const socket of stalled) socket.destroy();
  });
  await until(() => received('connection', 'handshake.begun') === 5);
  const oldest = closed(stalled[0] as Socket);
  t.is(await ask(tcp, 'REG alice\n', '127.0.0.3'), '200 OK\r\n');
  await oldest;
});

test('a raised floor counts even if the client left before the reply', async (t) => {
  const gate = gatedStore();
  const { tcp, udp } = await serve(t, gate);
  const identity = Identity.create();
  const lost = await registered(tcp, 'alice', identity);
  await ask(tcp, 'REG olga\n');
  await ask(tcp, 'ADD olga alice\n');
  await askSealed(tcp, lost, 'ADD alice olga');
  const living = await logIn(tcp, lost, 'LOG alice new');
  const { serial } = lost.device;
  const restored = deviceOf(identity, { newestSerial: serial, revokesOthers: true });
  gate.hold();
  const tls = await secure(tcp, restored);
  tls.write('LOG alice new\r\n');
  await until(() => gate.isHolding());
  tls.destroy();
  gate.letThrough();
  // When a later change has its reply, the held commit has ended.
  t.is(await ask(tcp, 'REG dora\n'), '200 OK\r\n');
  const sealed = await SealedPresence.open(t, udp);
  sealed.send(living, 'SET alice 100 ONLINE 5000');
  const clear = await PresenceClient.open(t, udp);
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
  t.is(await askSealed(tcp, lost, 'LOG alice new'), '');
});

test('WHO shows only what is on disk', async (t) => {
  const gate = gatedStore();
  const { tcp } = await serve(t, gate);
  const identity = Identity.create();
  const first = await registered(tcp, 'alice', identity);
  const { serial } = first.device;
  const second = deviceOf(identity, { newestSerial: serial, revokesOthers: true });
  gate.hold();
  const login = askSealed(tcp, second, 'LOG alice new');
  const registration = askSealed(tcp, deviceOf(), 'REG bob');
  await until(() => gate.isHolding());
  t.is(await askSealed(tcp, first, 'WHO alice'), `200 OK ${identity.key} 0 ${serial}\r\n`);
  t.is(await askSealed(tcp, first, 'WHO bob'), '202 NO SUCH USER\r\n');
  gate.letThrough();
  t.regex(await login, SESSION);
  await registration;
  const { device } = second;
  t.is(
    await askSealed(tcp, first, 'WHO alice'),
    `200 OK ${identity.key} ${device.floor} ${device.serial}\r\n`,
  );
});

test('after a crash of the store, requests inside TLS are answered, and can be repeated', async (t) => {
  const gate = gatedStore();
  const server = await serve(t, gate);
  const alice = await registered(server.tcp, 'alice');
  gate.hold();
  const [login, who] = [askSealed(server.tcp, alice, 'LOG alice new'), secure(server.tcp, alice)];
  await until(() => gate.isHolding() || server.received('connection', 'change.answered') > 1);
  crash(current(server, 'store'));
  const asker = await who;
  asker.write('WHO alice\r\n');
  gate.letThrough();
  t.regex(await login, /^20[05] /);
  t.regex(await readTls(asker), /^200 OK /);
  t.regex(await askSealed(server.tcp, alice, 'LOG alice new'), SESSION);
});

test('only a device with the key of an id gets its handshake refunded', async (t) => {
  const handshakeLimits = { ...HANDSHAKE_LIMITS, perAddress: { burst: 3, perSecond: 0.001 } };
  const { tcp } = await serve(t, { limitsLoopback: true, handshakeLimits });
  for (const id of ['olga', 'oleg']) await ask(tcp, `REG ${id}\n`);
  // A stranger's device may change the lists of open ids, but its key belongs to no id.
  for (const line of ['ADD olga oleg', 'DEL olga oleg', 'DEL olga oleg']) {
    t.is(await askSealed(tcp, deviceOf(), line, { from: '127.0.0.8' }), '200 OK\r\n');
  }
  await t.throwsAsync(askSealed(tcp, deviceOf(), 'WHO olga', { from: '127.0.0.8' }));
  // Each of three ids gets one handshake refunded, even for a request that changes nothing.
  const ids = ['alice', 'bob', 'carl'].map((id) => ({ id, device: deviceOf() }));
  for (const { id, device } of ids) await askSealed(tcp, device, `REG ${id}`, { from: '127.0.0.9' });
  for (const { id, device } of ids.slice(0, 3)) {
    t.is(await askSealed(tcp, device, `ADD ${id}`, { from: '127.0.0.9' }), '201 INVALID\r\n');
  }
});

test('REG requests inside TLS and in clear share one limit', async (t) => {
  const { tcp } = await serve(t, { limitsLoopback: true });
  let reply = '';
  // The quota gains one REG each second, so the first refusal may come later than the 61st REG.
  for (let count = 0; count < 500 && reply !== '206 BUSY\r\n'; count++)
    reply = await ask(tcp, `REG u${count}\n`);
  t.is(reply, '206 BUSY\r\n');
  const replies = [];
  for (let count = 0; count < 3; count++) replies.push(await askSealed(tcp, deviceOf(), `REG k${count}`));
  t.true(replies.includes('206 BUSY\r\n'), replies.join());
});

test('a device whose clock says 1970 can sign in and revoke other devices', async (t) => {
  const { tcp } = await serve(t);
  const identity = Identity.create();
  const modern = await registered(tcp, 'alice', identity);
  const { serial } = modern.device;
  const old = deviceOf(identity, { nowMs: 0 });
  t.regex(await askSealed(tcp, old, 'LOG alice new'), SESSION);
  const restored = deviceOf(identity, { nowMs: 0, newestSerial: serial, revokesOthers: true });
  t.regex(await askSealed(tcp, restored, 'LOG alice new'), SESSION);
  t.is(await askSealed(tcp, modern, 'LOG alice new'), '');
});

test('a flood of ClientHellos gets only its budget of handshakes; clear requests are answered', async (t) => {
  const perAddress = { burst: 5, perSecond: 0.001 };
  const handshakeLimits = { ...HANDSHAKE_LIMITS, perAddress, unfinishedPerAddress: 1_000 };
  const { tcp, received } = await serve(t, { limitsLoopback: true, handshakeLimits });
  const hello = await recordedHello();
  const flood = Array.from({ length: 200 }, async () => {
    const socket = await dial(tcp, '127.0.0.6');
    socket.on('error', () => {});
    socket.end(hello);
    await closed(socket.resume());
    socket.destroy();
  });
  const honest = Array.from({ length: 40 }, (_, count) => ask(tcp, `REG user${count}\n`));
  t.deepEqual(new Set(await Promise.all(honest)), new Set(['200 OK\r\n']));
  await Promise.all(flood);
  t.is(received('connection', 'handshake.begun'), 5);
});

/** The first bytes of a TLS client. */
async function recordedHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection');
  const client = secure(port, deviceOf());
  client.catch(() => {});
  const [socket] = await accepted;
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  server.close();
  return hello;
}

test('if a key is set while the store is closed, the key counts as soon as the store is open', async (t) => {
  const [before, after] = [openMemoryStore(), openMemoryStore()];
  const open = { op: 'REG', id: 'alice' as UserId } as const;
  const olga = { op: 'REG', id: 'olga' as UserId } as const;
  const add = { op: 'ADD', id: olga.id, buddy: open.id } as const;
  for (const store of [before, after]) await store.commit([open, olga, add]);
  await after.commit([{ op: 'KEY', id: open.id, key: Identity.create().key }]);
  const stores = [before, after];
  const server = await serve(t, { openStore: async () => stores.shift() ?? after });
  const client = await PresenceClient.open(t, server.udp);
  client.send('SET alice 100 ONLINE 4000');
  t.is(await client.ask('GET olga'), 'alice 100 ONLINE 127.0.0.1 4000\n');
  crash(current(server, 'store'));
  await until(() => server.starts('store') === 2);
  client.send('SET alice 101 OFFLINE 0');
  t.is(await client.ask('GET olga'), 'alice 100 ONLINE 127.0.0.1 4000\n');
});

test('bytes that are not a handshake are never answered with 200', async (t) => {
  const { tcp } = await serve(t);
  for (const bytes of [Buffer.of(0x16), Buffer.alloc(600, 0x16), Buffer.of(0x81, 0, 0), Buffer.of(0x82)]) {
    const socket = await dial(tcp);
    socket.on('error', () => {});
    socket.end(bytes);
    t.notRegex(await readToEnd(socket), /^200/);
  }
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
});
