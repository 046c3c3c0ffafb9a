import test, { type ExecutionContext } from 'ava';
import {
  type BanTarget,
  type Store,
  type StoreChange,
  StoreError,
  type StoreErrorCode,
} from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { deviceOf } from '../../helpers/sealed-client.js';
import { serve } from '../../helpers/server.js';
import { changes, id } from '../../storage/changes.js';

/** Longer than any test takes, in milliseconds. */
const NEVER_MS = 2 ** 31 - 1;

/** A shared store. `others` are the changes by other servers that the store reads when it next catches up. */
class SharedStore {
  readonly store: Store = openMemoryStore();
  readonly others: (string | StoreChange)[] = [];
  calls = 0;
  error: Error | undefined;
  /** Each call of `catchUp` waits for this promise. */
  gate: Promise<void> = Promise.resolve();

  readonly openStore = async (): Promise<Store> => ({
    ...this.store,
    catchUp: async () => {
      this.calls += 1;
      await this.gate;
      if (this.error !== undefined) throw this.error;
      const others = this.others.splice(0);
      const made = others.flatMap((one) => (typeof one === 'string' ? changes(one) : one));
      if (made.length > 0) await this.store.commit(made);
    },
    close: async () => {},
  });
}

async function serveShared(t: ExecutionContext, shared: SharedStore, catchUpMs: number) {
  const { openStore } = shared;
  const server = await serve(t, { openStore, catchUpMs });
  return { ...server, client: await PresenceClient.open(t, server.udp) };
}

test('changes of other servers are shown at intervals', async (t) => {
  const shared = new SharedStore();
  const { tcp, client } = await serveShared(t, shared, 1);
  await ask(tcp, 'REG alice\n');
  shared.others.push('REG bob', 'ADD alice bob');
  let list = '';
  while (!list.includes('bob')) list = await client.ask('GET alice');
  const { calls } = shared;
  await until(() => shared.calls > calls + 1);
  t.pass();
});

test('if an id is unknown, the store catches up immediately, and looks the id up again', async (t) => {
  const shared = new SharedStore();
  const { tcp, client } = await serveShared(t, shared, NEVER_MS);
  await ask(tcp, 'REG alice\n');
  shared.others.push('REG bob', 'ADD alice bob', 'ADD bob alice');
  client.send('SET bob 100 ONLINE 4000');
  t.regex(await client.ask('GET bob'), /alice/);
  t.regex(await client.ask('GET alice'), /bob.*ONLINE/);
  t.is(shared.calls, 1);
});

test('when another server sets a new key, the presence of the user ends', async (t) => {
  const shared = new SharedStore();
  const { tcp, client } = await serveShared(t, shared, 1);
  for (const line of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${line}\n`);
  client.send('SET bob 100 ONLINE 4000');
  t.regex(await client.ask('GET alice'), /^bob 100 /);
  shared.others.push({ op: 'KEY', id: id('bob'), key: deviceOf().device.identity });
  let list = '';
  while (!list.startsWith('bob 101 ')) list = await client.ask('GET alice');
  t.pass();
});

test('a SET has no effect if its user or address is banned while the SET waits for the store', async (t) => {
  const shared = new SharedStore();
  const { tcp, udp, client } = await serveShared(t, shared, NEVER_MS);
  const other = await PresenceClient.open(t, udp, '127.0.3.1');
  await ask(tcp, 'REG alice\n');
  const banned: readonly BanTarget[] = [
    { kind: 'id', name: id('bob') },
    { kind: 'address', name: '127.0.3.1' },
  ];
  shared.others.push(...['bob', 'carl', 'dora'].map((name) => `REG ${name}`));
  shared.others.push('ADD alice bob', 'ADD alice carl', 'ADD dora alice');
  shared.others.push(...banned.map((ban) => ({ op: 'BAN', ban }) as const));
  client.send('SET bob 100 ONLINE 4000');
  other.send('SET carl 100 ONLINE 4001');
  t.regex(await client.ask('GET dora'), /^alice /, 'the store has caught up');
  t.regex(await client.ask('GET alice'), /^bob 101 .*\ncarl 101 /);
});

test('a hundred look-ups of unknown ids need at most two calls of `catchUp`', async (t) => {
  const shared = new SharedStore();
  const server = await serveShared(t, shared, NEVER_MS);
  let open = () => {};
  shared.gate = new Promise((resolve) => {
    open = resolve;
  });
  for (let index = 0; index < 100; index++) server.client.send(`SET stranger${index} 100 ONLINE 4000`);
  await until(() => server.received('store', 'user.look-up') === 100);
  await until(() => shared.calls === 1);
  t.is(server.received('presence', 'user.looked-up'), 0);
  shared.others.push('REG stranger99');
  open();
  await until(() => server.received('presence', 'user.looked-up') === 100);
  t.true(shared.calls <= 2, `${shared.calls} questions`);
});

test('GET is answered while the store cannot be read; the log reports the outage and its end', async (t) => {
  const shared = new SharedStore();
  const { tcp, client, log } = await serveShared(t, shared, 1);
  await ask(tcp, 'REG alice\n');
  shared.error = new StoreError('store.unavailable', 'cut off');
  const { calls } = shared;
  await until(() => shared.calls > calls + 2);
  await client.ask('GET alice');
  t.is(log.fieldsOf('the store cannot be read: changes by other servers are not shown').length, 1);
  t.is(log.fieldsOf('the store can be read again').length, 0);
  shared.error = undefined;
  await until(() => log.fieldsOf('the store can be read again').length === 1);
});

test('without an interval for catching up, the server never calls `catchUp`', async (t) => {
  const shared = new SharedStore();
  const { openStore } = shared;
  const { udp, received } = await serve(t, { openStore });
  const client = await PresenceClient.open(t, udp);
  client.send('GET stranger');
  await until(() => received('presence', 'user.looked-up') === 1);
  t.is(shared.calls, 0);
});

const FATAL = {
  'store.diverged': 'the directory is not the one that this server knows: the server ends',
  'store.outdated': 'the directory has a format that this server does not know: the server ends',
} as const;

for (const [code, message] of Object.entries(FATAL)) {
  for (const [when, isFirst] of [
    ['while it runs', false],
    ['when it is opened again', true],
  ] as const) {
    test(`the server ends if the store fails with ${code} ${when}`, async (t) => {
      const shared = new SharedStore();
      const fatal = new StoreError(code as StoreErrorCode, 'a reason');
      let opens = 0;
      const openStore = () => {
        opens += 1;
        return opens > 1 && isFirst ? Promise.reject(fatal) : shared.openStore();
      };
      const server = await serve(t, { openStore, catchUpMs: 1 });
      shared.error = isFirst ? new Error('a fault') : fatal;
      t.is((await server.server.ended).error, fatal);
      t.is(opens, isFirst ? 2 : 1, 'the server does not try to open the store again');
      t.is(server.log.fieldsOf(message).length, 1);
    });
  }
}
