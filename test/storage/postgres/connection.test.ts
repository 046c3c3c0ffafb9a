import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Connection } from '../../../storage/postgres/connection.js';
import { parseDatabaseUrl } from '../../../storage/postgres/database-url.js';
import { isInstalled } from '../../helpers/installed.js';
import { Postgres } from '../../helpers/postgres.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { builtModule, startScript } from '../node-script.js';

/** Connects to the one host of a URL. The connection is closed when the test ends. */
async function connect(t: ExecutionContext, url: string): Promise<Connection> {
  const parsed = parseDatabaseUrl(url);
  const connection = await Connection.create(parsed, parsed.hosts[0] as (typeof parsed.hosts)[0]);
  t.teardown(() => connection.destroy());
  await connection.connect();
  return connection;
}

async function readTls(connection: Connection): Promise<unknown> {
  return (await connection.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).rows[0];
}

/** A script that connects to a URL, and prints the outcome. Trusts `NODE_EXTRA_CA_CERTS`. */
const CONNECT = (url: string) => `
  const { PrimaryFinder } = await import('${builtModule('storage/postgres/primary')}');
  const { parseDatabaseUrl } = await import('${builtModule('storage/postgres/database-url')}');
  const finder = new PrimaryFinder(parseDatabaseUrl('${url}'));
  try {
    const connection = await finder.connect();
    await connection.close();
    console.log('connected');
  } catch (error) {
    console.log(error.message);
  }`;

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('settings of the role do not weaken a session', async (t) => {
    await postgres.sql('create role weak login');
    await postgres.sql('alter role weak set synchronous_commit = off');
    await postgres.sql("alter role weak set default_transaction_isolation = 'repeatable read'");
    await postgres.sql('alter role weak set lock_timeout = 0');
    const connection = await connect(t, `postgres://weak@127.0.0.1:${postgres.port}/postgres`);
    const names = ['synchronous_commit', 'default_transaction_isolation', 'lock_timeout'];
    const { rows } = await connection.query<object>(
      `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
    );
    t.deepEqual(Object.values(rows[0] ?? {}), ['on', 'read committed', '3s']);
  });

  test('queries that are sent together are answered in order, and warnings are counted', async (t) => {
    const connection = await connect(t, postgres.url('postgres'));
    const answers = await Promise.all([
      connection.query<{ n: number }>('select 1 as n'),
      connection.query<{ n: number }>('select $1::int as n', [2]),
      connection.query("do 'begin raise notice ''a''; raise warning ''b''; end'"),
    ]);
    t.deepEqual(
      answers.slice(0, 2).map(({ rows }) => rows[0]),
      [{ n: 1 }, { n: 2 }],
    );
    t.is(connection.warnings, 1, 'a notice is not a warning');
  });

  test('a connection whose work takes too long is destroyed', async (t) => {
    const connection = await connect(t, postgres.url('postgres'));
    const late = connection.within(50, () => connection.query('select pg_sleep(60)'));
    await t.throwsAsync(late, { message: 'no answer within 50 ms' });
    t.false(connection.isOpen);
    await t.throwsAsync(connection.query('select 1'));
  });

  test('a connection is lost when the server ends it', async (t) => {
    const connection = await connect(t, postgres.url('postgres'));
    await t.throwsAsync(connection.query('select pg_terminate_backend(pg_backend_pid())'));
    await t.throwsAsync(connection.query('select 1'));
    t.false(connection.isOpen);
  });

  test('TLS is used as the URL says, and the password comes from a file or the environment', async (t) => {
    if (!isInstalled(t, 'openssl')) return;
    const secured = await Postgres.start(t);
    process.env['NODE_EXTRA_CA_CERTS'] = await secured.useTls('IP:127.0.0.1');
    await secured.requirePassword('secret');
    await secured.kill();
    await secured.run();
    const url = secured.url('postgres');
    await t.throwsAsync(connect(t, url), { message: /password/ });
    process.env['PGPASSFILE'] = join(await temporaryDirectory(t), 'passwords');
    await writeFile(process.env['PGPASSFILE'], '127.0.0.1:*:*:im:secret\n', { mode: 0o600 });
    t.deepEqual(await readTls(await connect(t, url)), { ssl: false });
    delete process.env['PGPASSFILE'];
    process.env['PGPASSWORD'] = 'secret';
    t.deepEqual(await readTls(await connect(t, url)), { ssl: false });
    t.deepEqual(await readTls(await connect(t, `${url}?sslmode=require`)), { ssl: true });
    const strict = `${url}?sslmode=verify-full`;
    await t.throwsAsync(connect(t, strict), { message: /self-signed/ });
    t.is(await startScript(t, CONNECT(strict)).firstLine, 'connected');
    const elsewhere = startScript(t, CONNECT(strict.replace('127.0.0.1', 'localhost')));
    t.regex(await elsewhere.firstLine, /localhost:\d+: .*does not match certificate/);
  });
});
