import anyTest, { type ExecutionContext } from 'ava';
import { type PostgresBus, PostgresBuses } from '../../../storage/postgres/bus.js';
import { until } from '../../helpers/network.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';

// The tests run one at a time, because parallel tests could exceed the deadlines of a connection.
const test = anyTest.serial;

/** Opens a bus that is closed when the test ends, and collects its texts. */
async function open(t: ExecutionContext, url: string): Promise<[PostgresBus, string[]]> {
  const texts: string[] = [];
  const bus = await new PostgresBuses(url).open((text) => texts.push(text));
  t.teardown(() => bus.close());
  return [bus, texts];
}

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('texts reach all buses of a directory in order, and no bus of another directory', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [one, ownTexts] = await open(t, url);
    const [, texts] = await open(t, url);
    const [other, otherTexts] = await open(t, await postgres.makeDirectory(t));
    const long = 'x'.repeat(7_900);
    const sent = ["it's", 'two\nlines\n', long, ''];
    await Promise.all(sent.map((text) => one.publish(text)));
    await until(() => texts.length === sent.length && ownTexts.length === sent.length);
    t.deepEqual(texts, sent);
    t.deepEqual(ownTexts, sent);
    await other.publish('elsewhere');
    await until(() => otherTexts.length > 0);
    t.deepEqual(otherTexts, ['elsewhere']);
  });

  test('a bus whose connection is lost is closed, and refuses texts', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [bus] = await open(t, url);
    await postgres.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${databaseOf(url)}'`,
    );
    await bus.closed;
    await t.throwsAsync(bus.publish('late'));
  });

  test('a bus cannot be opened without a primary', async (t) => {
    await t.throwsAsync(
      new PostgresBuses('postgres://im@127.0.0.1:1/im').open(() => {}),
      {
        message: /no primary can be reached/,
      },
    );
  });

  test('a frozen database closes the bus', async (t) => {
    const [bus] = await open(t, await postgres.makeDirectory(t));
    await postgres.freeze();
    t.teardown(() => postgres.thaw());
    await t.throwsAsync(bus.publish('late'), { message: /no answer within/ });
    await bus.closed;
  });
});
