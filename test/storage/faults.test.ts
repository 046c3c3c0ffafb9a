/**
 * The text store on a disk that fails, and whose power is cut.
 *
 * Kept all along: a ledger of what the store acknowledged, in order. Whatever happened, the store holds just
 * that while it runs. After a crash it holds that, and at most the beginning of one commit that was refused,
 * or under way, after the last that was acknowledged.
 *
 * FAULTS=10 makes ten times as many random rounds and power cuts; SEED=7 begins with another seed.
 */

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'ava';
import type { Change } from '../../protocol/request.js';
import { type Store, StoreError } from '../../storage/store.js';
import { openTextStore } from '../../storage/text/text-store.js';
import { Random } from '../helpers/random.js';
import { changes, KNOWN_IDS } from './changes.js';
import { decide, type Model, modelAfter, stateOf, stateOfModel } from './model.js';
import { type ErrorCode, type FaultKind, type OperationName, SimulatedFiles } from './simulated-files.js';

const TIMES = Number(process.env['FAULTS'] ?? 1);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);

const DIRECTORY = '/data';

/** So few that a handful of changes has a snapshot made. */
const MIN_COMPACTION_BYTES = 100;

/** Longer than the store rests after a failure. */
const REST_MS = 1_001;

const KINDS: readonly FaultKind[] = ['before', 'after', 'short'];
const CODES: readonly ErrorCode[] = ['EIO', 'ENOSPC', 'EMFILE', 'EROFS', 'ENOENT'];

// The clock stands still unless a test moves it.

let nowMs = 0;
const realNow = performance.now;

test.before(() => {
  performance.now = () => nowMs;
});

test.after.always(() => {
  performance.now = realNow;
});

/** What the store may hold after a crash. */
interface Ledger {
  /** Acknowledged, in order; further ones may be appended to the array. */
  readonly acknowledged: readonly Change[];
  readonly count: number;
  /** Refused or under way since: of one of them, a beginning may be there. */
  readonly unsettled: readonly (readonly Change[])[];
}

function* possibleChanges({ acknowledged, count, unsettled }: Ledger): Generator<Change[]> {
  const before = acknowledged.slice(0, count);
  yield before;
  for (const batch of unsettled) {
    for (let made = 1; made <= batch.length; made++) yield [...before, ...batch.slice(0, made)];
  }
}

function textOf(state: unknown): string {
  return JSON.stringify(state);
}

/** Finds out which changes the store holds of those it may hold. */
async function changesIn(store: Store, ledger: Ledger): Promise<Change[]> {
  const state = textOf(await stateOf(store));
  const expected: string[] = [];
  for (const possible of possibleChanges(ledger)) {
    const text = textOf(stateOfModel(modelAfter(possible)));
    if (text === state) return possible;
    expected.push(text);
  }
  return assert.fail(`the store has ${state}, and should have ${[...new Set(expected)].join(' or ')}`);
}

/** A disk after a crash, and what must be on it. */
interface Crash {
  readonly what: string;
  readonly files: SimulatedFiles;
  readonly ledger: Ledger;
}

/** News that a trial may have. */
const COUNTED_NEWS = ['tail.kept', 'snapshot.made', 'snapshot.failed', 'store.renewed'] as const;

type CountedNews = (typeof COUNTED_NEWS)[number];

/** What happened in all trials of a test, so that it can be told whether it tested anything. */
interface Tally {
  crashes: number;
  /** Those that left something different. */
  opened: number;
  refused: number;
  unopened: number;
  readonly news: Record<CountedNews, number>;
}

function newTally(): Tally {
  const news = { 'tail.kept': 0, 'snapshot.made': 0, 'snapshot.failed': 0, 'store.renewed': 0 };
  return { crashes: 0, opened: 0, refused: 0, unopened: 0, news };
}

/** One store at a time on one disk, and the ledger of what it acknowledged. */
class Trial {
  files: SimulatedFiles;
  readonly crashes: Crash[] = [];
  readonly #random: Random;
  readonly #tally: Tally;
  #store: Store | undefined;
  #acknowledged: Change[] = [];
  #model: Model = new Map();
  #unsettled: (readonly Change[])[] = [];
  /** What crashes left, so that it is not opened again and again. */
  readonly #left = new Set<string>();
  /** True from when the directory vanished until all was written anew. */
  isLost = false;

  constructor(files: SimulatedFiles, random: Random, tally: Tally) {
    this.files = files;
    this.#random = random;
    this.#tally = tally;
  }

  get store(): Store {
    assert(this.#store !== undefined, 'the store is open');
    return this.#store;
  }

  /** Opens the store; with a fault, it may refuse as often as is given. */
  async open(mayRefuse = 0): Promise<void> {
    for (let refused = 0; this.#store === undefined; refused++) {
      try {
        this.#store = await openTextStore(DIRECTORY, {
          files: this.files,
          minCompactionBytes: MIN_COMPACTION_BYTES,
          onNews: ({ type }) => {
            const counted = COUNTED_NEWS.find((counted) => counted === type);
            assert(counted !== undefined, `no crash and no fault leads to ${type}`);
            this.#tally.news[counted] += 1;
          },
        });
      } catch (error) {
        assertStoreError(error, 'store.unusable', 'store.corrupt');
        if (refused >= mayRefuse) throw error;
        this.#tally.unopened += 1;
        assert.equal(this.files.openFiles, 0, 'a store that is not opened leaves no file open');
      }
    }
    await this.#settle(await changesIn(this.store, this.#ledger()));
  }

  /** Commits, and compares; returns false when the store refused. */
  async commit(batch: readonly Change[]): Promise<boolean> {
    this.#unsettled.push(batch);
    let replies: readonly number[];
    try {
      replies = await this.store.commit(batch);
    } catch (error) {
      assertStoreError(error, 'store.unavailable');
      this.#tally.refused += 1;
      await this.check();
      return false;
    }
    assert.deepEqual(
      replies,
      batch.map((change) => this.#decide(change)),
    );
    this.#acknowledged.push(...batch);
    this.#unsettled = [];
    await this.check();
    return true;
  }

  #decide(change: Change): number {
    const before = textOf(stateOfModel(this.#model));
    const reply = decide(this.#model, change);
    // What has no effect is not written, and so the store does not notice that nothing is there.
    if (textOf(stateOfModel(this.#model)) !== before) this.isLost = false;
    return reply;
  }

  /** Commits, again and again with a rest between, but not more often than a single fault excuses. */
  async insist(batch: readonly Change[]): Promise<void> {
    for (let refused = 0; !(await this.commit(batch)); refused++) {
      assert(refused < 2, 'a single fault has not that many commits refused');
      nowMs += REST_MS;
    }
  }

  /** The store holds what it acknowledged. */
  async check(): Promise<void> {
    assert.equal(textOf(await stateOf(this.store)), textOf(stateOfModel(this.#model)), 'the live store');
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    try {
      await store?.close();
    } catch (error) {
      assertStoreError(error);
    }
    assert.equal(this.files.openFiles, 0, 'a closed store leaves no file open');
  }

  /** Somebody deletes the directory. */
  vanish(): void {
    this.files.vanish(DIRECTORY);
    this.isLost = true;
  }

  /** From now on, remembers what crashes would leave, before a part of all operations. */
  crashNowAndThen(odds: number, crashesEach = 1): void {
    this.files.beforeOperation = () => {
      for (let crash = 0; crash < crashesEach; crash++) if (this.#random.chance(odds)) this.crash();
    };
  }

  /** Remembers what a crash would leave, of the machine or of the process; everything goes on. */
  crash(kind = this.#random.chance(0.2) ? 'kill' : 'power cut'): void {
    if (this.isLost) return;
    this.#tally.crashes += 1;
    const crash = this.leave(kind);
    // Many power cuts leave the same.
    const { count, unsettled } = crash.ledger;
    const key = `${kind} ${count} ${textOf(unsettled)} ${crash.files.contents()}`;
    if (kind === 'kill' || !this.#left.has(key)) this.crashes.push(crash);
    this.#left.add(key);
  }

  /** What a crash would leave. */
  leave(kind: string): Crash {
    const files = kind === 'kill' ? this.files.kill() : this.files.powerCut(this.#random);
    return { what: `${kind} before operation ${this.files.count + 1}`, files, ledger: this.#ledger() };
  }

  /**
   * The store is gone without being closed. Goes on with what a crash left; without one, with an empty disk.
   */
  goOnAfter(crash: Crash | undefined): void {
    this.files.beforeOperation = undefined;
    this.#store = undefined;
    this.isLost = false;
    this.files = crash?.files.kill() ?? new SimulatedFiles(this.#random);
    this.#acknowledged = crash?.ledger.acknowledged.slice(0, crash.ledger.count) ?? [];
    this.#unsettled = crash?.ledger.unsettled.slice() ?? [];
  }

  /** Opens what every crash left, and compares. */
  async verify(): Promise<void> {
    this.files.beforeOperation = undefined;
    assertNeverTouchedAgain(this.files);
    for (const crash of this.crashes.splice(0)) {
      this.#tally.opened += 1;
      await inContext(crash.what, () => this.#verify(crash));
    }
  }

  async #verify(crash: Crash): Promise<void> {
    const trial = new Trial(crash.files, this.#random, this.#tally);
    trial.goOnAfter(crash);
    await inContext('opening', () => trial.open());
    if (this.#random.chance(0.3)) await inContext('opened', () => trial.#crashAgain());
    await inContext('committing', () => trial.insist(anyBatch(this.#random)));
    if (this.#random.chance(0.3)) await inContext('committed', () => trial.#crashAgain());
    await trial.close();
  }

  /** Nothing is under way: what was there must be there again. */
  async #crashAgain(): Promise<void> {
    this.goOnAfter(this.leave('power cut'));
    await this.open();
  }

  #ledger(): Ledger {
    const { length } = this.#acknowledged;
    return { acknowledged: this.#acknowledged, count: length, unsettled: [...this.#unsettled] };
  }

  async #settle(acknowledged: Change[]): Promise<void> {
    this.#acknowledged = acknowledged;
    this.#model = modelAfter(acknowledged);
    this.#unsettled = [];
    await this.check();
  }
}

function assertStoreError(error: unknown, ...codes: readonly string[]): asserts error is StoreError {
  if (!(error instanceof StoreError)) {
    throw new assert.AssertionError({ message: `no StoreError, but ${inspect(error)}` });
  }
  if (codes.length > 0) assert(codes.includes(error.code), `${error.code}: ${error.message}`);
}

/** After a sync of a file has failed, nothing is written to it, and it is never synced again. */
function assertNeverTouchedAgain({ operations }: SimulatedFiles): void {
  const doubtful = new Set<number | undefined>();
  for (const { name, file, path, hasFailed } of operations) {
    const isTouched = name === 'write' || name === 'truncate' || name === 'datasync';
    assert(!(isTouched && doubtful.has(file)), `${name} of ${path} after a failed sync`);
    if (name === 'datasync' && hasFailed) doubtful.add(file);
  }
}

/** Says in an error where it happened. */
async function inContext<TValue>(where: string, act: () => Promise<TValue>): Promise<TValue> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error) error.message = `${where}: ${error.message}`;
    throw error;
  }
}

function anyBatch(random: Random): Change[] {
  return Array.from({ length: random.below(5) }, () => anyChange(random));
}

function anyChange(random: Random): Change {
  const id = random.pick(KNOWN_IDS);
  const op = random.pick(['REG', 'ADD', 'ADD', 'DEL'] as const);
  return op === 'REG' ? { op, id } : { op, id, buddy: random.pick(KNOWN_IDS) };
}

/** Has a compaction begin several times. */
const SCRIPT: readonly (readonly Change[])[] = [
  changes('REG a', 'REG b', 'ADD a b'),
  changes('REG c'),
  changes('ADD b a', 'ADD c a', 'ADD a c', 'DEL a b'),
  changes('ADD c b', 'DEL c a'),
  changes('REG a', 'DEL a b'),
  changes('REG __proto__', 'REG constructor', 'ADD __proto__ constructor'),
  changes('ADD a b', 'DEL a c'),
  changes('ADD a c', 'ADD a constructor', 'DEL b a'),
  changes('DEL a b', 'ADD b c', 'ADD constructor a'),
  changes('ADD a b', 'DEL constructor a'),
];
const SCRIPT_AFTERWARDS: readonly (readonly Change[])[] = [
  changes('DEL a c', 'ADD b constructor'),
  changes('DEL a b', 'ADD c __proto__', 'ADD constructor b', 'DEL b c'),
  changes('ADD a b', 'ADD a c', 'ADD b a', 'DEL a b'),
];

/** Opens the store, commits, closes it, opens it again and commits; a single fault is coped with. */
async function runScript(trial: Trial): Promise<void> {
  await trial.open(1);
  for (const batch of SCRIPT) await trial.insist(batch);
  await trial.close();
  await trial.open(1);
  for (const batch of SCRIPT_AFTERWARDS) await trial.insist(batch);
}

test.serial('power may be cut at any moment, whatever the store is doing', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 2 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      trial.crashNowAndThen(1, 5);
      await runScript(trial);
      await trial.close();
      trial.crash('power cut');
      await trial.verify();
    });
  }
  t.true(tally.crashes > 1_000);
  t.is(tally.refused, 0);
  t.true(tally.news['snapshot.made'] > 3);
  t.true(tally.news['tail.kept'] > 0);
  t.log(tally);
});

for (const kind of KINDS) {
  test.serial(`any operation may fail once (${kind}): changes are refused or made`, async (t) => {
    const tally = newTally();
    for (let n = 1, isOver = false; !isOver; n++) {
      await inContext(`operation ${n}`, async () => {
        const random = new Random(FIRST_SEED + n);
        // The same turns for every n: what the nth operation is must not depend on it.
        const files = new SimulatedFiles(new Random(FIRST_SEED));
        files.failAt(n, kind, CODES[n % CODES.length]);
        const trial = new Trial(files, random, tally);
        trial.crashNowAndThen(0.02 * TIMES);
        await runScript(trial);
        if (random.chance(0.5)) await trial.close();
        trial.crash('power cut');
        await trial.verify();
        isOver = files.count < n;
      });
    }
    t.true(tally.refused > 0);
    t.true(tally.news['store.renewed'] > 0 || kind === 'short');
    t.log(tally);
  });
}

test.serial('any faults and crashes, in any order, over several lives of a store', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 120 * TIMES; seed++) {
    await inContext(`seed ${seed}`, () => anyLives(seed, tally));
  }
  t.true(tally.crashes > 1_000);
  t.true(Math.min(...Object.values(tally.news), tally.refused, tally.unopened) > 0);
  t.log(tally);
});

async function anyLives(seed: number, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const trial = new Trial(new SimulatedFiles(random), random, tally);
  for (let life = 1; life <= 4; life++) {
    await inContext(`life ${life}`, async () => {
      trial.crashNowAndThen(0.05);
      if (random.chance(0.5)) anyFault(trial.files, random);
      if (!(await isOpened(trial))) {
        trial.files.heal();
        await trial.open();
      }
      for (let step = 1; step <= 12; step++) await inContext(`step ${step}`, () => anyStep(trial, random));
      await end(trial, random);
    });
  }
}

/** Opens a store that may refuse to be. */
async function isOpened(trial: Trial): Promise<boolean> {
  try {
    await trial.open(1);
    return true;
  } catch (error) {
    assertStoreError(error, 'store.unusable', 'store.corrupt');
    return false;
  }
}

async function anyStep(trial: Trial, random: Random): Promise<void> {
  if (random.chance(0.15)) anyFault(trial.files, random);
  else if (random.chance(0.2)) trial.files.heal();
  if (random.chance(0.02)) trial.vanish();
  if (trial.isLost && random.chance(0.3)) trial.files.appear(DIRECTORY);
  if (random.chance(0.3)) nowMs += random.pick([1, REST_MS / 2, REST_MS]);
  await trial.commit(anyBatch(random));
  for (let turn = random.below(4); turn > 0; turn--) await new Promise(setImmediate);
}

function anyFault(files: SimulatedFiles, random: Random): void {
  const n = files.count + 1 + random.below(15);
  if (random.chance(0.7)) return files.failAt(n, random.pick(KINDS), random.pick(CODES));
  const full: readonly OperationName[] = ['write', 'create'];
  const failing: readonly OperationName[] = ['datasync', 'syncDirectory'];
  files.failFrom(n, random.pick(CODES), random.pick([undefined, full, failing]));
}

/** A store's life ends in any way, and the next one begins with what that leaves. */
async function end(trial: Trial, random: Random): Promise<void> {
  const isLost = trial.isLost;
  if (random.chance(0.3)) await trial.close();
  trial.crash();
  const next = isLost ? undefined : random.pick([...trial.crashes.slice(-3)]);
  const copy = next && { ...next, files: next.files.kill() };
  await trial.verify();
  trial.goOnAfter(copy);
}

test.serial('power may be cut at any moment of a compaction', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 12 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b', 'REG c'));
      const before = tally.news['snapshot.made'];
      trial.crashNowAndThen(1, 2);
      await trial.insist(changes('ADD a b', 'ADD a c', 'ADD b c'));
      while (tally.news['snapshot.made'] === before) await trial.insist(anyBatch(random));
      await trial.verify();
      await trial.close();
    });
  }
  t.true(tally.crashes > 12 * 40);
  t.log(tally);
});

test.serial('after a failed sync nothing is acknowledged until all is in a new file', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 20 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b'));
      const { count } = trial.files;
      trial.files.failFrom(count, 'EIO', ['datasync']);
      assert.equal(await trial.commit(changes('ADD a b')), false);
      const failed = trial.files.operations.find(({ name, number }) => name === 'datasync' && number > count);
      assert(failed?.hasFailed);
      trial.crash('power cut');
      assert.equal(await trial.commit(changes('DEL a b')), false, 'nothing can be synced');
      trial.files.heal();
      nowMs += REST_MS;
      assert.equal(await trial.commit(changes('DEL a b')), true);
      for (let crash = 0; crash < 5; crash++) trial.crash('power cut');
      assert.equal(await trial.commit(changes('ADD a b')), true);
      for (let crash = 0; crash < 5; crash++) trial.crash('power cut');
      const synced = trial.files.operations.filter(
        ({ name, file }) => name === 'datasync' && file === failed.file,
      );
      assert.equal(synced.at(-1), failed);
      await trial.verify();
      await trial.close();
    });
  }
  t.is(tally.news['store.renewed'], 20 * TIMES);
});

test.serial(
  'a process that dies after a failed sync leaves nothing that a later one builds on',
  async (t) => {
    const tally = newTally();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + 50 * TIMES; seed++) {
      await inContext(`seed ${seed}`, async () => {
        const random = new Random(seed);
        const trial = new Trial(new SimulatedFiles(random), random, tally);
        await trial.open();
        await trial.insist(changes('REG a', 'REG b'));
        trial.files.failFrom(trial.files.count, 'EIO', ['datasync']);
        assert.equal(await trial.commit(changes('ADD a b')), false);
        trial.goOnAfter(trial.leave('kill'));
        await trial.open();
        await trial.insist(changes('REG c', 'ADD a c'));
        trial.crash('power cut');
        await trial.verify();
      });
    }
    t.is(tally.crashes, 50 * TIMES);
  },
);

test.serial('a refused change is gone once a later one is answered, whatever crashes', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 50 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b', 'REG c'));
      const { count } = trial.files;
      // The write is done, and said not to be.
      trial.files.failAt(count + 1, 'after', 'EIO');
      assert.equal(await trial.commit(changes('ADD a b', 'ADD a c')), false);
      assert.equal(trial.files.operations[count]?.name, 'write');
      // Has no effect: nothing is written for it.
      await trial.insist(changes('DEL a b'));
      for (let crash = 0; crash < 5; crash++) trial.crash('power cut');
      trial.crashNowAndThen(1);
      await trial.insist(changes('ADD b a'));
      await trial.verify();
      await trial.close();
    });
  }
  t.true(tally.crashes > 50 * 5);
});

test.serial('in a directory that vanished nothing is stored; in a new one, everything is', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 20 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      for (const batch of SCRIPT.slice(0, seed % SCRIPT.length)) await trial.insist(batch);
      trial.vanish();
      // In turn has and has no effect: only the latter need not be stored.
      assert.equal(await trial.commit(changes('REG a', 'REG b', 'DEL a b', 'ADD a b')), false);
      nowMs += REST_MS;
      assert.equal(await trial.commit(changes('REG a')), false);
      await trial.check();
      trial.files.appear(DIRECTORY);
      nowMs += REST_MS;
      assert.equal(await trial.commit(changes('REG a', 'REG b', 'DEL a b', 'ADD a b')), true);
      assert.equal(trial.isLost, false);
      await t.throwsAsync(trial.files.lock(`${DIRECTORY}/lock.txt`), { code: 'lock.held' });
      for (let crash = 0; crash < 10; crash++) trial.crash();
      trial.crashNowAndThen(0.5);
      for (const batch of SCRIPT_AFTERWARDS) await trial.insist(batch);
      await trial.verify();
      await trial.close();
    });
  }
  t.true(tally.crashes > 20 * 10);
});

test.serial(
  'a store whose directory was put by another one goes on there, whatever fails first',
  async (t) => {
    const tally = newTally();
    for (const kind of KINDS) {
      for (let n = 1, isOver = false; !isOver; n++) {
        await inContext(`${kind}, operation ${n}`, async () => {
          const random = new Random(FIRST_SEED + n);
          const trial = new Trial(new SimulatedFiles(new Random(FIRST_SEED)), random, tally);
          await trial.open();
          for (const batch of SCRIPT.slice(0, 3)) await trial.insist(batch);
          trial.vanish();
          trial.files.appear(DIRECTORY);
          const { count } = trial.files;
          trial.files.failAt(count + n, kind);
          trial.crashNowAndThen(0.05);
          for (const batch of SCRIPT.slice(3)) {
            for (let refused = 0; !(await trial.commit(batch)); refused++) {
              assert(refused < 3);
              nowMs += REST_MS;
            }
          }
          trial.files.heal();
          await t.throwsAsync(trial.files.lock(`${DIRECTORY}/lock.txt`), { code: 'lock.held' });
          trial.crash('power cut');
          await trial.verify();
          await trial.close();
          isOver = n > 60;
        });
      }
    }
    t.true(tally.crashes > 100);
  },
);

test.serial('a snapshot under way does not go to a directory which is not the store’s', async (t) => {
  const files = new SimulatedFiles();
  let other: Promise<Store> | undefined;
  files.beforeOperation = () => {
    const { name, path } = files.operations.at(-1) ?? {};
    if (other !== undefined || name !== 'create' || !path?.includes('/snapshot-')) return;
    files.vanish(DIRECTORY);
    files.appear(DIRECTORY);
    // Another process, as far as anybody can tell: the directory is not locked.
    other = openTextStore(DIRECTORY, { files });
  };
  const store = await openTextStore(DIRECTORY, { files, minCompactionBytes: 1 });
  await store.commit(changes('REG a'));
  while (other === undefined) await new Promise(setImmediate);
  const others = await other;
  await others.commit(changes('REG b'));
  await t.throwsAsync(store.commit(changes('REG c')), { code: 'store.unavailable' });
  await store.close();
  await others.close();
  const again = await openTextStore(DIRECTORY, { files });
  t.deepEqual(await stateOf(again), stateOfModel(modelAfter(changes('REG b'))));
  await again.close();
});

test.serial('what was refused is not there after the store was closed, and opened again', async (t) => {
  const files = new SimulatedFiles();
  const store = await openTextStore(DIRECTORY, { files });
  await store.commit(changes('REG a'));
  files.failFrom(1, 'EIO', ['datasync']);
  await t.throwsAsync(store.commit(changes('REG b')), { code: 'store.unavailable' });
  files.heal();
  await store.close();
  const again = await openTextStore(DIRECTORY, { files });
  t.deepEqual(await stateOf(again), stateOfModel(modelAfter(changes('REG a'))));
  await again.close();
});

test.serial('two stores have not one directory, until a crash', async (t) => {
  const files = new SimulatedFiles();
  const store = await openTextStore(DIRECTORY, { files });
  await t.throwsAsync(openTextStore(DIRECTORY, { files }), {
    instanceOf: StoreError,
    code: 'store.unusable',
    message: /a simulated process/,
  });
  await (await openTextStore(DIRECTORY, { files: files.powerCut(new Random(FIRST_SEED)) })).close();
  await store.close();
  await (await openTextStore(DIRECTORY, { files })).close();
});

test.serial(
  'what is no regular file is refused at every start, and costs nothing once it is gone',
  async (t) => {
    const random = new Random(FIRST_SEED);
    const trial = new Trial(new SimulatedFiles(random), random, newTally());
    await runScript(trial);
    await trial.close();
    const names = await trial.files.list(DIRECTORY);
    for (const name of [...names, 'lock.txt', 'journal-999.txt']) {
      const path = `${DIRECTORY}/${name}`;
      const files = trial.files.kill();
      files.obstruct(path);
      const before = files.contents();
      const error = await t.throwsAsync(openTextStore(DIRECTORY, { files }), { code: 'store.unusable' });
      t.like(error?.cause, { code: 'file.irregular', message: `${path} is not a regular file` });
      t.is(files.openFiles, 0);
      if (!names.includes(name)) await files.remove(path);
      else t.is(files.contents(), before);
    }
    await trial.open();
    await trial.close();
  },
);
