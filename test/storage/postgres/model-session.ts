/**
 * Connections to the model of test/storage/postgres/engine-model.ts. A test decides which messages are lost.
 */

import {
  CONNECT_TIMEOUT_MS,
  GROUP_TIMEOUT_MS,
  LOCK_TIMEOUT_MS,
} from '../../../storage/postgres/connection.js';
import type { Engine, Session } from '../../../storage/postgres/engine.js';
import type { Group } from '../../../storage/postgres/group.js';
import { decodeChanges, encodeChanges, type LogPart } from '../../../storage/postgres/log.js';
import { Replica } from '../../../storage/postgres/replica.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { Backend, type ModelEngine, type Primary } from './engine-model.js';

/** How long the log keeps a change, in milliseconds. */
const LOG_AGE_MS = 86_400_000;

/**
 * How a connection is lost. Either the message or its answer is lost, and so is every later message.
 *
 * - `cut before`, `cut after`: the connection breaks before the message arrives, or before the answer does.
 * - `silent before`, `silent after`: the same, but neither side notices.
 */
export type Fault = 'cut before' | 'cut after' | 'silent before' | 'silent after';

/** What happens to one message. */
export interface Step {
  /** How long each of these takes, in milliseconds: the message, a step of its work, its answer. */
  readonly ms: number;
  readonly fault?: Fault | undefined;
}

/** A group that a client has tried to write. */
export interface Attempt {
  readonly server: string;
  readonly group: number;
  /** The number of the last change before the group. */
  readonly seq: number;
  readonly size: number;
}

export interface ClientScript {
  /** Called for each message. By default, nothing is lost. */
  readonly takeStep?: () => Step;
  readonly onAttempt?: (attempt: Attempt) => void;
}

const NEVER = new Promise<never>(() => {});

/** The engine as one server sees it. */
export class ModelClient implements Engine {
  readonly #engine: ModelEngine;
  readonly #script: ClientScript;
  #timeline = 0;

  constructor(engine: ModelEngine, script: ClientScript = {}) {
    this.#engine = engine;
    this.#script = script;
  }

  now(): number {
    return this.#engine.time.now();
  }

  wait(ms: number): Promise<void> {
    return this.#engine.time.wait(ms);
  }

  async connect(timeoutMs = CONNECT_TIMEOUT_MS): Promise<Session> {
    const { ms, fault } = takeStep(this.#script);
    await this.wait(ms);
    if (fault === 'cut before') throw new Error('no primary can be reached: refused');
    // A fault makes only the first primary unreachable.
    const hosts = this.#engine.reachable.slice(fault === undefined ? 0 : 1);
    const primary = hosts.find(({ timeline }) => timeline >= this.#timeline);
    if (primary === undefined) await this.wait(timeoutMs);
    else await Promise.race([primary.running.pass(), this.wait(timeoutMs)]);
    if (primary === undefined || primary.running.isShut || !this.#engine.reachable.includes(primary)) {
      throw new Error('no primary can be reached: no answer');
    }
    this.#timeline = primary.timeline;
    return new ModelSession(this.#engine, primary, this.#script);
  }
}

class ModelSession implements Session {
  readonly #engine: ModelEngine;
  readonly #backend: Backend;
  readonly #script: ClientScript;
  readonly #lost: Promise<never>;
  #lose: (error: Error) => void = () => {};
  #isOpen = true;
  /** True once neither side receives anything from the other. */
  #isDeaf = false;

  constructor(engine: ModelEngine, primary: Primary, script: ClientScript) {
    this.#engine = engine;
    this.#script = script;
    this.#lost = new Promise((_, reject) => {
      this.#lose = reject;
    });
    this.#lost.catch(() => {}); // each message rejects with this error
    this.#backend = new Backend(primary, engine.time, () => {
      if (!this.#isDeaf) this.#end();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  readLog(known: number): Promise<LogPart> {
    return this.within(LOCK_TIMEOUT_MS, () => this.#ask((ms) => this.#read(known, ms)));
  }

  lockLog(known: number): Promise<LogPart> {
    const lockAndRead = async (ms: number) => {
      const { primary } = this.#backend;
      if (!(await primary.lock(this.#backend))) throw new Error('the lock took too long');
      return this.#read(known, ms);
    };
    return this.within(LOCK_TIMEOUT_MS, () => this.#ask(lockAndRead));
  }

  async #read(known: number, ms: number): Promise<LogPart> {
    const { primary } = this.#backend;
    const { seq, users } = primary;
    await this.#backend.pause(ms);
    const { maxRows } = this.#engine;
    const rows = primary.rows.filter((row) => row.seq >= known).slice(0, maxRows);
    await this.#backend.pause(ms);
    const [first] = primary.rows;
    return {
      head: { format: 1, cluster: 'the directory', seq, users, hasStandby: true },
      rows: rows.map(({ atMs, ...row }) => (row.seq > known ? row : { ...row, changes: '' })),
      start: first && first.seq - first.size,
    };
  }

  writeGroup({ server, group, seq, applied }: Group, table: UserTable, trims: boolean): Promise<number> {
    const effects = applied.map(({ effect }) => effect).filter((effect) => effect !== undefined);
    const { length: size } = effects;
    const last = seq + size;
    const users = table.size;
    const row = { seq: last, size, server, group, changes: encodeChanges(seq, effects) };
    this.#script.onAttempt?.({ server, group, seq, size });
    return this.#ask(async (ms) => {
      const { primary } = this.#backend;
      if (!primary.isLockedBy(this.#backend)) throw new Error('there is no transaction');
      const isTaken = primary.rows.some((other) => {
        return other.seq === last || (other.server === server && other.group === group);
      });
      if (size > 0 && isTaken) {
        primary.unlock(this.#backend);
        throw new Error('duplicate key');
      }
      const atMs = this.#engine.time.now();
      const entry = { row: size > 0 ? { ...row, atMs } : undefined, users };
      const trimmed = trims ? { ...entry, trims: atMs - LOG_AGE_MS } : entry;
      const how = await primary.commit(this.#backend, trimmed, ms);
      if (how !== 'confirmed') throw new Error('the database did not confirm the commit');
      return last;
    });
  }

  rollBack(): Promise<void> {
    return this.#ask(async () => this.#backend.primary.unlock(this.#backend));
  }

  load(): Promise<Replica> {
    const loadAll = async () => {
      const { history, seq } = this.#backend.primary;
      const table = new UserTable();
      for (const change of history.flatMap((row) => decodeChanges(row) ?? [])) table.replay(change);
      table.endReplay();
      table.commit();
      return new Replica(table, { cluster: 'the directory', seq, row: history.at(-1) });
    };
    return this.within(GROUP_TIMEOUT_MS, () => this.#ask(loadAll));
  }

  async within<TValue>(ms: number, work: () => Promise<TValue>): Promise<TValue> {
    const cancel = this.#engine.time.after(ms, () => this.destroy());
    return work().finally(cancel);
  }

  destroy(): void {
    if (!this.#isOpen) return;
    this.#end();
    // The server detects the loss after it has executed what it received before.
    if (!this.#isDeaf) this.#backend.receive(0, async () => this.#backend.end()).catch(() => {});
  }

  async close(): Promise<void> {
    this.destroy();
  }

  #end(): void {
    this.#isOpen = false;
    this.#lose(new Error('the connection was lost'));
  }

  /** Sends a message, and waits for the answer. */
  async #ask<TValue>(execute: (ms: number) => Promise<TValue>): Promise<TValue> {
    if (!this.#isOpen) throw new Error('the connection was lost');
    return Promise.race([this.#lost, this.#send(takeStep(this.#script), execute)]);
  }

  async #send<TValue>({ ms, fault }: Step, execute: (ms: number) => Promise<TValue>): Promise<TValue> {
    if (fault === 'cut before' || fault === 'silent before') return this.#break(fault, ms);
    const value = await this.#backend.receive(ms, () => execute(ms));
    return fault === undefined ? this.#engine.time.wait(ms).then(() => value) : this.#break(fault, ms);
  }

  async #break(fault: Fault, ms: number): Promise<never> {
    await this.#engine.time.wait(ms);
    if (fault.startsWith('cut')) this.destroy();
    else this.#isDeaf = true;
    return NEVER;
  }
}

function takeStep({ takeStep: take = () => ({ ms: 0 }) }: ClientScript): Step {
  return take();
}
