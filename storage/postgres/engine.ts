/**
 * The interface between a store and the engine that keeps its directory.
 *
 * The engine is PostgreSQL. Tests replace it with a model that can fail at every step.
 * test/storage/postgres/engine-contract.ts checks that the model behaves as PostgreSQL does.
 */

import { setTimeout as wait } from 'node:timers/promises';
import type { UserTable } from '../tables/user-table.js';
import { CONNECT_TIMEOUT_MS, type Connection } from './connection.js';
import { parseDatabaseUrl } from './database-url.js';
import { type Group, writeGroup } from './group.js';
import { inSnapshot, load } from './load.js';
import { type LogPart, lockLog, readLog } from './log.js';
import { type Primary, PrimaryFinder } from './primary.js';
import type { Replica } from './replica.js';

export interface Engine {
  /**
   * Connects to the primary.
   *
   * @param timeoutMs Default: {@link CONNECT_TIMEOUT_MS}.
   * @throws Error, as a rejection, when there is no primary.
   */
  connect(timeoutMs?: number): Promise<Session>;
  /** The time that deadlines refer to, in milliseconds. */
  now(): number;
  wait(ms: number): Promise<unknown>;
}

/**
 * A connection to the directory. After a failure of any kind, it must be destroyed.
 *
 * After a session is destroyed, the engine may still commit a group that it has received. The engine keeps
 * the lock until it has committed the group or rolled it back.
 */
export interface Session {
  /** False once the connection is lost. */
  readonly isOpen: boolean;
  /** Reads the head, and the log from change `known` on. */
  readLog(known: number): Promise<LogPart>;
  /** Begins a transaction, waits for the lock of the head, and then reads like {@link readLog}. */
  lockLog(known: number): Promise<LogPart>;
  /**
   * Writes a group into the transaction under way, and commits it.
   *
   * @param trims Whether to remove old rows of the log too.
   * @returns The number of the last change in the log, including this group.
   * @throws Error, as a rejection, when the commit is not confirmed. The group may have been committed
   * nevertheless.
   */
  writeGroup(group: Group, table: UserTable, trims: boolean): Promise<number>;
  /** Ends the transaction under way without a group. */
  rollBack(): Promise<void>;
  /** Loads the whole directory, as it is at one moment. */
  load(): Promise<Replica>;
  /** Does some work, and destroys the session if the work takes longer than `ms`. */
  within<TValue>(ms: number, work: () => Promise<TValue>): Promise<TValue>;
  /** Ends the session at once. */
  destroy(): void;
  close(): Promise<void>;
}

export class PostgresEngine implements Engine {
  readonly #finder: PrimaryFinder;

  /**
   * @param url See storage/postgres/database-url.ts.
   * @param onConnected Called with each primary to which a session is opened.
   */
  constructor(url: string, onConnected?: (primary: Primary) => void) {
    this.#finder = new PrimaryFinder(parseDatabaseUrl(url), onConnected);
  }

  async connect(timeoutMs = CONNECT_TIMEOUT_MS): Promise<Session> {
    const connection = await this.#finder.connect(timeoutMs);
    return new PostgresSession(connection);
  }

  now(): number {
    return performance.now();
  }

  wait(ms: number): Promise<unknown> {
    return wait(ms);
  }
}

class PostgresSession implements Session {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  readLog(known: number): Promise<LogPart> {
    return readLog(this.#connection, known);
  }

  lockLog(known: number): Promise<LogPart> {
    return lockLog(this.#connection, known);
  }

  writeGroup(group: Group, table: UserTable, trims: boolean): Promise<number> {
    return writeGroup(this.#connection, group, table, trims);
  }

  async rollBack(): Promise<void> {
    await this.#connection.query('rollback');
  }

  load(): Promise<Replica> {
    return inSnapshot(this.#connection, load);
  }

  within<TValue>(ms: number, work: () => Promise<TValue>): Promise<TValue> {
    return this.#connection.within(ms, work);
  }

  destroy(): void {
    this.#connection.destroy();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
