import anyTest from 'ava';
import { migrate, readServerSeed } from '../../../storage/postgres/schema.js';
import { Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';

// The tests run one at a time, because parallel tests could exceed the deadlines of a connection.
const test = anyTest.serial;

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('migrating an existing directory keeps its contents', async (t) => {
    const url = await postgres.makeDirectory(t);
    const read = () => postgres.sqlIn<{ cluster: string; seq: string }>(url, 'select * from im_head');
    await postgres.sqlIn(url, 'update im_head set seq = 7');
    const before = await read();
    await migrate(url);
    t.deepEqual(await read(), before);
    t.is(before[0]?.seq, '7');
  });

  test('simultaneous migrations make only one directory', async (t) => {
    await postgres.sql('create database twice owner im');
    const url = postgres.url('twice');
    await Promise.all([migrate(url), migrate(url), migrate(url)]);
    t.is((await postgres.sqlIn(url, 'select * from im_head')).length, 1);
    t.is((await readServerSeed(url)).length, 32);
  });

  test('a directory keeps its identity; only the first migration can set it', async (t) => {
    await postgres.sql('create database known owner im');
    const url = postgres.url('known');
    const seed = Buffer.alloc(32, 7);
    await migrate(url, seed);
    t.deepEqual(await readServerSeed(url), seed);
    await migrate(url);
    await migrate(url, seed);
    t.deepEqual(await readServerSeed(url), seed);
    const other = migrate(url, Buffer.alloc(32, 8));
    await t.throwsAsync(other, { code: 'store.unusable', message: /already have another key/ });
    t.deepEqual(await readServerSeed(url), seed);
  });

  test('a directory with an invalid identity, or with none, is damaged', async (t) => {
    const url = await postgres.makeDirectory(t);
    await postgres.sqlIn(url, "update im_identity set seed = 'short'");
    await t.throwsAsync(readServerSeed(url), { code: 'store.corrupt' });
    await postgres.sqlIn(url, 'delete from im_identity');
    await t.throwsAsync(readServerSeed(url), { code: 'store.corrupt' });
  });

  test('a migration does not change a directory of a newer format', async (t) => {
    await postgres.sql('create database newer owner im');
    const url = postgres.url('newer');
    await migrate(url);
    await postgres.sqlIn(url, 'update im_head set format = 2');
    await postgres.sqlIn(url, 'drop table im_ban');
    await t.throwsAsync(migrate(url), { code: 'store.outdated', message: /has format 2/ });
    const [table] = await postgres.sqlIn<{ name: unknown }>(url, "select to_regclass('im_ban') as name");
    t.is(table?.name, null, 'no table was made');
    await t.throwsAsync(readServerSeed(url), { code: 'store.outdated' });
  });

  test('the error of a database that cannot be used says why', async (t) => {
    const missing = migrate(postgres.url('missing'));
    await t.throwsAsync(missing, { code: 'store.unusable', message: /database "missing" does not exist/ });
    await t.throwsAsync(migrate('postgres://im@127.0.0.1:1/im'), {
      code: 'store.unusable',
      message: /127\.0\.0\.1:1: connect ECONNREFUSED/,
    });
  });
});
