/**
 * An in-memory model of PostgreSQL as a store sees it. A primary has a log and a lock, and confirms no commit
 * without its standby. test/storage/postgres/model-session.ts has the connections.
 *
 * test/storage/postgres/engine-contract.ts checks that the model behaves as PostgreSQL does.
 */

import { LOCK_TIMEOUT_MS } from '../../../storage/postgres/connection.js';
import type { LogRow } from '../../../storage/postgres/log.js';
import type { VirtualTime } from './virtual-time.js';

/** A row of the log, with the time of its commit. */
export interface Row extends LogRow {
  readonly atMs: number;
}

/** One commit. */
interface Entry {
  readonly row: Row | undefined;
  readonly users: number;
  /** The log no longer has the rows up to this number. */
  readonly trimmedTo: number;
}

export interface NewEntry {
  readonly row: Row | undefined;
  /** The number of users after the commit. Default: the number of users before the commit. */
  readonly users?: number;
  /** The commit removes the rows from before this time, but keeps the last row of the log. */
  readonly trims?: number | undefined;
}

/**
 * How the wait for the standby ended.
 *
 * - `cancelled`, `terminated`: by an administrator. In both cases the commit is visible from then on.
 * - `crashed`: the primary has crashed. If it starts again, it has the commit.
 */
export type Ending = 'confirmed' | 'cancelled' | 'terminated' | 'crashed';

const NOTHING: Entry = { row: undefined, users: 0, trimmedTo: 0 };

/** While a gate is shut, everything that wants to pass waits. */
class Gate {
  #opened: Promise<void> | undefined;
  #open: () => void = () => {};

  get isShut(): boolean {
    return this.#opened !== undefined;
  }

  shut(): void {
    this.#opened ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#opened = undefined;
    this.#open();
  }

  async pass(): Promise<void> {
    while (this.#opened !== undefined) await this.#opened;
  }
}

/** A server that is, or was, the primary. */
export class Primary {
  readonly timeline: number;
  /** Shut while the server is stopped. */
  readonly running = new Gate();
  /** Shut while the standby receives nothing. */
  readonly standby = new Gate();
  readonly #time: VirtualTime;
  readonly #backends = new Set<Backend>();
  /** All commits, including a commit that waits for the standby. */
  readonly #entries: Entry[];
  #visible: number;
  /** How many commits the standby has. */
  #replicated: number;
  #endWait: (how: Ending) => void = () => {};
  #holder: Backend | undefined;
  #waiting: { readonly backend: Backend; readonly grant: () => void }[] = [];

  constructor(time: VirtualTime, timeline: number, entries: readonly Entry[]) {
    this.#time = time;
    this.timeline = timeline;
    this.#entries = [...entries];
    this.#visible = entries.length;
    this.#replicated = entries.length;
  }

  /** All visible rows, including rows that were removed from the log. */
  get history(): readonly Row[] {
    return this.#entries.slice(0, this.#visible).flatMap(({ row }) => row ?? []);
  }

  /** The log. */
  get rows(): readonly Row[] {
    const { trimmedTo } = this.#last;
    return this.history.filter(({ seq }) => seq > trimmedTo);
  }

  get seq(): number {
    return this.history.at(-1)?.seq ?? 0;
  }

  /** Whether a commit waits for the standby. */
  get isWaiting(): boolean {
    return this.#visible < this.#entries.length;
  }

  get users(): number {
    return this.#last.users;
  }

  get #last(): Entry {
    return this.#entries[this.#visible - 1] ?? NOTHING;
  }

  /** The commits that the standby has. */
  get replicated(): readonly Entry[] {
    return this.#entries.slice(0, this.#replicated);
  }

  /** The visible commits of this server, except the last `commits`. */
  before(commits: number): readonly Entry[] {
    return this.#entries.slice(0, Math.max(0, this.#visible - commits));
  }

  // The lock.

  isLockedBy(backend: Backend): boolean {
    return this.#holder === backend;
  }

  /** Waits for the lock. Returns false if the wait took too long. */
  async lock(backend: Backend): Promise<boolean> {
    if (this.#holder === undefined) {
      this.#holder = backend;
      return true;
    }
    return new Promise((resolve) => {
      const waiting = { backend, grant: () => resolve(true) };
      this.#waiting.push(waiting);
      this.#time.after(LOCK_TIMEOUT_MS, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve(this.isLockedBy(backend));
      });
    });
  }

  unlock(backend: Backend): void {
    if (this.#holder !== backend) return;
    const next = this.#waiting.shift();
    this.#holder = next?.backend;
    next?.grant();
  }

  // Commits.

  /** Writes a commit, and waits until the standby has it. Then releases the lock. */
  async commit(backend: Backend, entry: NewEntry, ms: number): Promise<Ending> {
    this.#write(entry);
    const ended = new Promise<Ending>((resolve) => {
      this.#endWait = resolve;
    });
    const how = await Promise.race([ended, this.#confirm(ms)]);
    this.#endWait = () => {};
    if (how === 'confirmed') this.#replicated = this.#entries.length;
    this.#visible = this.#entries.length;
    if (how === 'terminated') backend.end();
    this.unlock(backend);
    return how;
  }

  async #confirm(ms: number): Promise<Ending> {
    await this.#time.wait(ms);
    await this.standby.pass();
    return 'confirmed';
  }

  #write({ row, users = this.users, trims = Number.NEGATIVE_INFINITY }: NewEntry): void {
    const old = this.rows.slice(0, -1).findLast(({ atMs }) => atMs < trims);
    this.#entries.push({ row, users, trimmedTo: old?.seq ?? this.#last.trimmedTo });
  }

  /** Removes old rows, as a commit by another server would. Does nothing if that commit would wait. */
  trim(beforeMs: number): void {
    if (this.#holder !== undefined || this.standby.isShut) return;
    this.#write({ row: undefined, trims: beforeMs });
    this.#visible = this.#entries.length;
    this.#replicated = this.#entries.length;
  }

  /** Ends the wait of the commit that waits for the standby, if any. */
  endWait(how: 'cancelled' | 'terminated'): void {
    this.#endWait(how);
  }

  /** Lets the standby receive everything again. */
  reconnectStandby(): void {
    this.standby.open();
    this.#replicated = this.#entries.length;
  }

  // Backends.

  start(backend: Backend): void {
    this.#backends.add(backend);
  }

  onEnded(backend: Backend): void {
    this.#backends.delete(backend);
    this.unlock(backend);
  }

  /** Ends all backends. What was written stays, whether or not the standby has it. */
  crash(): void {
    this.running.open();
    this.#waiting = [];
    this.#endWait('crashed');
    for (const backend of this.#backends) backend.end();
  }
}

/** The process of a primary that serves one session: executes messages in their order. */
export class Backend {
  readonly primary: Primary;
  readonly #time: VirtualTime;
  readonly #onEnded: () => void;
  #work: Promise<unknown> = Promise.resolve();
  #hasEnded = false;
  #cancelIdleEnd: () => void = () => {};

  constructor(primary: Primary, time: VirtualTime, onEnded: () => void) {
    this.primary = primary;
    this.#time = time;
    this.#onEnded = onEnded;
    primary.start(this);
  }

  /** Executes a message that arrives after `ms` milliseconds. */
  receive<TValue>(ms: number, execute: () => Promise<TValue>): Promise<TValue> {
    const arrived = this.#time.wait(ms);
    const done = this.#work.then(async () => {
      await arrived;
      await this.pause(0);
      this.#cancelIdleEnd();
      try {
        return await execute();
      } finally {
        if (this.primary.isLockedBy(this)) this.#endIfIdle();
      }
    });
    this.#work = done.catch(() => {}); // the client gets the error
    return done;
  }

  /** Waits, so that other backends can work. Throws if this process has ended meanwhile. */
  async pause(ms: number): Promise<void> {
    await this.#time.wait(ms);
    await this.primary.running.pass();
    if (this.#hasEnded) throw new Error('the connection was closed by the server');
  }

  /** Ends this process. A transaction that is not being committed is rolled back. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelIdleEnd();
    this.primary.onEnded(this);
    this.#onEnded();
  }

  /** Ends this process when its client has the lock, but sends nothing for too long. */
  #endIfIdle(): void {
    this.#cancelIdleEnd = this.#time.after(LOCK_TIMEOUT_MS, () => {
      if (this.primary.running.isShut) this.#endIfIdle();
      else this.end();
    });
  }
}

export class ModelEngine {
  readonly time: VirtualTime;
  /** The maximum number of rows that are read at a time. */
  readonly maxRows: number;
  #primary: Primary;
  /** Primaries that were replaced and are still running. */
  #deposed: Primary[] = [];
  /** All primaries that were replaced. */
  readonly #former: Primary[] = [];

  constructor(time: VirtualTime, maxRows: number) {
    this.time = time;
    this.maxRows = maxRows;
    this.#primary = new Primary(time, 1, []);
  }

  /** The primary with the highest timeline. */
  get primary(): Primary {
    return this.#primary;
  }

  /** All primaries that are running, the highest timeline first. */
  get reachable(): readonly Primary[] {
    return [this.#primary, ...this.#deposed];
  }

  /** Whether a store may know a change that is not in the log of the primary. */
  get hasLostChanges(): boolean {
    const kept = new Set(this.#primary.history);
    return this.#former.some(({ history }) => history.some((row) => !kept.has(row)));
  }

  /** Promotes the standby. The old primary ends, or stays without a standby. */
  promote(old: 'ends' | 'stays'): void {
    const former = this.#primary;
    former.standby.shut();
    this.#replace(former.replicated);
    if (old === 'stays') this.#deposed.unshift(former);
    else former.crash();
  }

  /** Replaces the database by a backup without the last `commits` commits. */
  restore(commits: number): void {
    const former = this.#primary;
    this.#replace(former.before(commits));
    former.crash();
  }

  /** Ends the primaries that were replaced. */
  fence(): void {
    for (const primary of this.#deposed) primary.crash();
    this.#deposed = [];
  }

  #replace(entries: readonly Entry[]): void {
    this.#former.push(this.#primary);
    this.#primary = new Primary(this.time, this.#primary.timeline + 1, entries);
  }
}
