import test from 'ava';
import { withFrees } from '../../../actors/server/reservations.js';
import { RESERVE_DAYS } from '../../../actors/server/server-limits.js';
import type { StoreChange } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask } from '../../helpers/network.js';
import { operate } from '../../helpers/operator.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import { heldStore, serve } from '../../helpers/server.js';
import { changes, id } from '../../storage/changes.js';

const DAY_MS = 86_400_000;

test('REG of an id whose reservation is over frees the id; replies keep the order of requests', async (t) => {
  const store = openMemoryStore();
  await store.commit([
    ...changes('REG alice'),
    { op: 'RESERVE', id: id('old'), atMs: 10 },
    { op: 'RESERVE', id: id('new'), atMs: 11 },
  ]);
  const requested = changes('REG alice', 'REG old', 'REG old', 'ADD alice old', 'REG new', 'REG other');
  const { changes: all, requestedOf } = withFrees(requested, store.users, 10);
  t.deepEqual(
    all.map(({ op }) => op),
    ['REG', 'FREE', 'REG', 'FREE', 'REG', 'ADD', 'REG', 'REG'],
  );
  t.deepEqual(requestedOf(await store.commit(all)), [203, 200, 203, 200, 203, 200]);
});

test('a group of changes that registers no reserved id stays as it is', (t) => {
  const { users } = openMemoryStore();
  const requested = changes('REG alice', 'ADD alice bob');
  t.is(withFrees(requested, users, 10).changes, requested);
});

test('the id of a removed user can be registered after 30 days, as a new user on no list', async (t) => {
  let now = 1_000 * DAY_MS;
  const server = await serve(t, { wallClock: () => now });
  const { tcp } = server;
  for (const line of ['REG bob', 'REG olga', 'ADD olga bob', 'ADD bob olga']) await ask(tcp, `${line}\n`);
  await operate(server, { op: 'REMOVE', id: id('bob'), atMs: now });
  now += RESERVE_DAYS * DAY_MS - 1;
  t.is(await ask(tcp, 'REG bob\n'), '203 USER EXISTS\r\n');
  t.is(await askSealed(tcp, deviceOf(), 'REG bob'), '203 USER EXISTS\r\n');
  now += 1;
  t.is(await askSealed(tcp, deviceOf(), 'REG bob'), '200 OK\r\n', 'also with a key');
  t.is(await ask(tcp, 'REG bob\n'), '203 USER EXISTS\r\n');
  t.is(await ask(tcp, 'DEL olga bob\n'), '200 OK\r\n', 'not on the list, so nothing to remove');
  t.is(await ask(tcp, 'ADD olga bob\n'), '200 OK\r\n');
});

test('the length of reservations can be changed while the server runs', async (t) => {
  const server = await serve(t, { wallClock: () => 100 * DAY_MS, reserveDays: 2 });
  const { tcp } = server;
  await operate(server, { op: 'RESERVE', id: id('bob'), atMs: 99 * DAY_MS });
  t.is(await ask(tcp, 'REG bob\n'), '203 USER EXISTS\r\n');
  server.server.limits.change({ reserveDays: 1 });
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
});

test('on a full server, REG of a reserved id is answered 203, not 206', async (t) => {
  const server = await serve(t, { maxUsers: 2 });
  for (const name of ['a', 'b']) await ask(server.tcp, `REG ${name}\n`);
  await operate(server, { op: 'RESERVE', id: id('old'), atMs: Date.now() });
  t.is(await ask(server.tcp, 'REG old\n'), '203 USER EXISTS\r\n');
  t.is(await ask(server.tcp, 'REG new\n'), '206 BUSY\r\n');
});

test('of several REGs for one id, only the first takes one of the places that are left', async (t) => {
  const store = heldStore();
  const server = await serve(t, { openStore: store.openStore, maxUsers: 3 });
  const [first, ...others] = changes('REG a', 'REG b', 'REG b', 'REG c', 'REG d', 'REG b');
  const replies = [first as StoreChange, ...others].map((change) => operate(server, change));
  store.letThrough();
  t.deepEqual(await Promise.all(replies), [200, 200, 203, 200, 206, 203]);
});

test('a reserved id counts as a user until it is freed', async (t) => {
  const server = await serve(t, { maxUsers: 2 });
  const { tcp } = server;
  const count = async (name: string) => (await ask(tcp, `REG ${name}\n`)).slice(0, 3);
  t.deepEqual([await count('a'), await count('b'), await count('c')], ['200', '200', '206']);
  await operate(server, { op: 'REMOVE', id: id('a'), atMs: Date.now() });
  t.deepEqual([await count('c'), await count('a')], ['206', '203']);
  await operate(server, { op: 'FREE', id: id('a') });
  t.deepEqual([await count('c'), await count('d')], ['200', '206']);
});

test('even after its reservation, an id keeps its place until the id is registered again', async (t) => {
  let now = 1_000 * DAY_MS;
  const server = await serve(t, { maxUsers: 1, wallClock: () => now });
  await ask(server.tcp, 'REG a\n');
  await operate(server, { op: 'REMOVE', id: id('a'), atMs: now });
  now += RESERVE_DAYS * DAY_MS;
  t.is(await ask(server.tcp, 'REG b\n'), '206 BUSY\r\n');
  t.is(await ask(server.tcp, 'REG a\n'), '200 OK\r\n');
});
