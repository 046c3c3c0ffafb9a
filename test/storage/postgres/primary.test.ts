import anyTest from 'ava';
import { parseDatabaseUrl } from '../../../storage/postgres/database-url.js';
import { openPostgresStore } from '../../../storage/postgres/postgres-store.js';
import { PrimaryFinder } from '../../../storage/postgres/primary.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';
import { withPostgres } from '../../helpers/with-postgres.js';
import { changes, id } from '../changes.js';

// The tests run one at a time, because parallel tests could exceed the deadlines of a finder.
const test = anyTest.serial;

/** The port of the server to which a finder connects. */
async function portFound(finder: PrimaryFinder): Promise<number> {
  const connection = await finder.connect();
  const { rows } = await connection.query<{ port: number }>("select current_setting('port')::int as port");
  await connection.close();
  return rows[0]?.port ?? 0;
}

withPostgres(() => {
  test('the primary with the highest timeline is used, and a standby is never used', async (t) => {
    const old = await Postgres.start(t);
    const database = databaseOf(await old.makeDirectory(t));
    const next = await old.startStandby(t, 's1');
    const both = next.url(database, old);

    await t.throwsAsync(openPostgresStore(next.url(database), { alone: true }), {
      code: 'store.unusable',
      message: new RegExp(`no primary can be reached \\(127.0.0.1:${next.port}: is a standby\\)`),
    });
    const finder = new PrimaryFinder(parseDatabaseUrl(both));
    t.is(await portFound(finder), old.port);

    const store = await openPostgresStore(both, { alone: true });
    t.teardown(() => store.close());
    t.deepEqual(await store.commit(changes('REG alice')), [200]);
    await old.until('select 1 from pg_stat_replication where replay_lsn = pg_current_wal_lsn()');
    await old.kill();
    await next.promote();
    t.deepEqual(await store.commit(changes('REG alice', 'REG bob')), [203, 200]);
    t.is(await portFound(finder), next.port);

    // The old primary takes writes again, but no standby follows it.
    await old.run();
    t.is(await portFound(finder), next.port);
    t.deepEqual(await store.commit(changes('REG carol')), [200]);
    await next.freeze();
    await t.throwsAsync(store.commit(changes('REG dave')), {
      code: 'store.unavailable',
      message: /its timeline is 1, but a primary with timeline 2 was seen/,
    });
    await next.thaw();
    t.is(await portFound(new PrimaryFinder(parseDatabaseUrl(next.url(database, old)))), next.port);
    t.is(store.users.numberOf(id('carol')), 2);
  });

  test('a host that does not answer causes only a short delay', async (t) => {
    const [good, frozen] = await Promise.all([Postgres.start(t), Postgres.start(t)]);
    await frozen.freeze();
    const finder = new PrimaryFinder(parseDatabaseUrl(frozen.url('postgres', good)));
    t.is(await portFound(finder), good.port);
  });
});
