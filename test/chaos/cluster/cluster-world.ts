/**
 * Three im-servers with one directory in a {@link Database}, and the clients that keep them busy.
 */

import { setMaxListeners } from 'node:events';
import type { UserId } from '../../../protocol/id.js';
import { guardedDirectory, type Teardown } from '../../helpers/guarded-directory.js';
import type { Random } from '../../helpers/random.js';
import { type Entry, Ledger, textOf } from '../ledger.js';
import { stoppable, until, Work } from '../pause.js';
import { SealedWire } from '../sealed-wire.js';
import type { Tally } from '../tally.js';
import { ClearWire, freePort, request, type Wire } from '../wire.js';
import { Worker } from '../worker.js';
import type { ClusterTally } from './cluster-tally.js';
import { Database, type NamesOf } from './database.js';
import { ImServer } from './im-server.js';
import { holdRaces, type Race } from './race.js';
import { PATIENCE_MS, RandomWire } from './random-wire.js';

const SERVERS = ['im1', 'im2', 'im3'];

const WORKERS = 8;

/** How many of the workers have a key. */
const SEALED_WORKERS = 2;

/** How many of the clients that race for an id send their requests to each server. */
const RACERS_AT_EACH = 2;

/** Longest wait for all servers, or for an answer to all workers, in milliseconds. */
const RECOVERY_TIMEOUT_MS = 60_000;

/** A worker has recovered after this many changes: the first of them may have begun before the fault. */
const CHANGES_TO_RECOVER = 2;

/** Interval between two checks of the count of acknowledged changes, in milliseconds. */
const LOOK_MS = 50;

/** The presence of SEEN is probed. SEER has SEEN on the list. */
const [SEER, SEEN] = ['seer', 'seen'] as unknown as readonly [UserId, UserId];

export interface ClusterOptions {
  readonly namesOf: NamesOf;
  readonly random: Random;
  readonly tally: Tally;
  readonly counts: ClusterTally;
}

export class ClusterWorld {
  readonly database: Database;
  readonly servers: readonly ImServer[];
  /** A guarded directory. */
  readonly directory: string;
  readonly probed = { seer: SEER, seen: SEEN };
  readonly workers: readonly Worker[];
  readonly races: Race[] = [];
  readonly #options: ClusterOptions;
  readonly #racers: readonly Wire[];
  readonly #cut = stoppable();
  #onlyPort: number | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  readonly #probedLedgers = [new Ledger(SEER), new Ledger(SEEN)] as const;

  private constructor(
    database: Database,
    servers: readonly ImServer[],
    directory: string,
    options: ClusterOptions,
  ) {
    const { random, tally } = options;
    this.database = database;
    this.servers = servers;
    this.directory = directory;
    this.#options = options;
    const ports = servers.map(({ port }) => port);
    const work = new Work();
    this.workers = Array.from({ length: WORKERS }, (_, index) => {
      const name = `worker${index}`;
      const wire =
        index < SEALED_WORKERS ? this.#sealedWire(name as UserId) : new RandomWire(ports, this.#pickPort);
      return new Worker({ name, wire, random: random.fork(name), tally, work, hasSeveralServers: true });
    });
    this.#racers = ports.flatMap((port) =>
      Array.from({ length: RACERS_AT_EACH }, () => new ClearWire(port, PATIENCE_MS)),
    );
  }

  static async start(t: Teardown, options: ClusterOptions): Promise<ClusterWorld> {
    const { random, namesOf, tally, counts } = options;
    const directory = await guardedDirectory(t, 'im-chaos-');
    const database = await Database.start(t, namesOf);
    const alone = namesOf(['one', 'two']) === '' ? ['--directory-alone'] : [];
    const args = ['--directory', database.url, '--warm-up', '0', ...alone];
    const servers: ImServer[] = [];
    for (const name of SERVERS) {
      const port = await freePort(random.fork(name));
      servers.push(new ImServer({ name, port, directory, args, tally, counts }));
    }
    const world = new ClusterWorld(database, servers, directory, options);
    if (!(await until(() => servers.every(({ isReady }) => isReady), RECOVERY_TIMEOUT_MS))) {
      throw new Error('the servers are not ready');
    }
    await world.#registerProbed();
    return world;
  }

  /** The ledgers of all users. */
  get ledgers(): readonly Ledger[] {
    return [...this.workers.map(({ ledger }) => ledger), ...this.#probedLedgers];
  }

  /** Keeps the servers busy. Returns a function that ends the load, and waits for all replies. */
  keepBusy(): () => Promise<void> {
    const { random, tally, counts } = this.#options;
    const over = stoppable();
    const stop = AbortSignal.any([over.signal, this.#cut.signal]);
    setMaxListeners(0, stop);
    const racing = holdRaces(this.#racers, this.races, { random, tally, stop, cut: this.#cut.signal });
    const busy = Promise.all([racing, ...this.workers.map((worker) => this.#runWorker(worker, stop))]);
    let last = { acknowledged: tally.acknowledged, atMs: performance.now() };
    const looking = setInterval(() => {
      const nowMs = performance.now();
      counts.longestOutageMs = Math.max(counts.longestOutageMs, nowMs - last.atMs);
      if (tally.acknowledged > last.acknowledged) last = { acknowledged: tally.acknowledged, atMs: nowMs };
    }, LOOK_MS);
    this.#busy = busy.finally(() => clearInterval(looking));
    return async () => {
      over.abort();
      await this.#busy;
    };
  }

  async #runWorker(worker: Worker, stop: AbortSignal): Promise<void> {
    await worker.run(stop);
    await worker.settle(this.#cut.signal);
  }

  /** Waits until each worker gets answers to its changes again. @returns False if this takes too long. */
  async waitForRecovery(): Promise<boolean> {
    const before = new Map(this.workers.map((worker) => [worker, worker.settled]));
    const waiting = () => [...before].filter(([worker, was]) => worker.settled < was + CHANGES_TO_RECOVER);
    if (await until(() => waiting().length === 0, RECOVERY_TIMEOUT_MS)) return true;
    const names = waiting().map(([{ name }]) => name);
    const seconds = RECOVERY_TIMEOUT_MS / 1_000;
    this.#options.tally.blame('hang', `no change of ${names.join(', ')} in ${seconds} s after a fault`);
    return false;
  }

  /**
   * From now on, all clients use only the server at this port.
   *
   * @returns The client of a worker.
   */
  clientAt(port: number, owner: UserId): Wire | undefined {
    this.#onlyPort = port;
    const wire = this.workers.find(({ ledger }) => ledger.owner === owner)?.wire;
    // A new device logs in at this server.
    wire?.revoke?.();
    return wire;
  }

  #sealedWire(owner: UserId): Wire {
    const { tally } = this.#options;
    const pickPort = this.#pickPort;
    return new SealedWire({ owner, pickPort, tally, replyTimeoutMs: PATIENCE_MS, hasSeveralServers: true });
  }

  readonly #pickPort = (): number => this.#onlyPort ?? this.#options.random.pick(this.servers).port;

  /** Ends the servers, and the load on them if there is one. */
  async end(): Promise<void> {
    this.#cut.abort();
    await Promise.all(this.servers.map((server) => server.end()));
    await this.#busy;
    for (const wire of [...this.workers.map(({ wire }) => wire), ...this.#racers]) wire.close();
  }

  async #registerProbed(): Promise<void> {
    const [seer, seen] = this.#probedLedgers;
    const changes: readonly (readonly [Ledger, Entry])[] = [
      [seer, { op: 'REG', id: SEER }],
      [seen, { op: 'REG', id: SEEN }],
      [seer, { op: 'ADD', id: SEER, buddy: SEEN }],
    ];
    for (const [ledger, entry] of changes) {
      ledger.begin(entry);
      const code = await request(this.servers[0]?.port as number, textOf(entry));
      if (code !== 200) throw new Error(`${textOf(entry)} was answered ${code}`);
      ledger.recordReply(code);
    }
  }
}
