import test from 'ava';
import type { StoreChange } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, until } from '../../helpers/network.js';
import { operate } from '../../helpers/operator.js';
import { deviceOf } from '../../helpers/sealed-client.js';
import { crash, current, heldStore, serve } from '../../helpers/server.js';
import { changes, id } from '../../storage/changes.js';

test('changes that arrive during a commit form the next commit, and are answered after it', async (t) => {
  const store = heldStore();
  const server = await serve(t, store);
  const replies = Array.from({ length: 20 }, (_, index) => ask(server.tcp, `REG user${index}\n`));
  await until(() => server.received('store', 'change.commit') === 20);
  t.is(server.received('connection', 'change.answered'), 0);
  store.letThrough();
  t.deepEqual(new Set(await Promise.all(replies)), new Set(['200 OK\r\n']));
  t.deepEqual(store.commits, [1, 19]);
});

test('a group has at most one removal; further removals wait, and delay no other changes', async (t) => {
  const groups: string[] = [];
  const store = openMemoryStore();
  const ids = ['a', 'b', 'c', 'olga'].map(id);
  await store.commit(ids.map((each) => ({ op: 'REG', id: each })));
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const server = await serve(t, {
    openStore: async () => ({
      ...store,
      async commit(all) {
        groups.push(all.map((change) => ('id' in change ? `${change.op} ${change.id}` : change.op)).join());
        await gate;
        return store.commit(all);
      },
    }),
  });
  const device = deviceOf().device;
  const requested: readonly StoreChange[] = [
    { op: 'REG', id: id('first') },
    { op: 'REMOVE', id: id('a'), atMs: 1 },
    { op: 'REM', id: id('olga'), device, atMs: 1 },
    { op: 'REMOVE', id: id('b'), atMs: 1 },
    ...changes('REG new', 'REG c'),
  ];
  const replies = requested.map((change) => operate(server, change));
  open();
  t.deepEqual(await Promise.all(replies), [200, 200, 204, 200, 200, 203]);
  t.deepEqual(groups, ['REG first', 'REMOVE a,REG new,REG c', 'REM olga', 'REMOVE b']);
});

test('if a request arrives while the store restarts, the request waits for the store', async (t) => {
  const store = openMemoryStore();
  let opens = 0;
  let reopen = () => {};
  const reopened = new Promise<void>((resolve) => {
    reopen = resolve;
  });
  const server = await serve(t, {
    openStore: async () => {
      opens += 1;
      if (opens === 2) await reopened;
      return { ...store, close: async () => {} };
    },
  });
  await ask(server.tcp, 'REG alice\n');
  crash(current(server, 'store'));
  const reply = ask(server.tcp, 'REG bob\n');
  await until(() => opens === 2);
  reopen();
  t.is(await reply, '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
});

test('after a crash, queued changes get 205; changes being committed get their actual replies', async (t) => {
  const store = heldStore();
  const server = await serve(t, store);
  const first = ask(server.tcp, 'REG alice\n');
  await until(() => store.commits.length === 1);
  const queued = ask(server.tcp, 'REG bob\n');
  await until(() => server.received('store', 'change.commit') === 2);
  crash(current(server, 'store'));
  t.is(await queued, '205 UNAVAILABLE\r\n');
  store.letThrough();
  t.is(await first, '200 OK\r\n');
});

test('the reply to a REG beyond the limit is 206, and the log says so once', async (t) => {
  const { tcp, log } = await serve(t, { maxUsers: 10 });
  const ids = Array.from({ length: 40 }, (_, index) => `user${index}`);
  const replies = await Promise.all(ids.map((id) => ask(tcp, `REG ${id}\n`)));
  t.is(replies.filter((reply) => reply === '200 OK\r\n').length, 10);
  t.is(replies.filter((reply) => reply === '206 BUSY\r\n').length, 30);
  const [one, other] = ids.filter((_, index) => replies[index] === '200 OK\r\n');
  t.is(await ask(tcp, `REG ${one}\n`), '203 USER EXISTS\r\n');
  t.is(await ask(tcp, `ADD ${one} ${other}\n`), '200 OK\r\n');
  t.is(await ask(tcp, 'REG late\n'), '206 BUSY\r\n');
  t.deepEqual(log.fieldsOf('no more users may register: 206'), [{ users: 10 }]);
});
