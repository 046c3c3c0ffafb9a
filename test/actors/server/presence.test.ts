import test from 'ava';
import { MAX_BUDDY_LINE_BYTES } from '../../../protocol/buddy-list.js';
import type { UserId } from '../../../protocol/id.js';
import type { Users } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { crash, current, heldStore, serve } from '../../helpers/server.js';

test('SET announces a user’s status and port, and GET lists the buddies', async (t) => {
  const { tcp, udp } = await serve(t);
  for (const id of ['alice', 'bob', 'carl', 'dora']) await ask(tcp, `REG ${id}\n`);
  const client = await PresenceClient.open(t, udp);
  t.is(await client.ask('GET alice'), '');
  for (const id of ['carl', 'bob', 'dora']) await ask(tcp, `ADD alice ${id}\n`);
  client.send('SET bob 100 ONLINE 4001');
  client.send('set CARL 102 5001\r\n');
  t.is(
    await client.ask('GET alice'),
    'carl 102 AWAY 127.0.0.1 5001\nbob 100 ONLINE 127.0.0.1 4001\ndora 101 OFFLINE unknown unknown\n',
  );
  client.send('SET bob 101 OFFLINE 0');
  t.regex(await client.ask('GET alice'), /^bob 101 OFFLINE unknown unknown$/m);
});

test('SET and GET of an unregistered user are dropped', async (t) => {
  const { tcp, udp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  client.send('SET bob 100 ONLINE 4001');
  client.send('GET bob');
  client.send('nonsense');
  client.send(Buffer.alloc(60_000, 'x'));
  client.send('');
  t.is(await client.ask('GET alice'), '', 'the first answer is to the only valid request');
  await ask(tcp, 'REG bob\n');
  await ask(tcp, 'ADD alice bob\n');
  t.is(await client.ask('GET alice'), 'bob 101 OFFLINE unknown unknown\n');
});

test('a user is unknown until the registration is durable', async (t) => {
  const store = heldStore();
  const { tcp, udp } = await serve(t, store);
  const registered = ask(tcp, 'REG alice\n');
  await until(() => store.commits.length === 1);
  const client = await PresenceClient.open(t, udp);
  client.send('SET alice 100 ONLINE 4001');
  client.send('GET alice');
  store.letThrough();
  t.is(await registered, '200 OK\r\n');
  for (const request of ['REG bob', 'ADD bob alice']) t.is(await ask(tcp, `${request}\n`), '200 OK\r\n');
  t.is(await client.ask('GET bob'), 'alice 101 OFFLINE unknown unknown\n', 'the only answer');
});

test('users stay online when the store crashes, and users registered later are recognised', async (t) => {
  const store = openMemoryStore();
  const server = await serve(t, { openStore: async () => ({ ...store, close: async () => {} }) });
  const { tcp, udp } = server;
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const client = await PresenceClient.open(t, udp);
  client.send('SET bob 100 ONLINE 4001');
  t.is(await client.ask('GET alice'), 'bob 100 ONLINE 127.0.0.1 4001\n');
  crash(current(server, 'store'));
  t.is(await client.ask('GET alice'), 'bob 100 ONLINE 127.0.0.1 4001\n');
  for (const request of ['REG carl', 'ADD alice carl']) t.is(await ask(tcp, `${request}\n`), '200 OK\r\n');
  client.send('SET carl 102 4002');
  client.send('SET bob 100 4003');
  t.is(await client.ask('GET alice'), 'bob 100 ONLINE 127.0.0.1 4003\ncarl 102 AWAY 127.0.0.1 4002\n');
});

test('when the answer to a GET is full, the server reads no more buddies from the list', async (t) => {
  const store = openMemoryStore();
  const ids = Array.from({ length: 5_000 }, (_, index) => `b${index}`.padEnd(64, '_') as UserId);
  await store.commit([
    { op: 'REG', id: 'alice' as UserId },
    ...ids.map((id) => ({ op: 'REG', id }) as const),
    ...ids.map((buddy) => ({ op: 'ADD', id: 'alice' as UserId, buddy }) as const),
  ]);
  const { users } = store;
  let visits = 0;
  const counting: Users = {
    committed: users.committed,
    numberOf: (id) => users.numberOf(id),
    listOf: (user) => users.listOf(user),
    buddiesOf: (id) => users.buddiesOf(id),
    countUsers: () => users.countUsers(),
    isKeyed: (user) => users.isKeyed(user),
    deviceOf: (user) => users.deviceOf(user),
    reservedSince: (each) => users.reservedSince(each),
    reservations: () => users.reservations(),
    countReservations: () => users.countReservations(),
    bans: () => users.bans(),
    countBans: () => users.countBans(),
    endedBans: (nowMs, limit) => users.endedBans(nowMs, limit),
    banOfId: (id, nowMs) => users.banOfId(id, nowMs),
    banOfAddress: (address, nowMs) => users.banOfAddress(address, nowMs),
    isExpelled: (user, nowMs) => users.isExpelled(user, nowMs),
    isClosed: false,
    countKeys: () => users.countKeys(),
    recordOf: (user) => users.recordOf(user),
    copyId(target, at, user) {
      visits++;
      return users.copyId(target, at, user);
    },
  };
  const { udp } = await serve(t, { openStore: async () => ({ ...store, users: counting }) });
  const client = await PresenceClient.open(t, udp);
  const lines = (await client.ask('GET alice')).match(/\n/g)?.length ?? 0;
  t.true(lines > 600, `${lines} lines`);
  t.is(visits, lines + 1);
});

/** The list of a user with one buddy: 36 bytes. */
const ANSWER = 'buddy01 101 OFFLINE unknown unknown\n';

test('answers beyond the quota of a source are dropped, without effect on other sources', async (t) => {
  const { tcp, udp } = await serve(t, { answerBytes: { burst: 1_024, perSecond: 1 }, limitsLoopback: true });
  for (const request of ['REG alice', 'REG buddy01', 'ADD alice buddy01']) await ask(tcp, `${request}\n`);
  const flood = await PresenceClient.open(t, udp, '127.0.0.1');
  const honest = await PresenceClient.open(t, udp, '127.0.0.2');
  let received = 0;
  flood.onMessage((bytes) => {
    received += bytes.length;
  });
  for (let count = 0; count < 200; count++) flood.send('GET alice');
  for (let count = 0; count < 10; count++) t.is(await honest.ask('GET alice'), ANSWER);
  await until(() => received > 1_024 - 2 * MAX_BUDDY_LINE_BYTES);
  t.true(received <= 1_024, `${received} bytes`);
});

test('a source on loopback has no quota', async (t) => {
  const { tcp, udp } = await serve(t, { answerBytes: { burst: 1, perSecond: 1 } });
  for (const request of ['REG alice', 'REG buddy01', 'ADD alice buddy01']) await ask(tcp, `${request}\n`);
  const client = await PresenceClient.open(t, udp);
  for (let count = 0; count < 50; count++) t.is(await client.ask('GET alice'), ANSWER);
});
