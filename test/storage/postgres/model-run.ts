/**
 * Runs servers that share a directory in the model of PostgreSQL, and checks what must always be true.
 */

import assert from 'node:assert/strict';
import type { UserId } from '../../../protocol/id.js';
import { PostgresDirectory } from '../../../storage/postgres/postgres-store.js';
import { isStoreError, type Store, type StoreChange, type Verdict } from '../../../storage/store.js';
import { KNOWN_IDS } from '../changes.js';
import { decide, Model, wholeStateOf, wholeStateOfModel } from '../model.js';
import { ModelEngine } from './engine-model.js';
import { type Attempt, ModelClient, type Step } from './model-session.js';
import { VirtualTime } from './virtual-time.js';

/** Pause before another attempt to open a store, or to catch up, in milliseconds. */
const RETRY_MS = 100;

/** Once nothing fails any more, a store must recover in fewer attempts than this. */
const MAX_RETRIES = 300;

/** A time that is longer than any request may take, in milliseconds. */
const PATIENCE_MS = 30_000;

export interface Turn {
  /** How long the server does nothing before this turn, in milliseconds. */
  readonly pauseMs: number;
  readonly what: readonly StoreChange[] | 'catch up' | 'open again';
}

export interface Incident {
  readonly pauseMs: number;
  readonly what:
    | 'standby stops'
    | 'standby goes on'
    | 'primary stops'
    | 'primary goes on'
    | 'primary crashes'
    | 'primary is replaced'
    | 'primary is replaced and stays'
    | 'replaced primaries end'
    | 'wait is cancelled'
    | 'wait is terminated'
    | 'log is trimmed'
    | 'backup is restored';
}

export interface Script {
  readonly maxRows: number;
  readonly servers: readonly { readonly turns: readonly Turn[]; readonly steps: readonly Step[] }[];
  readonly incidents: readonly Incident[];
}

/** A group of changes that was given to a store. */
interface Request {
  readonly changes: readonly StoreChange[];
  readonly beganMs: number;
  endedMs: number;
  readonly attempts: Attempt[];
  /** Missing if the store refused the group. */
  verdicts?: readonly Verdict[];
}

/** Counts what happened in a run. A test can check that the rare cases occurred. */
export interface Tally {
  answered: number;
  refused: number;
  repeated: number;
  foundInLog: number;
  reloaded: number;
  diverged: number;
}

export async function play(script: Script): Promise<Tally> {
  const run = new Run(script);
  await run.play();
  return run.tally;
}

class Run {
  readonly tally: Tally = {
    answered: 0,
    refused: 0,
    repeated: 0,
    foundInLog: 0,
    reloaded: 0,
    diverged: 0,
  };
  readonly time = new VirtualTime();
  readonly engine: ModelEngine;
  isHealed = false;
  /** When a backup was last restored. Groups that a store got until then may be lost. */
  restoredMs = Number.NEGATIVE_INFINITY;
  readonly #script: Script;
  readonly #requests: Request[] = [];
  readonly #underWay = new Set<Request>();
  /** The requests by server and group number. A row of the log has both. */
  readonly #byAttempt = new Map<string, Request>();

  constructor(script: Script) {
    this.#script = script;
    this.engine = new ModelEngine(this.time, script.maxRows);
  }

  async play(): Promise<void> {
    const servers = this.#script.servers.map(({ steps }) => new Server(this, steps));
    const plays = servers.map((server, index) => server.play(this.#script.servers[index]?.turns ?? []));
    await Promise.all([...plays, this.#playIncidents()]);
    this.isHealed = true;
    await Promise.all(servers.map((server) => server.commitAtLast()));
    await Promise.all(servers.map((server) => server.catchUpAtLast()));
    const { history, users } = this.engine.primary;
    const state = wholeStateOfModel(this.#modelAt(history.length));
    for (const { store } of servers) {
      assert.deepEqual(wholeStateOf(store.users), state, 'a store differs from the log');
      assert.equal(store.users.committed, users);
    }
    await Promise.all(servers.map(({ store }) => store.close()));
    this.#checkRequests();
  }

  // Incidents.

  async #playIncidents(): Promise<void> {
    for (const { pauseMs, what } of this.#script.incidents) {
      await this.time.wait(pauseMs);
      this.#happen(what);
    }
    // If an incident never ended, a server could wait for ever.
    this.#heal();
  }

  #happen(what: Incident['what']): void {
    const { engine } = this;
    const { primary, reachable } = engine;
    switch (what) {
      case 'standby stops':
        return primary.standby.shut();
      case 'standby goes on':
        return primary.reconnectStandby();
      case 'primary stops':
        return primary.running.shut();
      case 'primary goes on':
        for (const { running } of reachable) running.open();
        return;
      case 'primary crashes':
        return primary.crash();
      case 'primary is replaced':
        return engine.promote('ends');
      case 'primary is replaced and stays':
        return engine.promote('stays');
      case 'replaced primaries end':
        return engine.fence();
      case 'wait is cancelled':
        for (const each of reachable) each.endWait('cancelled');
        return;
      case 'wait is terminated':
        for (const each of reachable) each.endWait('terminated');
        return;
      case 'log is trimmed':
        // Keep the rows that were written since the start of the groups under way: in practice, no group
        // takes as long as the log keeps a row.
        return primary.trim(Math.min(this.time.now(), ...[...this.#underWay].map(({ beganMs }) => beganMs)));
      case 'backup is restored':
        this.restoredMs = this.time.now();
        return engine.restore(2);
    }
  }

  #heal(): void {
    this.engine.fence();
    this.#happen('primary goes on');
    this.#happen('standby goes on');
  }

  // Requests.

  begin(changes: readonly StoreChange[]): Request {
    const request = { changes, beganMs: this.time.now(), endedMs: 0, attempts: [] };
    this.#requests.push(request);
    this.#underWay.add(request);
    return request;
  }

  attempt(request: Request, attempt: Attempt): void {
    request.attempts.push(attempt);
    this.#byAttempt.set(keyOf(attempt), request);
  }

  end(request: Request, verdicts?: readonly Verdict[]): void {
    request.endedMs = this.time.now();
    assert.ok(request.endedMs - request.beganMs < PATIENCE_MS, 'a request took too long');
    this.#underWay.delete(request);
    if (verdicts === undefined) this.tally.refused += 1;
    else {
      this.tally.answered += 1;
      request.verdicts = verdicts;
    }
  }

  /** The model after the first rows of the log. */
  #modelAt(rows: number): Model {
    const model = new Model();
    for (const row of this.engine.primary.history.slice(0, rows)) {
      for (const change of this.#requestOf(row).changes) decide(model, change);
    }
    return model;
  }

  #requestOf(row: Pick<Attempt, 'server' | 'group'>): Request {
    const request = this.#byAttempt.get(keyOf(row));
    assert.ok(request !== undefined, 'the log has a group without a request');
    return request;
  }

  /** Checks that a store shows the directory as it was after change `seq` or after a later change. */
  checkState(store: Store, seq: number): void {
    const state = wholeStateOf(store.users);
    const { history } = this.engine.primary;
    const first = history.filter((row) => row.seq <= seq).length;
    for (let rows = first; rows <= history.length; rows++) {
      try {
        return assert.deepEqual(state, wholeStateOfModel(this.#modelAt(rows)));
      } catch (error) {
        if (rows === history.length) throw error;
      }
    }
  }

  /** Compares all answers with the log. */
  #checkRequests(): void {
    const { history } = this.engine.primary;
    const index = new Map(history.map((row, at) => [keyOf(row), at]));
    const answered: (readonly [Request, seq: number])[] = [];
    for (const request of this.#requests) {
      const rows = request.attempts
        .map((attempt) => index.get(keyOf(attempt)) ?? -1)
        .filter((at) => at !== -1);
      assert.ok(rows.length <= 1, 'a group is in the log twice');
      const [at] = rows;
      const last = request.attempts.at(-1);
      if (request.attempts.length > 1) this.tally.repeated += 1;
      if (request.verdicts === undefined) continue;
      assert.ok(last !== undefined, 'a group was answered, but no store tried to write it');
      if (at === undefined && request.beganMs <= this.restoredMs) continue;
      const isFoundInLog = at !== undefined && keyOf(last) !== keyOf(history[at] as Attempt);
      if (isFoundInLog) this.tally.foundInLog += 1;
      const seq = at === undefined ? last.seq : (history[at]?.seq ?? 0);
      const before = this.#modelAt(at ?? history.filter((row) => row.seq <= seq).length);
      const unchanged = wholeStateOfModel(before);
      const verdicts = request.changes.map((change) => decide(before, change));
      assert.deepEqual(request.verdicts, verdicts, 'the answer does not follow from the log');
      if (at === undefined) assert.deepEqual(wholeStateOfModel(before), unchanged, 'a change was lost');
      answered.push([request, seq]);
    }
    for (const [one, seq] of answered) {
      for (const [other, laterSeq] of answered) {
        const isLater = other.beganMs > one.endedMs && one.beganMs > this.restoredMs;
        assert.ok(!isLater || laterSeq >= seq, 'the log has a later request before an earlier one');
      }
    }
  }
}

class Server {
  readonly #run: Run;
  readonly #steps: Step[];
  #directory: PostgresDirectory;
  #store: Store | undefined;
  #request: Request | undefined;
  /** The ids that this process has seen, by the numbers of their users. */
  #ids = new Map<number, UserId>();

  constructor(run: Run, steps: readonly Step[]) {
    this.#run = run;
    this.#steps = [...steps];
    this.#directory = this.#startProcess();
  }

  get store(): Store {
    return this.#store as Store;
  }

  async play(turns: readonly Turn[]): Promise<void> {
    this.#store = await this.#openAtLast();
    for (const { pauseMs, what } of turns) {
      await this.#run.time.wait(pauseMs);
      if (what === 'catch up') await this.#catchUp();
      else if (what === 'open again') await this.#openAgain();
      else await this.#commit(what);
    }
  }

  /** Commits a group without changes, which resolves every doubt. */
  async commitAtLast(): Promise<void> {
    await this.#untilDone(() => this.#commit([]));
  }

  async catchUpAtLast(): Promise<void> {
    await this.#untilDone(() => this.#catchUp());
  }

  async #untilDone(attempt: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await attempt()); tries++) {
      assert.ok(tries < MAX_RETRIES, 'a store does not recover');
      await this.#run.time.wait(RETRY_MS);
    }
  }

  #startProcess(): PostgresDirectory {
    const client = new ModelClient(this.#run.engine, {
      takeStep: () => (this.#run.isHealed ? undefined : this.#steps.shift()) ?? { ms: 1 },
      onAttempt: (attempt) => this.#run.attempt(this.#request as Request, attempt),
    });
    return new PostgresDirectory(client);
  }

  async #openAtLast(): Promise<Store> {
    for (;;) {
      try {
        return await this.#directory.open();
      } catch (error) {
        if (!isStoreError(error, 'store.unusable')) throw error;
        await this.#run.time.wait(RETRY_MS);
      }
    }
  }

  async #openAgain(): Promise<void> {
    await this.store.close();
    try {
      this.#store = await this.#openAtLast();
    } catch (error) {
      await this.#onError(error);
    }
  }

  async #commit(changes: readonly StoreChange[]): Promise<boolean> {
    const request = this.#run.begin(changes);
    this.#request = request;
    const { users } = this.store;
    try {
      this.#run.end(request, await this.store.commit(changes));
      if (users !== this.store.users) this.#run.tally.reloaded += 1;
      this.#checkNumbers();
      return true;
    } catch (error) {
      this.#run.end(request);
      await this.#checkForGood(error);
      await this.#onError(error);
      return false;
    }
  }

  async #catchUp(): Promise<boolean> {
    const { engine } = this.#run;
    const { primary } = engine;
    const { seq } = primary;
    const { length: count } = engine.reachable;
    try {
      await this.store.catchUp();
    } catch (error) {
      await this.#onError(error);
      return false;
    }
    this.#checkNumbers();
    // A primary that was replaced and still answers may lack changes that the new primary has.
    const isCertain = engine.primary === primary && count + engine.reachable.length === 2;
    if (isCertain) this.#run.checkState(this.store, seq);
    return true;
  }

  /** Other actors of the process know users by number, so a number must not pass to another user. */
  #checkNumbers(): void {
    for (const id of KNOWN_IDS) {
      const user = this.store.users.numberOf(id);
      if (user === -1) continue;
      assert.equal(this.#ids.get(user) ?? id, id, 'a number has passed to another user');
      this.#ids.set(user, id);
    }
  }

  /** Checks that a store that has diverged refuses everything from then on. */
  async #checkForGood(error: unknown): Promise<void> {
    if (!isStoreError(error, 'store.diverged')) return;
    const before = this.#run.time.now();
    await assert.rejects(this.store.catchUp(), error);
    assert.equal(this.#run.time.now(), before, 'the store asked the engine again');
  }

  /** If a store has diverged, checks that it cannot be opened again, and starts the process again. */
  async #onError(error: unknown): Promise<void> {
    if (isStoreError(error, 'store.unavailable')) return;
    if (!isStoreError(error, 'store.diverged')) throw error;
    assert.ok(this.#run.engine.hasLostChanges, 'a store has diverged from a log that lost nothing');
    this.#run.tally.diverged += 1;
    await this.store.close();
    await assert.rejects(this.#openAtLast(), { code: 'store.diverged' });
    this.#ids.clear();
    this.#directory = this.#startProcess();
    this.#store = await this.#openAtLast();
  }
}

function keyOf({ server, group }: Pick<Attempt, 'server' | 'group'>): string {
  return `${server} ${group}`;
}
