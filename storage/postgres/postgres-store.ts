/**
 * The store that several servers share. It keeps the whole directory in memory, as the text store does, and
 * writes the changes to PostgreSQL.
 *
 * Only one server at a time writes a group of changes:
 *
 * 1. It locks the head, which is the row with the number of the last change, and reads the changes that other
 *    servers have made since it last read the log.
 * 2. It applies these changes to its memory, and decides the verdicts on the changes of the group.
 * 3. It writes the group and commits. PostgreSQL answers when the standby has the group too.
 *
 * A commit is *in doubt* when its connection is lost before the answer, or when the answer says that
 * PostgreSQL did not wait for the standby. The store then undoes the group in memory, locks the head again,
 * and looks for the group in the log. If the group is there, its verdicts are valid. Otherwise the group can
 * no longer appear, and the store decides the verdicts again. In both cases the store answers only after a
 * further commit has succeeded: that commit proves that the standby has everything before it. When the time
 * limit of the group is reached, the store refuses the group. If the group was committed after all, the store
 * finds it in the log later, and applies it like a group of another server.
 *
 * *Fencing*: each time that the store reads the log, it checks that the log still contains the last change
 * that the store knows. A primary that restarts after a crash may show changes that the standby lacks. If a
 * store reads such changes, and the standby then becomes the primary, the check fails: the store has
 * diverged.
 */

import { randomUUID } from 'node:crypto';
import {
  type Expulsion,
  isStoreError,
  type Store,
  type StoreChange,
  StoreError,
  type StoreErrorCode,
  type Users,
  type Verdict,
} from '../store.js';
import type { UserTable } from '../tables/user-table.js';
import { CONNECT_TIMEOUT_MS, GROUP_TIMEOUT_MS, reasonOf } from './connection.js';
import { type Engine, PostgresEngine, type Session } from './engine.js';
import type { LogPart } from './log.js';
import type { Primary } from './primary.js';
import { type Replica, rowsAfter } from './replica.js';
import { whyUnusable } from './schema.js';

/** Pause before another attempt to commit a group, in milliseconds. */
const ATTEMPT_PAUSE_MS = 100;

/**
 * After the store has refused a group, it refuses changes for this long without an attempt to commit them, in
 * milliseconds.
 */
const REFUSAL_MS = 1_000;

/** Interval between two removals of old rows of the log, in milliseconds. */
const TRIM_INTERVAL_MS = 60_000;

/** After these errors the store must not be used any more. */
const FATAL: readonly StoreErrorCode[] = [
  'store.diverged',
  'store.outdated',
  'store.corrupt',
  'store.unusable',
];

/**
 * - `primary.connected`: a connection to the primary was made: the first one, or a new one after a loss.
 * - `standby.missing`: the database has no synchronous standby. Reported only with the option `alone`.
 * - `doubt.begun`: a commit is in doubt.
 * - `doubt.resolved`: the log shows whether the changes were committed. Not reported if the store refused
 *   them before that.
 */
export type PostgresReport =
  | { readonly type: 'primary.connected'; readonly host: string; readonly timeline: number }
  | { readonly type: 'standby.missing' }
  | { readonly type: 'doubt.begun' }
  | { readonly type: 'doubt.resolved'; readonly isMade: boolean };

export interface PostgresStoreOptions {
  /**
   * True to use a database even without a synchronous standby. If the machine of the database is then lost,
   * acknowledged changes may be lost too.
   */
  readonly alone?: boolean;
  readonly onReport?: (report: PostgresReport) => void;
}

/** Opens the directory in a database once. See {@link PostgresDirectory}. */
export async function openPostgresStore(url: string, options?: PostgresStoreOptions): Promise<Store> {
  return new PostgresDirectory(url, options).open();
}

/**
 * A directory in a database, for a process that opens the directory again after its store crashed. Each user
 * keeps the same number: a new store checks that the database still has every change that the previous store
 * knew.
 */
export class PostgresDirectory {
  readonly #engine: Engine;
  readonly #options: Required<PostgresStoreOptions>;
  /** The store that was opened last. */
  #last: PostgresStore | undefined;

  /**
   * @param database The URL of the database (see storage/postgres/database-url.ts), or an engine.
   * @throws StoreError `store.unusable` for a URL that is not valid.
   */
  constructor(database: string | Engine, { alone = false, onReport = () => {} }: PostgresStoreOptions = {}) {
    this.#options = { alone, onReport };
    const onConnected = ({ host, timeline }: Primary) =>
      onReport({ type: 'primary.connected', host, timeline });
    this.#engine = typeof database === 'string' ? new PostgresEngine(database, onConnected) : database;
  }

  /**
   * Opens the directory, and loads it. If a store was opened earlier, close that store first.
   *
   * @throws StoreError `store.unusable`, `store.outdated`, `store.corrupt` or `store.diverged`, as a
   * rejection.
   */
  async open(): Promise<Store> {
    let session: Session | undefined;
    try {
      session = await this.#engine.connect();
      const replica = await session.load();
      const known = this.#last?.replica;
      if (known !== undefined) {
        const rows = rowsAfter(known.position, await session.readLog(known.seq));
        if (rows === undefined) known.assertContinuedBy(replica);
      }
      const store = new PostgresStore(this.#engine, session, replica, this.#options);
      await store.catchUp();
      this.#last = store;
      return store;
    } catch (error) {
      session?.destroy();
      if (error instanceof StoreError && error.code !== 'store.unavailable') throw error;
      const cause = isStoreError(error, 'store.unavailable') ? error.cause : error;
      const advice = reasonOf(cause) === NO_STANDBY ? ': set synchronous_standby_names' : '';
      const message = `cannot use the directory: ${whyUnusable(cause)}${advice}`;
      throw new StoreError('store.unusable', message, { cause });
    }
  }
}

/** A group of changes that is being committed. */
interface Request {
  readonly changes: readonly StoreChange[];
  /** The last attempt, while it is in doubt. */
  doubt?: Doubt | undefined;
  /** The verdicts of a committed attempt, once the attempt was found in the log. */
  made?: readonly Verdict[];
}

/** An attempt to commit a group. PostgreSQL did not confirm the commit. */
interface Doubt {
  readonly group: number;
  readonly verdicts: readonly Verdict[];
}

class PostgresStore implements Store {
  readonly #engine: Engine;
  /** Identifies this store in the log. */
  readonly #server: string = randomUUID();
  readonly #options: Required<PostgresStoreOptions>;
  #session: Session;
  #replica: Replica;
  /**
   * The table at the last call of {@link takeExpulsions}. A reload of the directory makes another table. The
   * new table does not show who was expelled, so the next call returns `all`.
   */
  #expelledFrom: UserTable | undefined;
  #hasStandby = true;
  #lastGroup = 0;
  /** True after a group was refused, until the primary can be used again. */
  #isDown = false;
  /** Until when changes are refused without an attempt to commit them, and why. */
  #refusal: { readonly untilMs: number; readonly cause?: unknown } = { untilMs: Number.NEGATIVE_INFINITY };
  #trimmedMs = Number.NEGATIVE_INFINITY;
  /** Why this store must not be used any more. */
  #failure: unknown;
  #isCommitting = false;
  /** Resolves when the last task ends. Tasks run one at a time: all use the connection and the table. */
  #underWay: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(engine: Engine, session: Session, replica: Replica, options: Required<PostgresStoreOptions>) {
    this.#engine = engine;
    this.#session = session;
    this.#replica = replica;
    this.#options = options;
  }

  async commit(changes: readonly StoreChange[]): Promise<readonly Verdict[]> {
    this.#assertOpen();
    if (this.#isCommitting) throw new StoreError('store.busy', 'a commit is under way');
    this.#isCommitting = true;
    try {
      return await this.#inTurn(() => this.#commit(changes));
    } finally {
      this.#isCommitting = false;
    }
  }

  async catchUp(): Promise<void> {
    this.#assertOpen();
    await this.#inTurn(async () => {
      try {
        await this.#readLog(await this.#connect());
      } catch (error) {
        throw this.#onFailed(error);
      }
    });
  }

  get lastChange(): number {
    return this.#replica.seq;
  }

  get users(): Users {
    return this.#replica.table;
  }

  takeExpulsions(): readonly Expulsion[] | 'all' {
    const { table } = this.#replica;
    const expulsions = table.takeExpulsions();
    if (table === this.#expelledFrom) return expulsions;
    this.#expelledFrom = table;
    return 'all';
  }

  get replica(): Replica {
    return this.#replica;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#replica.table.close();
    await this.#underWay;
    // The work under way may have loaded the directory again, into another table.
    this.#replica.table.close();
    await this.#session.close();
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new StoreError('store.closed', 'the store is closed');
  }

  /** Runs a task after the earlier tasks. While changes are refused, rejects without running the task. */
  #inTurn<TValue>(work: () => Promise<TValue>): Promise<TValue> {
    const done = this.#underWay.then(() => {
      if (this.#failure !== undefined) throw this.#failure;
      const { untilMs, cause } = this.#refusal;
      if (this.#engine.now() < untilMs) throw unavailable(cause);
      return work();
    });
    this.#underWay = done.catch(() => {}); // the caller of this task receives its error
    return done;
  }

  // Groups of changes.

  async #commit(changes: readonly StoreChange[]): Promise<readonly Verdict[]> {
    const deadlineMs = this.#engine.now() + GROUP_TIMEOUT_MS;
    const request: Request = { changes };
    for (;;) {
      try {
        const session = await this.#connect(deadlineMs - this.#engine.now());
        const leftMs = deadlineMs - this.#engine.now();
        const verdicts = await session.within(leftMs, () => this.#attempt(session, request));
        this.#isDown = false;
        if (verdicts !== undefined) return verdicts;
        // This may take longer than the time that the group has left: each query has a limit of its own.
        await this.#readLog(session);
      } catch (cause) {
        const error = this.#onFailed(cause);
        const isLate = this.#engine.now() + ATTEMPT_PAUSE_MS >= deadlineMs;
        if (!isStoreError(error, 'store.unavailable')) throw error;
        if (isLate || this.#isDown) throw this.#refuse(error);
        await this.#engine.wait(ATTEMPT_PAUSE_MS);
      }
    }
  }

  /**
   * Tries once to commit a group.
   *
   * @returns `undefined` when too many changes of other servers must be read first.
   */
  async #attempt(session: Session, request: Request): Promise<readonly Verdict[] | undefined> {
    const part = await session.lockLog(this.#replica.seq);
    const isCurrent = this.#follow(part) === 'current';
    this.#resolve(request, part);
    if (!isCurrent) {
      await session.rollBack();
      return undefined;
    }
    const { made } = request;
    const { table, seq } = this.#replica;
    const applied = made === undefined ? request.changes.map((change) => table.apply(change)) : [];
    const verdicts = made ?? applied.map(({ verdict }) => verdict);
    const group = ++this.#lastGroup;
    const trims = this.#engine.now() - this.#trimmedMs >= TRIM_INTERVAL_MS;
    try {
      const last = await session.writeGroup({ server: this.#server, group, seq, applied }, table, trims);
      if (last > seq) this.#replica.commit({ seq: last, server: this.#server, group });
    } catch (error) {
      for (const change of applied.toReversed()) table.undo(change);
      request.doubt = { group, verdicts };
      this.#options.onReport({ type: 'doubt.begun' });
      throw error;
    }
    if (trims) this.#trimmedMs = this.#engine.now();
    return verdicts;
  }

  /**
   * Looks for the last attempt in the log. The head is locked, so an attempt that is not in the log can no
   * longer succeed.
   */
  #resolve(request: Request, { rows }: LogPart): void {
    const { doubt } = request;
    if (doubt === undefined) return;
    request.doubt = undefined;
    const isMade = rows.some((row) => row.server === this.#server && row.group === doubt.group);
    if (isMade) request.made = doubt.verdicts;
    this.#options.onReport({ type: 'doubt.resolved', isMade: request.made !== undefined });
  }

  /** Records a refusal, and returns its error. */
  #refuse(error: StoreError): StoreError {
    this.#isDown = true;
    this.#refusal = { untilMs: this.#engine.now() + REFUSAL_MS, cause: error.cause };
    return error;
  }

  // Reading.

  /** Applies the changes of other servers. If the log no longer has them, loads the directory again. */
  async #readLog(session: Session): Promise<void> {
    for (;;) {
      const state = this.#follow(await session.readLog(this.#replica.seq));
      if (state === 'current') return;
      if (state === 'trimmed') await this.#reload(session);
    }
  }

  async #reload(session: Session): Promise<void> {
    const replica = await session.load();
    this.#replica.assertContinuedBy(replica);
    this.#replica.table.close();
    this.#replica = replica;
  }

  #follow(part: LogPart): ReturnType<Replica['follow']> {
    const { hasStandby } = part.head;
    const { alone, onReport } = this.#options;
    if (!hasStandby && !alone) throw new Error(NO_STANDBY);
    if (!hasStandby && this.#hasStandby) onReport({ type: 'standby.missing' });
    this.#hasStandby = hasStandby;
    return this.#replica.follow(part);
  }

  // Connections.

  /** Returns a connection to the primary. */
  async #connect(leftMs = CONNECT_TIMEOUT_MS): Promise<Session> {
    const timeoutMs = Math.min(leftMs, CONNECT_TIMEOUT_MS);
    if (!this.#session.isOpen) this.#session = await this.#engine.connect(timeoutMs);
    return this.#session;
  }

  /** Ends the session after a failed attempt, and returns the error for the caller. */
  #onFailed(error: unknown): StoreError {
    this.#session.destroy();
    if (!(error instanceof StoreError) || !FATAL.includes(error.code)) return unavailable(error);
    this.#failure = error;
    return error;
  }
}

const NO_STANDBY = 'its PostgreSQL has no synchronous standby';

function unavailable(cause: unknown): StoreError {
  return new StoreError('store.unavailable', `the database cannot be written: ${reasonOf(cause)}`, { cause });
}
