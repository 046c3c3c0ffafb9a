/**
 * One connection to PostgreSQL, with deadlines of its own, because a query to a frozen server, or over a lost
 * network, never fails by itself. After any failure the connection is destroyed, and its transaction is lost
 * or in doubt.
 *
 * The connection sends each query at once, without waiting for the answers to earlier queries. Queries that
 * the caller awaits together therefore cost one round trip.
 */

import { Socket } from 'node:net';
import type { Client, QueryConfig, QueryResultRow } from 'pg';
import { toDisplayText } from '../../protocol/display-text.js';
import { codeOf } from '../files/file-error.js';
import { StoreError } from '../store.js';
import type { DatabaseHost, DatabaseUrl } from './database-url.js';

/** The longest wait for a connection, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 3_000;

/**
 * The longest wait for the lock of the directory, in milliseconds. PostgreSQL takes the lock away from an
 * im-server that sends nothing for this long.
 */
export const LOCK_TIMEOUT_MS = 3_000;

/** The longest wait for a group of changes, in milliseconds. */
export const GROUP_TIMEOUT_MS = 8_000;

/** The longest wait for a connection to close, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The first characters of the code of a warning. The severity cannot be used: it is a word in the language of
 * the PostgreSQL server.
 */
const WARNING_CLASS = '01';

/** Settings of a session. They override the operator's defaults, which might weaken a commit. */
const SETTINGS = Object.entries({
  synchronous_commit: 'on',
  default_transaction_isolation: 'read\\ committed',
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: LOCK_TIMEOUT_MS,
  // A client whose machine has died must not keep a lock for minutes, until TCP's default timeout.
  tcp_user_timeout: GROUP_TIMEOUT_MS,
}).map(([name, value]) => `-c ${name}=${value}`);

export interface Answer<TRow> {
  readonly rows: readonly TRow[];
  /** The command that the server executed: after the query `commit`, it may be `ROLLBACK`. */
  readonly command: string;
}

export class Connection {
  /** Resolves when the connection is lost or closed. */
  readonly closed: Promise<void>;
  readonly #client: Client;
  readonly #socket: Socket;
  #warnings = 0;

  private constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    // A failure ends the queries under way. If there are none, the next query fails.
    client.on('error', () => socket.destroy());
    client.on('notice', ({ code }) => {
      if (code?.startsWith(WARNING_CLASS)) this.#warnings += 1;
    });
  }

  /** Creates a connection to one host. {@link connect} opens it. */
  static async create(url: DatabaseUrl, { host, port }: DatabaseHost): Promise<Connection> {
    const { Client } = await loadLibrary();
    const socket = new Socket();
    const client = new Client({
      ...{ host, port, user: url.user, database: url.database },
      ssl: url.sslMode === 'disable' ? false : { rejectUnauthorized: url.sslMode === 'verify-full' },
      // Keep the socket, because the library cannot destroy it.
      stream: () => socket,
      pipeline: true,
      application_name: 'im-server',
      options: SETTINGS.join(' '),
    });
    return new Connection(client, socket);
  }

  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** Calls back with the text of each notification. */
  onNotification(callback: (text: string) => void): void {
    this.#client.on('notification', ({ payload = '' }) => callback(payload));
  }

  /** False once the connection is lost. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** How many warnings the server has sent. */
  get warnings(): number {
    return this.#warnings;
  }

  query<TRow>(query: string | QueryConfig, values?: unknown[]): Promise<Answer<TRow>> {
    return this.#client.query<QueryResultRow & TRow>(query as QueryConfig, values);
  }

  /** Does some work, and destroys the connection if the work takes longer than `ms`. */
  async within<TValue>(ms: number, work: () => Promise<TValue>): Promise<TValue> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.destroy();
    }, ms);
    try {
      return await work();
    } catch (error) {
      throw isLate ? new Error(`no answer within ${Math.round(ms)} ms`, { cause: error }) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection at once. The server may still execute what it has received. */
  destroy(): void {
    this.#socket.destroy();
  }

  async close(): Promise<void> {
    await this.within(CLOSE_TIMEOUT_MS, () => this.#client.end()).catch(() => {}); // it is closed in any case
    this.destroy();
  }
}

/** Loads the client library, an optional dependency, only when a directory is in PostgreSQL. */
async function loadLibrary(): Promise<{ readonly Client: typeof Client }> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    const message = 'the package pg, which a directory in PostgreSQL needs, is not installed: npm install pg';
    throw codeOf(cause) === 'ERR_MODULE_NOT_FOUND'
      ? new StoreError('store.unusable', message, { cause })
      : cause;
  }
}

/** The message of an error, on one line that is safe to show. For an aggregate error, lists its parts. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  return toDisplayText(error instanceof Error ? error.message : String(error));
}
