import test, { type ExecutionContext } from 'ava';
import { type Bus, MAX_UNDER_WAY } from '../../../actors/server/bus.js';
import type { ServerOptions } from '../../../actors/server/server-tree.js';
import { MAX_BATCH_BYTES, parseBatch } from '../../../protocol/presence-batch.js';
import { type Store, StoreError } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { crash, current, serve } from '../../helpers/server.js';
import { changes } from '../../storage/changes.js';

/** Longer than any test takes, in milliseconds. */
const NEVER_MS = 2 ** 31 - 1;

/** A bus in memory, and the store of the servers on it. */
class World {
  readonly store: Store = openMemoryStore();
  readonly texts: string[] = [];
  readonly #listeners = new Set<(text: string) => void>();
  readonly #closers = new Set<() => void>();
  opens = 0;
  /** Why the bus cannot be opened. */
  error: Error | undefined;
  /** How many texts were published. They may not have been delivered yet. */
  published = 0;
  /** A published text is delivered when this promise has resolved. */
  gate: Promise<void> = Promise.resolve();
  catchUp: () => Promise<void> = async () => {};

  readonly openStore = async (): Promise<Store> => {
    const { store } = this;
    return {
      ...store,
      get lastChange() {
        return store.lastChange;
      },
      catchUp: () => this.catchUp(),
      close: async () => {},
    };
  };

  readonly openBus = async (onText: (text: string) => void): Promise<Bus> => {
    this.opens += 1;
    if (this.error !== undefined) throw this.error;
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = () => {
        this.#listeners.delete(onText);
        this.#closers.delete(close);
        resolve();
      };
    });
    this.#listeners.add(onText);
    this.#closers.add(close);
    const publish = async (text: string) => {
      this.published += 1;
      await this.gate;
      this.deliver(text);
    };
    return { publish, closed, close };
  };

  deliver(text: string): void {
    this.texts.push(text);
    for (const listener of this.#listeners) listener(text);
  }

  cut(): void {
    for (const close of this.#closers) close();
  }

  get records() {
    return this.texts.flatMap((text) => parseBatch(text)?.records ?? []);
  }
}

async function serveOn(t: ExecutionContext, world: World, options: Partial<ServerOptions> = {}) {
  const { openStore, openBus } = world;
  const server = await serve(t, { openStore, openBus, catchUpMs: NEVER_MS, ...options });
  return { ...server, client: await PresenceClient.open(t, server.udp) };
}

/** Repeats a GET until the answer matches. */
async function getUntil(client: PresenceClient, id: string, pattern: RegExp): Promise<string> {
  let list = '';
  do list = await client.ask(`GET ${id}`);
  while (!pattern.test(list));
  return list;
}

/** Repeats a SET until another server shows the status. Announcements are dropped before the bus is up. */
async function announceUntil(from: PresenceClient, to: PresenceClient, line: string, pattern: RegExp) {
  do from.send(line);
  while (!pattern.test(await to.ask('GET alice')));
}

const ALICE_AND_BOB = changes('REG alice', 'REG bob', 'ADD alice bob');

test('if one server accepts a status, the other servers show the status', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const [one, other] = await Promise.all([serveOn(t, world), serveOn(t, world)]);
  const pattern = /^bob 100 ONLINE 127\.0\.0\.1 4000$/m;
  await announceUntil(one.client, other.client, 'SET bob 100 ONLINE 4000', pattern);
  one.client.send('SET bob 102 AWAY 4001');
  await getUntil(other.client, 'alice', /^bob 102 AWAY 127\.0\.0\.1 4001$/m);
  other.client.send('SET bob 101 OFFLINE 0');
  t.regex(await getUntil(one.client, 'alice', /^bob 101 OFFLINE/m), /unknown unknown$/m);
});

test('announcements that arrive together are sent in a few batches, in their order', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { client, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  world.texts.length = 0;
  let open = () => {};
  world.gate = new Promise((resolve) => {
    open = resolve;
  });
  const before = received('bus', 'presence.accepted');
  for (let port = 5000; port < 5200; port++) client.send(`SET bob 100 ONLINE ${port}`);
  await until(() => received('bus', 'presence.accepted') === before + 200);
  t.deepEqual(world.texts, []);
  open();
  await until(() => world.records.length >= 200);
  const ports = world.records.filter(({ port }) => port >= 5000).map(({ port }) => port);
  t.deepEqual(
    ports,
    Array.from({ length: 200 }, (_, index) => 5000 + index),
  );
  t.true(world.texts.every((text) => text.length <= MAX_BATCH_BYTES));
  t.true(world.texts.length < 20, `${world.texts.length} batches`);
});

test('a user who was unknown here gets the last announced status when the store has caught up', async (t) => {
  const world = new World();
  await world.store.commit(changes('REG alice'));
  const { client, received } = await serveOn(t, world);
  await getUntil(client, 'alice', /^$/);
  await until(() => received('bus', 'store.caught-up') > 0);
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  world.catchUp = async () => {
    await gate;
    await world.store.commit(changes('REG bob', 'ADD alice bob'));
    world.catchUp = async () => {};
  };
  world.deliver('im-presence 1 other 0\n1 100 4000 192.0.2.7\n0 100 4001 192.0.2.8\n');
  world.deliver('im-presence 1 other 0\n1 102 4002 192.0.2.7\n99 100 4003 192.0.2.9\n');
  await until(() => received('presence', 'presence.heard') === 2);
  open();
  t.is(await getUntil(client, 'alice', /ONLINE|AWAY/), 'bob 102 AWAY 192.0.2.7 4002\n');
});

test('a bus is used only after the store has caught up; until then, the server reopens it', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  world.catchUp = async () => {
    throw new StoreError('store.unavailable', 'cut off');
  };
  const { client, log, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  client.send('SET bob 100 ONLINE 4000');
  await client.ask('GET alice');
  world.deliver('im-presence 1 other 0\n1 100 4000 192.0.2.7\n');
  t.is(received('presence', 'presence.heard'), 0);
  t.is(world.records.length, 1, 'nothing was published');
  world.catchUp = async () => {};
  await until(() => log.fieldsOf('the bus is up again').length === 1);
  t.true(world.opens > 1);
  t.is(log.fieldsOf('the bus is down: changes of presence at other servers are not shown').length, 1);
});

test('when the bus is cut, known statuses stay; new ones arrive when the bus is up again', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const [one, other] = await Promise.all([serveOn(t, world), serveOn(t, world)]);
  await announceUntil(one.client, other.client, 'SET bob 100 ONLINE 4000', /^bob 100/m);
  world.error = new Error('refused');
  const { opens } = world;
  world.cut();
  one.client.send('SET bob 102 AWAY 4000');
  await until(() => world.opens >= opens + 2);
  t.regex(await other.client.ask('GET alice'), /^bob 100 ONLINE/m);
  world.error = undefined;
  await announceUntil(one.client, other.client, 'SET bob 102 AWAY 4000', /^bob 102/m);
});

test('when the bus is cut, waiting announcements are dropped, and are not sent later', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const [one, other] = await Promise.all([serveOn(t, world), serveOn(t, world)]);
  await announceUntil(one.client, other.client, 'SET bob 100 ONLINE 4000', /^bob 100/m);
  let open = () => {};
  world.gate = new Promise((resolve) => {
    open = resolve;
  });
  const before = world.published;
  for (let port = 4_001; world.published < before + MAX_UNDER_WAY; port++) {
    one.client.send(`SET bob 100 ONLINE ${port}`);
    await getUntil(one.client, 'alice', new RegExp(`${port}`));
  }
  one.client.send('SET bob 102 AWAY 5000');
  await getUntil(one.client, 'alice', /^bob 102/m);
  world.cut();
  open();
  await announceUntil(one.client, other.client, 'SET bob 100 ONLINE 6000', /6000/);
  t.false(world.records.some(({ port }) => port === 5_000));
});

test('a crash of the bus is followed by a restart, and presence is kept', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const [one, other] = await Promise.all([serveOn(t, world), serveOn(t, world)]);
  await announceUntil(one.client, other.client, 'SET bob 100 ONLINE 4000', /^bob 100/m);
  crash(current(other, 'bus'));
  t.regex(await other.client.ask('GET alice'), /^bob 100 ONLINE/m);
  await announceUntil(one.client, other.client, 'SET bob 102 AWAY 4000', /^bob 102/m);
  t.is(other.starts('bus'), 2);
  t.is(other.starts('presence'), 1);
});

test('a server is ready after a warm-up that brings statuses; a restarted bus has no warm-up', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const one = await serveOn(t, world);
  await announceUntil(one.client, one.client, 'SET bob 100 ONLINE 4000', /^bob 100/m);
  const announcing = setInterval(() => one.client.send('SET bob 100 ONLINE 4000'), 1);
  t.teardown(() => clearInterval(announcing));
  const other = await serveOn(t, world, { warmUpMs: 2_000 });
  clearInterval(announcing);
  t.regex(await other.client.ask('GET alice'), /^bob 100 ONLINE/m);
  crash(current(other, 'bus'));
  await until(() => other.starts('bus') === 2);
});

test('if the store crashes while the bus waits for it, the bus waits for the restarted store', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const hasBegun = new Promise<void>((resolve) => {
    world.catchUp = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const { openStore, openBus } = world;
  const server = await serve(t, { openStore, openBus, catchUpMs: NEVER_MS });
  await hasBegun;
  world.catchUp = async () => {};
  crash(current(server, 'store'));
  await until(() => server.received('bus', 'store.caught-up') > 0);
  t.is(world.opens, 1);
});

test('foreign texts on the bus are ignored', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { client, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  for (const text of [
    '',
    'hello',
    'im-presence 1 other 0\n',
    'im-presence 1 other\n1 100 4000 192.0.2.7\n',
  ]) {
    world.deliver(text);
  }
  await client.ask('GET alice');
  t.is(received('presence', 'presence.heard'), 0);
});

test('batches of another version are ignored, and the log says so once', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { client, received, log, starts } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') === 1);
  for (const version of [2, 2, 3]) world.deliver(`im-presence ${version} other 9\n1 100 4000 192.0.2.7\n`);
  world.deliver('im-presence 1 other 0\n1 102 4000 192.0.2.7\n');
  await getUntil(client, 'alice', /^bob 102 AWAY/);
  t.is(received('presence', 'presence.heard'), 1);
  t.deepEqual(log.fieldsOf('a server of another version is on the bus: its announcements are not shown'), [
    { version: 2 },
  ]);
  t.is(starts('bus'), 1);
});

test('a server catches up at once when another server has a change that is missing here', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { client, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  world.catchUp = async () => {
    world.catchUp = async () => {};
    await world.store.commit(changes('DEL alice bob'));
  };
  world.deliver('im-presence 1 other 4\n');
  await getUntil(client, 'alice', /^$/);
  t.is(world.store.lastChange, 4);
});

test('if a change is announced while the store catches up, the store reads it afterwards', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { client, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  let isAsked = false;
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  world.catchUp = async () => {
    isAsked = true;
    await gate;
    world.catchUp = async () => {
      world.catchUp = async () => {};
      await world.store.commit(changes('DEL alice bob'));
    };
  };
  world.deliver('im-presence 1 other 4\n');
  await until(() => isAsked);
  world.deliver('im-presence 1 other 5\n');
  open();
  await getUntil(client, 'alice', /^$/);
  t.is(world.store.lastChange, 4);
});

test('a server catches up once for each change, however many batches name the change', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  for (const last of [1, 2, 3]) world.deliver(`im-presence 1 other ${last}\n`);
  t.is(received('store', 'directory.advanced'), 0, 'these changes are known');
  for (const server of ['other', 'third', 'other']) world.deliver(`im-presence 1 ${server} 4\n`);
  t.is(received('store', 'directory.advanced'), 1);
  world.deliver('im-presence 1 third 5\n');
  t.is(received('store', 'directory.advanced'), 2);
});

test('a server announces its own changes at once, and no changes that others have announced', async (t) => {
  const world = new World();
  await world.store.commit(ALICE_AND_BOB);
  const { tcp, received } = await serveOn(t, world);
  await until(() => received('bus', 'store.caught-up') > 0);
  const news = () => received('bus', 'batch.due');
  const announced = () => parseBatch(world.texts.at(-1) ?? '')?.lastChange;
  await until(() => news() === 1 && announced() === 3);
  // At intervals, a batch is sent in any case.
  const batchesForNews = () => world.texts.length - received('bus', 'idle.due');
  const before = batchesForNews();
  for (const number of [4, 5]) {
    t.is(await ask(tcp, `REG user${number}\n`), '200 OK\r\n');
    await until(() => news() === number - 2 && announced() === number);
  }
  t.is(batchesForNews(), before + 2);
  t.is(await ask(tcp, 'REG user4\n'), '203 USER EXISTS\r\n');
  world.catchUp = async () => {
    world.catchUp = async () => {};
    await world.store.commit(changes('REG carol'));
  };
  world.deliver('im-presence 1 other 6\n');
  await until(() => received('bus', 'directory.advanced') === 4);
  // After two intervals, a batch that was due earlier has been sent.
  const intervals = received('bus', 'idle.due');
  await until(() => received('bus', 'idle.due') === intervals + 2);
  t.is(news(), 3);
});
