/**
 * The tables of a directory.
 *
 * `im_head` has the number of the format. Only a migration raises this number. A new version of the server
 * also knows the previous format, so servers of both versions can use the directory until the migration. A
 * server reads the number whenever it reads a part of the log. If the server does not know the format, it
 * stops before it writes anything.
 *
 * - `im_head`, one row: the format; the identity of the directory; the number of the last change; and how
 *   many user numbers have been assigned. Each group of changes locks this row, so that only one server at a
 *   time writes a group.
 * - `im_log`: the changes of the last day. Each row has the changes of one group, as lines of a journal.
 *   `seq` is the number of the last change in the row. `server` and `grp` identify the group.
 * - `im_user`: a row for each user number that has been assigned. If the id is reserved, `removed` is the
 *   Unix time in milliseconds at which it was reserved. A row without an id belongs to a removed user whose
 *   id was freed. `buddies` has the numbers of the buddies, in the order of the list.
 * - `im_ban`: the operator's bans.
 * - `im_identity`, one row: the 32-byte seed of the Ed25519 key pair that all servers of the directory share.
 */

import { randomBytes } from 'node:crypto';
import { StoreError } from '../store.js';
import { type Connection, GROUP_TIMEOUT_MS, reasonOf } from './connection.js';
import { parseDatabaseUrl } from './database-url.js';
import { PrimaryFinder } from './primary.js';

/** The range of formats that this version can use. A new directory gets the newest format. */
const OLDEST_FORMAT = 1;
const NEWEST_FORMAT = 1;

/** The oldest version of PostgreSQL that is supported, as in `server_version_num`. */
const MIN_SERVER_VERSION = 150_000;

/** Bytes of a seed. */
const SEED_BYTES = 32;

/** The advisory lock of a migration: a number that no other program uses. */
const MIGRATION_LOCK = 0x696d_6469;

const TABLES = `
  create table if not exists im_head (
    one boolean primary key default true check (one),
    format int not null,
    cluster uuid not null,
    seq bigint not null,
    users int not null
  ) with (fillfactor = 50);

  create table if not exists im_log (
    seq bigint primary key,
    size int not null,
    server uuid not null,
    grp bigint not null,
    at timestamptz not null default now(),
    changes text not null,
    unique (server, grp)
  );
  create index if not exists im_log_at on im_log (at);

  create table if not exists im_user (
    num int primary key,
    id text collate "C" unique,
    key text,
    serial bigint,
    floor bigint,
    removed bigint,
    buddies int[] not null
  );

  create table if not exists im_ban (
    kind text,
    name text collate "C",
    until bigint,
    primary key (kind, name)
  );

  create table if not exists im_identity (
    one boolean primary key default true check (one),
    seed bytea not null
  );

  insert into im_head values (true, ${NEWEST_FORMAT}, gen_random_uuid(), 0, 0) on conflict do nothing;
`;

const RAISE_FORMAT = `update im_head set format = ${NEWEST_FORMAT}`;

/**
 * Makes the tables of a directory in an empty database. If the tables exist, gives them the newest format.
 *
 * @param seed The seed of the servers. Default: a new one, if the directory has none.
 * @returns The seed of the servers.
 * @throws StoreError `store.outdated` for a format that is not known; `store.unusable`, also when the
 * directory already has another seed.
 */
export async function migrate(url: string, seed?: Buffer): Promise<Buffer> {
  const made = await withinDirectory(url, 'make', async (connection) => {
    const { rows } = await connection.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    const version = rows[0]?.version ?? 0;
    if (version < MIN_SERVER_VERSION) throw new Error('its PostgreSQL is older than version 15');
    await connection.query(`begin; select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const head = await connection.query<{ isThere: boolean }>(
      `select to_regclass('im_head') is not null as "isThere"`,
    );
    if (head.rows[0]?.isThere) await raiseFormat(connection);
    else await connection.query(TABLES);
    await connection.query(
      `insert into im_identity values (true, '\\x${(seed ?? randomBytes(SEED_BYTES)).toString('hex')}')
        on conflict do nothing;
      commit`,
    );
    return readIdentity(connection);
  });
  if (seed !== undefined && !seed.equals(made)) {
    throw new StoreError('store.unusable', 'the servers of the directory already have another key');
  }
  return made;
}

/** Locks the head first, as a group of changes does. Servers can therefore run during a migration. */
async function raiseFormat(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ format: number }>('select format from im_head for update');
  const format = rows[0]?.format ?? 0;
  checkFormat(format);
  if (format < NEWEST_FORMAT) await connection.query(RAISE_FORMAT);
}

/**
 * Reads the seed of the servers of a directory.
 *
 * @throws StoreError `store.unusable`, `store.outdated` or `store.corrupt`.
 */
export function readServerSeed(url: string): Promise<Buffer> {
  return withinDirectory(url, 'use', readIdentity);
}

/** Like {@link withDirectory}, but fails if the work takes longer than {@link GROUP_TIMEOUT_MS}. */
function withinDirectory<TValue>(
  url: string,
  what: 'make' | 'use',
  work: (connection: Connection) => Promise<TValue>,
): Promise<TValue> {
  return withDirectory(url, what, (connection) =>
    connection.within(GROUP_TIMEOUT_MS, () => work(connection)),
  );
}

async function readIdentity(connection: Connection): Promise<Buffer> {
  const head = await connection.query<{ format: number }>('select format from im_head');
  checkFormat(head.rows[0]?.format ?? 0);
  const { rows } = await connection.query<{ seed: Buffer }>('select seed from im_identity');
  const seed = rows[0]?.seed;
  if (seed?.length === SEED_BYTES) return seed;
  throw new StoreError('store.corrupt', 'the directory in the database is damaged: it has no identity');
}

/**
 * Does some work on a connection to the primary, and then closes the connection.
 *
 * @throws StoreError `store.unusable` for any error that is not a StoreError.
 */
export async function withDirectory<TValue>(
  url: string,
  what: 'make' | 'use',
  work: (connection: Connection) => Promise<TValue>,
): Promise<TValue> {
  const finder = new PrimaryFinder(parseDatabaseUrl(url));
  let connection: Connection | undefined;
  try {
    connection = await finder.connect();
    return await work(connection);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const message = `cannot ${what} the directory: ${whyUnusable(error)}`;
    throw new StoreError('store.unusable', message, { cause: error });
  } finally {
    await connection?.close();
  }
}

/** Why a directory cannot be used, with advice. */
export function whyUnusable(cause: unknown): string {
  const reason = reasonOf(cause);
  const isMissing = /relation "im_\w+" does not exist/.test(reason);
  return isMissing ? 'the database has none yet: run im-server migrate first' : reason;
}

/** @throws StoreError `store.outdated` for a format that this version cannot use. */
export function checkFormat(format: number): void {
  if (format >= OLDEST_FORMAT && format <= NEWEST_FORMAT) return;
  const known = [...new Set([OLDEST_FORMAT, NEWEST_FORMAT])].join(' to ');
  const message = `the directory has format ${format}, and this im-server knows only ${known}`;
  throw new StoreError('store.outdated', message);
}
