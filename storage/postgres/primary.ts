/**
 * Finds the primary among the hosts of a directory.
 *
 * After a failover, the old primary may accept writes until it is stopped. The new primary has a higher
 * timeline, and is preferred for this reason. A standby is never used, not even for reads, because it may lag
 * behind.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../store.js';
import { CONNECT_TIMEOUT_MS, Connection, reasonOf } from './connection.js';
import { type DatabaseHost, type DatabaseUrl, hostText } from './database-url.js';

/** How long to wait for the other hosts once a first primary has answered, in milliseconds. */
const GRACE_MS = 500;

export interface Primary {
  /** The host, with its port. */
  readonly host: string;
  readonly connection: Connection;
  readonly timeline: number;
}

/**
 * Reads the timeline from the name of the current WAL file. Right after a promotion, `pg_control_checkpoint`
 * would still show the old timeline.
 */
const TIMELINE = `select case when not pg_is_in_recovery()
  then ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end as timeline`;

export class PrimaryFinder {
  readonly #url: DatabaseUrl;
  /** The highest timeline that was seen. */
  #timeline = 0;

  readonly #onConnected: (primary: Primary) => void;

  /** @param onConnected Called with each primary that {@link connect} chooses. */
  constructor(url: DatabaseUrl, onConnected: (primary: Primary) => void = () => {}) {
    this.#url = url;
    this.#onConnected = onConnected;
  }

  /**
   * Connects to the primary with the highest timeline.
   *
   * @throws Error when there is no primary, or its timeline is lower than that of an earlier primary; the
   * message says what each host answered. StoreError `store.unusable` when the client library is missing.
   */
  async connect(timeoutMs = CONNECT_TIMEOUT_MS): Promise<Connection> {
    const found: Primary[] = [];
    let isOver = false;
    const attempts = this.#url.hosts.map(async (host) => {
      const primary = await this.#tryHost(host, timeoutMs);
      if (isOver) primary.connection.destroy();
      else found.push(primary);
    });
    const [all, first] = [Promise.allSettled(attempts), Promise.any(attempts).catch(() => {})];
    await Promise.race([all, first.then(() => wait(GRACE_MS, undefined, { ref: false }))]);
    isOver = true;
    found.sort((one, other) => other.timeline - one.timeline);
    const [best, ...others] = found;
    for (const { connection } of others) connection.destroy();
    if (best === undefined) throw noPrimary(await all);
    this.#timeline = best.timeline;
    this.#onConnected(best);
    return best.connection;
  }

  async #tryHost(host: DatabaseHost, timeoutMs: number): Promise<Primary> {
    const connection = await Connection.create(this.#url, host);
    try {
      const timeline = await connection.within(timeoutMs, async () => {
        await connection.connect();
        return this.#readTimeline(connection);
      });
      return { host: hostText(host), connection, timeline };
    } catch (cause) {
      connection.destroy();
      throw new Error(`${hostText(host)}: ${reasonOf(cause)}`, { cause });
    }
  }

  async #readTimeline(connection: Connection): Promise<number> {
    const { rows } = await connection.query<{ timeline: number | null }>(TIMELINE);
    const timeline = rows[0]?.timeline ?? undefined;
    if (timeline === undefined) throw new Error('is a standby');
    if (timeline < this.#timeline) {
      throw new Error(
        `is an old primary: its timeline is ${timeline}, ` +
          `but a primary with timeline ${this.#timeline} was seen`,
      );
    }
    return timeline;
  }
}

function noPrimary(outcomes: readonly PromiseSettledResult<unknown>[]): Error {
  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
  const missing = reasons.find((reason) => reason instanceof StoreError);
  return missing ?? new Error(`no primary can be reached (${reasons.map(reasonOf).join('; ')})`);
}
