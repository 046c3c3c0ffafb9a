/**
 * Three PostgreSQL servers, a primary and two standbys, and the actions of a cluster manager such as Patroni.
 * The primary confirms a change when the standby that it names has the change. Only this standby is promoted.
 */

import { setTimeout as wait } from 'node:timers/promises';
import type { Teardown } from '../../helpers/guarded-directory.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';

/** Time between two queries of a condition, in milliseconds. */
const POLL_MS = 50;

/**
 * Longest wait until a standby follows its primary, in milliseconds. A standby with changes that the primary
 * lacks never follows the primary.
 */
const FOLLOW_TIMEOUT_MS = 5_000;

/** How long a commit waits until it counts as waiting for a standby, in milliseconds. */
const WAITING_MS = 200;

/** Longest wait for anything else, in milliseconds. */
const TIMEOUT_MS = 60_000;

const SETTINGS = [
  // Keeps enough of the log for a standby that was down.
  'wal_keep_size = 256MB',
  // pg_rewind needs this setting.
  'wal_log_hints = on',
];

const TIMELINE = `select ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
  as timeline`;

/** Returns the value of `synchronous_standby_names`. The first of the standbys will be promoted. */
export type NamesOf = (standbys: readonly [string, string]) => string;

/** One named standby: no other confirms changes. */
export const ONE_NAMED: NamesOf = ([first]) => first;

/** Either standby confirms changes. After one is promoted, an old primary may go on with the other one. */
export const ANY_OF_TWO: NamesOf = (standbys) => `ANY 1 (${standbys.join(', ')})`;

/** No standby: changes are confirmed when the primary has them. */
export const NONE: NamesOf = () => '';

/** One of the three PostgreSQL servers. */
export class Node {
  readonly name: string;
  readonly server: Postgres;
  isRunning = true;

  constructor(name: string, server: Postgres) {
    this.name = name;
    this.server = server;
  }

  async kill(): Promise<void> {
    await this.server.kill();
    this.isRunning = false;
  }

  async run(): Promise<void> {
    await this.server.run();
    this.isRunning = true;
  }

  async freeze(): Promise<void> {
    await this.server.freeze();
  }

  async thaw(): Promise<void> {
    await this.server.thaw();
  }
}

export class Database {
  /** The value of `--directory`, which names all three hosts. */
  readonly url: string;
  primary: Node;
  /** The standby that has all confirmed changes. */
  sync: Node;
  other: Node;
  failovers = 0;
  readonly #namesOf: NamesOf;

  private constructor(url: string, nodes: readonly [Node, Node, Node], namesOf: NamesOf) {
    this.url = url;
    [this.primary, this.sync, this.other] = nodes;
    this.#namesOf = namesOf;
  }

  /** Starts three servers with an empty directory. */
  static async start(t: Teardown, namesOf: NamesOf): Promise<Database> {
    const first = await Postgres.start(t, SETTINGS);
    const directory = databaseOf(await first.makeDirectory(t));
    const second = await first.startStandby(t, 'db2');
    const third = await first.startStandby(t, 'db3');
    const url = first.url(directory, second, third);
    const nodes = [new Node('db1', first), new Node('db2', second), new Node('db3', third)] as const;
    const database = new Database(url, nodes, namesOf);
    await database.nameStandby();
    return database;
  }

  get nodes(): readonly Node[] {
    return [this.primary, this.sync, this.other];
  }

  /** Runs a query in the directory, at the primary. */
  sql<TRow extends object>(text: string): Promise<(TRow & {})[]> {
    return this.primary.server.sqlIn<TRow>(this.url, text);
  }

  /**
   * Makes the primary wait for {@link sync}, and waits until that standby has all changes that were confirmed
   * so far. The previously named standby may have confirmed some of them.
   */
  async nameStandby(): Promise<void> {
    const { primary, sync, other } = this;
    const names = this.#namesOf([sync.name, other.name]);
    await setNames(primary, names);
    await until(primary, `select 1 where current_setting('synchronous_standby_names') = '${names}'`);
    // The processes that serve the standbys may still have the old setting.
    const served = await primary.server.sql<{ pid: number }>(
      'select pid, pg_terminate_backend(pid) from pg_stat_replication',
    );
    const pids = served.map(({ pid }) => pid).join(', ') || '0';
    await until(primary, `select 1 where not exists (select from pg_stat_activity where pid in (${pids}))`);
    const [now] = await primary.server.sql<{ lsn: string }>('select pg_current_wal_flush_lsn() as lsn');
    await until(
      primary,
      `select 1 from pg_stat_replication where application_name = '${sync.name}'
        and state = 'streaming' and flush_lsn >= '${now?.lsn}'`,
    );
  }

  /** Whether a commit has waited for a standby for longer than a running standby takes to confirm it. */
  async hasWaitingCommit(): Promise<boolean> {
    const waiting = `select 1 from pg_stat_activity
      where wait_event = 'SyncRep' and clock_timestamp() - query_start > interval '${WAITING_MS} ms'`;
    return (await this.primary.server.sql(waiting)).length > 0;
  }

  /** Promotes the standby, and returns the old primary, which may still be running. */
  async promote(): Promise<Node> {
    const old = this.primary;
    await setNames(this.sync, this.#namesOf([this.other.name, old.name]));
    await this.sync.server.promote();
    this.failovers += 1;
    [this.primary, this.sync, this.other] = [this.sync, this.other, old];
    return old;
  }

  /** Lets a standby, or a primary that was killed, follow the primary. */
  async join(node: Node): Promise<void> {
    if (node.isRunning) {
      const conninfo = this.primary.server.conninfo(node.name);
      await node.server.sql(`alter system set primary_conninfo = '${conninfo}'`);
      await node.server.sql('select pg_reload_conf()');
      const [now] = await this.primary.server.sql<{ timeline: number }>(TIMELINE);
      // A server with changes that the new primary lacks stays on the old timeline.
      const isFollowing = `select 1 from pg_stat_wal_receiver
        where status = 'streaming' and received_tli = ${now?.timeline}`;
      if (await isSoon(node, isFollowing, FOLLOW_TIMEOUT_MS)) return;
      await node.kill();
    }
    await node.server.rebuild(this.primary.server, node.name);
    node.isRunning = true;
  }

  /** Turns an old primary, which was killed, into a standby. */
  async rewind(node: Node): Promise<void> {
    await node.server.rewind(this.primary.server, node.name);
    node.isRunning = true;
  }

  /** Swaps the roles of the two standbys: the other one is promoted from now on. */
  async swapStandbys(): Promise<void> {
    [this.sync, this.other] = [this.other, this.sync];
    await this.nameStandby();
  }
}

async function setNames(node: Node, names: string): Promise<void> {
  await node.server.sql(`alter system set synchronous_standby_names = '${names}'`);
  await node.server.sql('select pg_reload_conf()');
}

async function isSoon(node: Node, query: string, timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while ((await node.server.sql(query)).length === 0) {
    if (performance.now() > deadlineMs) return false;
    await wait(POLL_MS);
  }
  return true;
}

async function until(node: Node, query: string): Promise<void> {
  if (await isSoon(node, query, TIMEOUT_MS)) return;
  throw new Error(`${node.name} still has no row after ${TIMEOUT_MS / 1_000} s: ${query}`);
}
