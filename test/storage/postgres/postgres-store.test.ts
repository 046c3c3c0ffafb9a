import assert from 'node:assert/strict';
import anyTest, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { openPostgresStore, PostgresDirectory } from '../../../storage/postgres/postgres-store.js';
import type { Store } from '../../../storage/store.js';
import { CutProxy, endsAnswer, endsQuery } from '../../helpers/cut-proxy.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { anyBatches, anyChange, changes, id } from '../changes.js';
import { decide, Model, wholeStateOf, wholeStateOfModel } from '../model.js';
import { testStoreContract } from '../store-contract.js';

// The tests run one at a time, because parallel tests could exceed the short deadlines of a store.
const test = anyTest.serial;

let postgres: Postgres;

/** Opens a store that is closed when the test ends. */
async function open(t: ExecutionContext, url: string): Promise<Store> {
  const store = await openPostgresStore(url, { alone: true });
  t.teardown(() => store.close());
  return store;
}

/** Opens a store in a directory that another test may get once the store is closed. */
async function openOwn(t: ExecutionContext): Promise<Store> {
  const url = await postgres.makeDirectory(t);
  const store = await open(t, url);
  const close = store.close.bind(store);
  return Object.assign(store, { close: () => close().then(() => postgres.recycle(url)) });
}

async function openSeveral(t: ExecutionContext, count: number): Promise<readonly [string, ...Store[]]> {
  const url = await postgres.makeDirectory(t);
  return [url, ...(await Promise.all(Array.from({ length: count }, () => open(t, url))))];
}

/** Replaces the database of a directory by a copy that was made with {@link backUp}. */
async function restore(url: string): Promise<void> {
  const name = databaseOf(url);
  await postgres.sql(`drop database ${name} with (force)`);
  await postgres.sql(`alter database ${name}_copy rename to ${name}`);
}

/** Copies the database of a directory. No store may be connected to it. */
async function backUp(url: string): Promise<void> {
  const name = databaseOf(url);
  await postgres.sql(`create database ${name}_copy owner im template ${name} strategy file_copy`);
}

/** Catches up. Tries twice, because the connection may have been cut after the last commit. */
async function catchUpAtLast(store: Store): Promise<void> {
  await store.catchUp().catch(() => store.catchUp());
}

withPostgres(() => {
  const servers = teardownOfFile();
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  testStoreContract('PostgreSQL', openOwn, test);

  test('of three stores that register one id at the same time, exactly one gets 200', async (t) => {
    const [, ...stores] = await openSeveral(t, 3);
    for (let round = 0; round < 20; round++) {
      const verdicts = await Promise.all(stores.map((store) => store.commit(changes(`REG user${round}`))));
      t.deepEqual(verdicts.flat().sort(), [200, 203, 203]);
    }
    await Promise.all(stores.map((store) => store.catchUp()));
    for (const { users } of stores) {
      t.is(users.committed, 20);
      for (let round = 0; round < 20; round++) t.is(users.numberOf(id(`user${round}`)), round);
    }
  });

  test('a store shows the changes of another store once it has caught up', async (t) => {
    const [, one, other] = (await openSeveral(t, 2)) as [string, Store, Store];
    await one.commit(changes('REG alice', 'REG bob', 'REG carol', 'ADD alice carol', 'ADD alice bob'));
    t.is(other.users.numberOf(id('alice')), -1);
    await other.catchUp();
    t.is(other.users.numberOf(id('alice')), 0);
    t.deepEqual(other.users.buddiesOf(id('alice')), ['carol', 'bob'].map(id));
    t.deepEqual(await other.commit(changes('DEL alice carol', 'REG bob')), [200, 203]);
    await one.catchUp();
    t.deepEqual(one.users.buddiesOf(id('alice')), [id('bob')]);
  });

  test('a store does not write into a directory whose format was raised', async (t) => {
    const [url, one, other] = (await openSeveral(t, 2)) as [string, Store, Store];
    await one.commit(changes('REG alice'));
    await postgres.sqlIn(url, 'update im_head set format = 2');
    await t.throwsAsync(one.commit(changes('REG bob')), { code: 'store.outdated', message: /has format 2/ });
    await t.throwsAsync(other.catchUp(), { code: 'store.outdated' });
    await t.throwsAsync(other.commit(changes('REG bob')), { code: 'store.outdated' });
    await t.throwsAsync(openPostgresStore(url, { alone: true }), { code: 'store.outdated' });
    t.deepEqual(await postgres.sqlIn(url, 'select seq, users from im_head'), [{ seq: '1', users: 1 }]);
    t.is((await postgres.sqlIn(url, 'select * from im_log')).length, 1);
  });

  test('a store that is far behind reads the changes in parts', async (t) => {
    const [, one, other] = (await openSeveral(t, 2)) as [string, Store, Store];
    for (let user = 0; user < 200; user++) await one.commit(changes(`REG user${user}`));
    t.deepEqual(await other.commit(changes('REG user199', 'REG late')), [203, 200]);
    t.is(other.users.numberOf(id('late')), 200);
  });

  test('two stores, and a third that is opened later, match the model after any changes', async (t) => {
    const anyTurns = fc.array(fc.tuple(fc.nat(1), fc.array(anyChange, { maxLength: 8, size: 'max' })), {
      maxLength: 8,
      size: 'max',
    });
    const property = fc.asyncProperty(anyTurns, async (turns) => {
      const [url, ...stores] = await openSeveral(t, 2);
      const model = new Model();
      for (const [turn, batch] of turns) {
        const expected = batch.map((change) => decide(model, change));
        assert.deepEqual(await (stores[turn] as Store).commit(batch), expected);
      }
      stores.push(await open(t, url));
      await Promise.all(stores.map((store) => store.catchUp()));
      for (const { users } of stores) assert.deepEqual(wholeStateOf(users), wholeStateOfModel(model));
      await Promise.all(stores.map((store) => store.close()));
      postgres.recycle(url);
    });
    await t.notThrowsAsync(fc.assert(property, { numRuns: 50 }));
  });

  test('stores that commit at the same time end with the same state and numbers', async (t) => {
    const property = fc.asyncProperty(anyBatches, anyBatches, async (ones, others) => {
      const [url, ...stores] = await openSeveral(t, 2);
      await Promise.all(
        [ones, others].map(async (batches, turn) => {
          for (const batch of batches) await (stores[turn] as Store).commit(batch);
        }),
      );
      stores.push(await open(t, url));
      await Promise.all(stores.map((store) => store.catchUp()));
      const [first, ...rest] = stores.map(({ users }) => [users.committed, wholeStateOf(users)]);
      for (const state of rest) assert.deepEqual(state, first);
      await Promise.all(stores.map((store) => store.close()));
      postgres.recycle(url);
    });
    await t.notThrowsAsync(fc.assert(property, { numRuns: 20 }));
  });

  test('two stores match the model after any changes, whenever their connections are cut', async (t) => {
    const anyTurn = fc.record({
      writer: fc.nat(1),
      batch: fc.array(anyChange, { maxLength: 6, size: 'max' }),
      // After how many queries and answers the connection is cut. Several numbers cut it several times.
      cuts: fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 3, size: 'max' }),
    });
    const property = fc.asyncProperty(fc.array(anyTurn, { maxLength: 8, size: 'max' }), async (turns) => {
      const url = await postgres.makeDirectory(t);
      const proxies = [
        await CutProxy.start(t, postgres.port),
        await CutProxy.start(t, postgres.port),
      ] as const;
      const stores = await Promise.all(
        proxies.map(({ port }) => open(t, url.replace(`:${postgres.port}`, `:${port}`))),
      );
      const model = new Model();
      for (const { writer, batch, cuts } of turns) {
        const [next, ...others] = cuts;
        let left = next ?? Number.POSITIVE_INFINITY;
        (proxies[writer] as CutProxy).cutsAt = (from, message) => {
          const isStep = endsQuery(from, message) || endsAnswer(from, message);
          if (!isStep || --left > 0) return false;
          left = others.shift() ?? Number.POSITIVE_INFINITY;
          return true;
        };
        const expected = batch.map((change) => decide(model, change));
        assert.deepEqual(await (stores[writer] as Store).commit(batch), expected);
      }
      for (const proxy of proxies) proxy.cutsAt = () => false;
      stores.push(await open(t, url));
      for (const store of stores) {
        await catchUpAtLast(store);
        assert.deepEqual(wholeStateOf(store.users), wholeStateOfModel(model));
        await store.close();
      }
      postgres.recycle(url);
    });
    await t.notThrowsAsync(fc.assert(property, { numRuns: 25 }));
  });

  test('a store loads the directory again when the log lacks changes that the store needs', async (t) => {
    const [url, one, other] = (await openSeveral(t, 2)) as [string, Store, Store];
    await one.commit(changes('REG alice'));
    await other.catchUp();
    const { users } = other;
    await one.commit(changes('REG bob'));
    await one.commit(changes('REG carol', 'ADD carol alice'));
    await postgres.sqlIn(url, "update im_log set at = now() - interval '2 days'");
    const trimming = await open(t, url);
    await trimming.commit(changes('REG dave'));
    const log = await postgres.sqlIn<{ seq: string }>(url, 'select seq from im_log order by seq');
    t.deepEqual(
      log.map(({ seq }) => Number(seq)),
      [4, 5],
      'the last row before the group stays',
    );
    await one.catchUp();
    t.is(one.users.numberOf(id('dave')), 3, 'a store that knows the oldest row needs nothing else');
    t.deepEqual(await other.commit(changes('REG carol', 'ADD carol bob')), [203, 200]);
    t.true(users.isClosed);
    t.false(other.users.isClosed);
    t.deepEqual(other.users.buddiesOf(id('carol')), ['alice', 'bob'].map(id));
    await one.catchUp();
    t.deepEqual(wholeStateOf(one.users), wholeStateOf(other.users));
  });

  test('a store that knows later changes refuses a database that was restored from a backup', async (t) => {
    const [url, first] = (await openSeveral(t, 1)) as [string, Store];
    await first.commit(changes('REG alice'));
    await first.close();
    await backUp(url);
    const [one, other] = await Promise.all([open(t, url), open(t, url)]);
    await one.commit(changes('REG bob'));
    await other.catchUp();
    await restore(url);
    await t.throwsAsync(one.commit(changes('REG carol')), { code: 'store.diverged' });
    await t.throwsAsync(one.commit(changes('REG carol')), { code: 'store.diverged' }, 'for good');
    await t.throwsAsync(one.catchUp(), { code: 'store.diverged' });
    const later = await open(t, url);
    t.deepEqual(await later.commit(changes('REG carol')), [200]);
    // The database has as many changes as the store knows, but the changes are different.
    await t.throwsAsync(other.catchUp(), { code: 'store.diverged' });
  });

  test('a directory can be reopened only if it has all changes that the earlier store knew', async (t) => {
    const url = await postgres.makeDirectory(t);
    const directory = new PostgresDirectory(url, { alone: true });
    const first = await directory.open();
    await first.commit(changes('REG alice'));
    await first.close();
    await backUp(url);
    const second = await directory.open();
    t.is(second.users.numberOf(id('alice')), 0);
    await second.commit(changes('REG bob'));
    await second.close();
    await restore(url);
    await t.throwsAsync(directory.open(), { code: 'store.diverged' });
    await t.throwsAsync(directory.open(), { code: 'store.diverged' }, 'for good');
    const other = await open(t, url);
    t.deepEqual(await other.commit(changes('REG carol')), [200]);
    await t.throwsAsync(directory.open(), { code: 'store.diverged' }, 'as many changes, but different ones');
  });

  test('a store refuses a database that now contains another directory', async (t) => {
    const [url, one] = (await openSeveral(t, 1)) as [string, Store];
    await postgres.sqlIn(url, 'update im_head set cluster = gen_random_uuid()');
    await t.throwsAsync(one.commit(changes('REG alice')), { code: 'store.diverged' });
  });

  test('a database without a synchronous standby is refused by default', async (t) => {
    const url = await postgres.makeDirectory(t);
    const expected = { code: 'store.unusable', message: /no synchronous standby: set synchronous_standby/ };
    await t.throwsAsync(openPostgresStore(url), expected);
  });

  test('a database without a directory, and a format that is not known, are refused', async (t) => {
    const unusable = { code: 'store.unusable' };
    const none = openPostgresStore(postgres.url('postgres'), { alone: true });
    await t.throwsAsync(none, { ...unusable, message: /has none yet/ });
    const url = await postgres.makeDirectory(t);
    await postgres.sqlIn(url, 'update im_head set format = 2');
    const newer = openPostgresStore(url, { alone: true });
    await t.throwsAsync(newer, {
      code: 'store.outdated',
      message: /has format 2, and this im-server knows only 1/,
    });
    const missing = openPostgresStore(postgres.url('missing'), { alone: true });
    await t.throwsAsync(missing, { ...unusable, message: /database "missing" does not exist/ });
  });

  test('a store connects again when its connection is lost between two commits', async (t) => {
    const [url, one] = (await openSeveral(t, 1)) as [string, Store];
    await one.commit(changes('REG alice'));
    await postgres.sql(
      `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${databaseOf(url)}'`,
    );
    t.deepEqual(await one.commit(changes('REG alice', 'REG bob')), [203, 200]);
  });
});
