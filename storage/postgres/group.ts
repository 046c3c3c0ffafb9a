/**
 * Writes a group of changes: its row of the log, the final rows of the users and bans that it changed, and
 * the head.
 *
 * Even a group without effect writes the head, so that its commit waits for the standby. Without this write,
 * an old primary, which no standby follows, could confirm such a group although its verdicts are outdated.
 */

import type { Ban, BanTarget } from '../store.js';
import { FREED } from '../tables/removed-users.js';
import type { Applied, UserTable } from '../tables/user-table.js';
import type { Connection } from './connection.js';
import { encodeChanges } from './log.js';

/** How long the log keeps a change. */
const LOG_AGE = '1 day';

/** The maximum number of rows that are trimmed at a time. */
const MAX_TRIMMED_ROWS = 10_000;

export interface Group {
  readonly server: string;
  readonly group: number;
  /** The number of the last change before the group. */
  readonly seq: number;
  readonly applied: readonly Applied[];
}

const APPEND = {
  name: 'im-append',
  text: 'insert into im_log (seq, size, server, grp, changes) values ($1, $2, $3, $4, $5)',
};

/**
 * Saves rows in ascending order of user numbers. A freed id therefore disappears from its old row before it
 * appears in the row of the user who registered it again.
 */
const SAVE_USERS = {
  name: 'im-save-users',
  text: `insert into im_user
    select num, id, key, serial, floor, removed, buddies::int[]
    from unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
      as changed (num, id, key, serial, floor, removed, buddies)
    on conflict (num) do update set id = excluded.id, key = excluded.key, serial = excluded.serial,
      floor = excluded.floor, removed = excluded.removed, buddies = excluded.buddies`,
};

/** Takes removed users off all lists. */
const CLEAR_LISTS = `update im_user set buddies = array(
    select buddy from unnest(buddies) with ordinality as list (buddy, position)
    where buddy <> all ($1::int[]) order by position)
  where buddies && $1::int[]`;

const SAVE_BAN = `insert into im_ban values ($1, $2, $3)
  on conflict (kind, name) do update set until = excluded.until`;

const REMOVE_BAN = 'delete from im_ban where kind = $1 and name = $2';

const SAVE_HEAD = { name: 'im-save-head', text: 'update im_head set seq = $1, users = $2' };

/** Keeps the last row before this group: servers that have read it check that the log still has it. */
const TRIM = `delete from im_log where seq in (
  select seq from im_log where at < now() - interval '${LOG_AGE}' and seq < $1
  order by at limit ${MAX_TRIMMED_ROWS})`;

/**
 * Writes a group into the transaction under way, and commits it.
 *
 * @param trims Whether to remove old rows of the log too.
 * @returns The number of the last change in the log, including this group.
 * @throws Error when the commit is not confirmed. The group may have been committed nevertheless.
 */
export async function writeGroup(
  connection: Connection,
  group: Group,
  table: UserTable,
  trims: boolean,
): Promise<number> {
  const effects = group.applied.map(({ effect }) => effect).filter((effect) => effect !== undefined);
  const seq = group.seq + effects.length;
  const queries: Promise<unknown>[] = [];
  if (effects.length > 0) {
    const row = [seq, effects.length, group.server, group.group, encodeChanges(group.seq, effects)];
    queries.push(connection.query(APPEND, row), ...saveUsers(connection, group.applied, table));
    queries.push(...saveBans(connection, group.applied));
  }
  if (trims) queries.push(connection.query(TRIM, [group.seq]));
  queries.push(connection.query(SAVE_HEAD, [seq, table.size]));
  await confirmCommit(connection, queries);
  return seq;
}

/** Sends a commit after queries that are not answered yet, and waits for all answers. */
async function confirmCommit(connection: Connection, queries: readonly Promise<unknown>[]): Promise<void> {
  const { warnings } = connection;
  const committed = connection.query('commit');
  await Promise.all([committed, ...queries]);
  const { command } = await committed;
  // PostgreSQL warns when an administrator has ended the wait for the standby. The group may then be on this
  // primary only.
  if (command !== 'COMMIT' || connection.warnings > warnings) {
    throw new Error('the database did not confirm the commit');
  }
}

function saveUsers(connection: Connection, applied: readonly Applied[], table: UserTable) {
  const queries: Promise<unknown>[] = [];
  const removed = applied.filter(({ effect }) => effect?.op === 'REMOVE').map(({ user }) => user);
  if (removed.length > 0) queries.push(connection.query(CLEAR_LISTS, [removed]));
  const changed = new Set(applied.map(({ user }) => user).filter((user) => user !== undefined));
  if (changed.size === 0) return queries;
  const rows = [...changed].sort((one, other) => one - other).map((user) => rowOf(table, user));
  const columns = Array.from({ length: 7 }, (_, column) => rows.map((row) => row[column]));
  queries.push(connection.query(SAVE_USERS, columns));
  return queries;
}

function rowOf(table: UserTable, user: number) {
  const { id, removedAtMs, device, buddies } = table.recordOf(user);
  return [
    user,
    id ?? null,
    device?.identity ?? null,
    device?.serial ?? null,
    device?.floor ?? null,
    removedAtMs === undefined || removedAtMs === FREED ? null : removedAtMs,
    `{${buddies.join(',')}}`,
  ];
}

function saveBans(connection: Connection, applied: readonly Applied[]): Promise<unknown>[] {
  const last = new Map<string, { readonly target: BanTarget; readonly ban: Ban | undefined }>();
  for (const { effect } of applied) {
    if (effect?.op === 'BAN') last.set(keyOf(effect.ban), { target: effect.ban, ban: effect.ban });
    if (effect?.op === 'UNBAN') last.set(keyOf(effect.target), { target: effect.target, ban: undefined });
  }
  return Array.from(last.values(), ({ target: { kind, name }, ban }) =>
    ban === undefined
      ? connection.query(REMOVE_BAN, [kind, name])
      : connection.query(SAVE_BAN, [kind, name, ban.untilMs ?? null]),
  );
}

function keyOf({ kind, name }: BanTarget): string {
  return `${kind} ${name}`;
}
