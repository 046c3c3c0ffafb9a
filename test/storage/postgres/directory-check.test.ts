import anyTest from 'ava';
import { readDirectory } from '../../../storage/postgres/directory-check.js';
import { openPostgresStore } from '../../../storage/postgres/postgres-store.js';
import { Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { changes, id } from '../changes.js';

// The tests run one at a time, because each test may use the database of the previous test.
const test = anyTest.serial;

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('readDirectory reads a directory that a store uses, and returns the range of its log', async (t) => {
    const url = await postgres.makeDirectory(t);
    const store = await openPostgresStore(url, { alone: true });
    t.teardown(() => store.close());
    const empty = await readDirectory(url);
    t.deepEqual([empty.first, empty.last, empty.table.size], [1, 0, 0]);
    await store.commit(changes('REG alice', 'REG bob'));
    await store.commit(changes('REG carol', 'ADD alice carol', 'ADD alice bob'));
    const { table, first, last } = await readDirectory(url);
    t.deepEqual([first, last], [1, 5]);
    t.deepEqual(table.buddiesOf(id('alice')), ['carol', 'bob'].map(id));
    await postgres.sqlIn(url, 'delete from im_log where seq = 2');
    t.is((await readDirectory(url)).first, 3, 'a trimmed log');
    await store.commit(changes('REG dave'));
  });

  const DAMAGE = {
    'a row of the log is missing': 'delete from im_log where seq = 2',
    'a row of the log is damaged': "update im_log set changes = 'REG mallory' where seq = 2",
    'a row of the log has another size': 'update im_log set size = 2 where seq = 2',
    'the log goes on after the head': 'update im_head set seq = 2, users = 3',
    'a user is missing': 'delete from im_user where num = 1',
  };

  for (const [what, sql] of Object.entries(DAMAGE)) {
    test(`a directory is damaged when ${what}`, async (t) => {
      const url = await postgres.makeDirectory(t);
      const store = await openPostgresStore(url, { alone: true });
      for (const line of ['REG alice', 'REG bob', 'REG carol']) await store.commit(changes(line));
      await store.close();
      await postgres.sqlIn(url, sql);
      await t.throwsAsync(readDirectory(url), { code: 'store.corrupt' });
    });
  }
});
