/** Sealed presence over a real UDP socket: what a session may do, and what a stranger may not. */

import test from 'ava';
import { Identity } from '../../../keys/identity.js';
import type { BuddyListPage } from '../../../protocol/sealed-datagram.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { askSealed, deviceOf, logIn, open, SealedPresence } from '../../helpers/sealed-client.js';
import { crash, current, serve, type TestServer } from '../../helpers/server.js';

/** Registers alice, who has a key, and olga, who has none, and puts each on the list of the other. */
async function aliceAndOlga(server: TestServer) {
  const { tcp } = server;
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  await ask(tcp, 'REG olga\n');
  await askSealed(tcp, alice, 'ADD alice olga');
  await ask(tcp, 'ADD olga alice\n');
  return alice;
}

const lines = (page: unknown) =>
  (page as BuddyListPage).buddies.map(({ id, status, endpoint }) =>
    [id, status, endpoint?.address].join(' '),
  );

test('a buddy without a key sees a sealed SET, and a sealed GET shows that buddy', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  const clear = await PresenceClient.open(t, server.udp);
  clear.send('SET olga 100 ONLINE 4000');
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  const page = await sealed.ask(session, 'GET alice');
  t.like(page, { question: 2, offset: 0, total: 1 });
  t.deepEqual(lines(page), ['olga 100 127.0.0.1']);
  t.is(await clear.ask('GET olga'), 'alice 100 ONLINE 127.0.0.1 5000\n');
});

test('SET and GET in clear for an id with a key are dropped', async (t) => {
  const server = await serve(t);
  await aliceAndOlga(server);
  const clear = await PresenceClient.open(t, server.udp);
  clear.send('SET alice 100 ONLINE 6666');
  clear.send('GET alice');
  // The next answer is for olga: she still sees alice as offline.
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});

test('a session can announce and ask only for its own id', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET olga 100 ONLINE 6666');
  sealed.send(session, 'GET olga');
  t.deepEqual(lines(await sealed.ask(session, 'GET alice')), ['olga 101 ']);
});

test('a session that was opened with `ask` cannot announce', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice ask');
  const sealed = await SealedPresence.open(t, server.udp);
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  await sealed.ask(session, 'GET alice');
  const clear = await PresenceClient.open(t, server.udp);
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});

test('a repeated or forged datagram, or one with the seal of another session, changes nothing', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const other = await logIn(server.tcp, alice, 'LOG alice ask');
  const sealed = await SealedPresence.open(t, server.udp);
  const online = sealed.send(session, 'SET alice 100 ONLINE 5000');
  sealed.send(session, 'SET alice 101 OFFLINE 5000');
  sealed.sendRaw(online);
  for (let at = 17; at < online.length; at++) {
    const flipped = Buffer.from(online);
    flipped[16] = 9;
    flipped[at] = (flipped[at] as number) ^ 1;
    sealed.sendRaw(flipped);
  }
  // A datagram with the name of one session and the seal of another session.
  sealed.sendRaw(other.seal.seal(session.name, Buffer.from('SET alice 100 ONLINE 6666'))?.datagram as Buffer);
  t.like(await sealed.ask(session, 'GET alice'), { question: 3 });
  const clear = await PresenceClient.open(t, server.udp);
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});

test('a datagram forwarded from another address is answered with 0x82, and changes nothing', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const elsewhere = await SealedPresence.open(t, server.udp, '127.0.0.9');
  t.is(await elsewhere.ask(session, 'SET alice 100 ONLINE 5000'), session.name);
  const clear = await PresenceClient.open(t, server.udp);
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});

test('buddies see the address of the connection that sent LOG', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new', { from: '127.0.0.9' });
  const sealed = await SealedPresence.open(t, server.udp, '127.0.0.9');
  sealed.send(session, 'SET alice 100 ONLINE 5000');
  await sealed.ask(session, 'GET alice');
  const clear = await PresenceClient.open(t, server.udp);
  t.is(await clear.ask('GET olga'), 'alice 100 ONLINE 127.0.0.9 5000\n');
});

test('after a new login the older session is unknown, and may not announce again', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const older = await logIn(server.tcp, alice, 'LOG alice new');
  const newer = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  t.is(await sealed.ask(older, 'GET alice'), older.name);
  t.is(await askSealed(server.tcp, alice, `LOG alice again ${older.name}`), '207 ELSEWHERE\r\n');
  t.like(await sealed.ask(newer, 'GET alice'), { total: 1 });
});

test('after a crash of `sessions`, old sessions are unknown, and a client can log in again', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  crash(current(server, 'sessions'));
  const sealed = await SealedPresence.open(t, server.udp);
  t.is(await sealed.ask(session, 'GET alice'), session.name);
  const again = await logIn(server.tcp, alice, `LOG alice again ${session.name}`);
  t.like(await sealed.ask(again, 'GET alice'), { total: 1 });
});

test('a raised floor ends the sessions of revoked devices', async (t) => {
  const server = await serve(t);
  const identity = Identity.create();
  const lost = deviceOf(identity);
  await askSealed(server.tcp, lost, 'REG alice');
  const living = await logIn(server.tcp, lost, 'LOG alice ask');
  const newestSerial = lost.device.serial;
  await logIn(server.tcp, deviceOf(identity, { newestSerial, revokesOthers: true }), 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  t.is(await sealed.ask(living, 'GET alice'), living.name);
});

test('a list of any length arrives in pages', async (t) => {
  const server = await serve(t);
  const alice = deviceOf();
  await askSealed(server.tcp, alice, 'REG alice');
  const names = Array.from({ length: 300 }, (_, index) => `buddy-${'x'.repeat(50)}-${index}`);
  for (const name of names) {
    await ask(server.tcp, `REG ${name}\n`);
    await askSealed(server.tcp, alice, `ADD alice ${name}`);
  }
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  const seen: string[] = [];
  while (seen.length < names.length) {
    const page = (await sealed.ask(session, `GET alice ${seen.length}`)) as BuddyListPage;
    t.like(page, { offset: seen.length, total: names.length });
    t.true(page.buddies.length > 0);
    seen.push(...page.buddies.map(({ id }) => id));
  }
  t.deepEqual(seen, names);
  t.like(await sealed.ask(session, 'GET alice 300'), { offset: 300, total: 300 });
});

test('an unknown session is answered with 9 bytes', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  const next = sealed.next();
  sealed.send({ ...session, name: '0000000000000000' as never }, 'GET alice');
  const answer = await next;
  t.is(answer.length, 9);
  t.is(open(session, answer), '0000000000000000' as never);
});

test('a sealed question of up to 545 bytes is answered, and a longer one is dropped', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  for (const [index, bytes] of [544, 545].entries()) {
    const text = 'GET alice 0'.padEnd(bytes - 33);
    t.like(await sealed.ask(session, text), { question: index + 1 }, `${bytes} bytes`);
  }
  t.is(sealed.send(session, 'GET alice 0'.padEnd(513)).length, 546);
  t.like(await sealed.ask(session, 'GET alice'), { question: 4 }, 'the third had no answer');
});

test('a truncated datagram changes nothing, and the whole datagram is still answered', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  const whole = session.seal.seal(session.name, Buffer.from('GET alice'))?.datagram as Buffer;
  for (let length = 1; length < whole.length; length++) sealed.sendRaw(whole.subarray(0, length));
  const answer = sealed.next();
  sealed.sendRaw(whole);
  t.like(open(session, await answer), { question: 1 });
});

/** A datagram with the given counter, of a session that does not exist. */
function unknown(counter: bigint, length = 33): Buffer {
  const datagram = Buffer.alloc(Math.max(length, 17), 7);
  datagram[0] = 0x81;
  datagram.writeBigUInt64BE(counter, 9);
  return datagram.subarray(0, length);
}

test('a counter of 0, or of 2^48 and more, is dropped without an answer', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const sealed = await SealedPresence.open(t, server.udp);
  const next = sealed.next();
  for (const counter of [0n, 2n ** 48n, 2n ** 53n, 2n ** 64n - 1n]) sealed.sendRaw(unknown(counter));
  t.like(await sealed.ask(session, 'GET alice'), { total: 1 });
  await next;
  const refused = sealed.next();
  sealed.sendRaw(unknown(2n ** 48n - 1n));
  t.is((await refused).length, 9);
});

test('floods that begin with 0x16, 0x81 or 0x82 get no answer, and do not stop the service', async (t) => {
  const server = await serve(t);
  const alice = await aliceAndOlga(server);
  const session = await logIn(server.tcp, alice, 'LOG alice new');
  const flood = await SealedPresence.open(t, server.udp);
  const clear = await PresenceClient.open(t, server.udp);
  for (let count = 0; count < 500; count++) {
    for (const first of [0x16, 0x81, 0x82]) flood.sendRaw(Buffer.alloc(count % 33, first));
    flood.sendRaw(Buffer.alloc(546 + count, 0x81));
  }
  clear.send('SET olga 100 ONLINE 4000');
  t.like(await flood.ask(session, 'GET alice'), { total: 1 });
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});

test('the answer 0x82 uses up the answer quota of its source', async (t) => {
  const answerBytes = { burst: 20, perSecond: 0.001 };
  const server = await serve(t, { answerBytes, limitsLoopback: true });
  const flood = await SealedPresence.open(t, server.udp);
  const other = await PresenceClient.open(t, server.udp, '127.0.0.9');
  const answers: Buffer[] = [];
  flood.onMessage((bytes) => answers.push(bytes));
  for (let count = 0; count < 50; count++) flood.sendRaw(unknown(1n));
  await until(() => server.received('sessions', 'datagram.sealed') === 50);
  t.is((await other.ask(unknown(1n))).length, 9);
  await until(() => answers.length >= 2);
  t.is(answers.length, 2);
});

test('after its restart, `presence` still drops SET and GET in clear for an id with a key', async (t) => {
  const server = await serve(t);
  await aliceAndOlga(server);
  crash(current(server, 'presence'));
  const clear = await PresenceClient.open(t, server.udp);
  await until(() => server.starts('presence') === 2);
  clear.send('SET alice 100 ONLINE 6666');
  clear.send('GET alice');
  t.is(await clear.ask('GET olga'), 'alice 101 OFFLINE unknown unknown\n');
});
