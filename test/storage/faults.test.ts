/**
 * Tests the text store on a disk that fails, and through power cuts.
 *
 * Most tests keep a ledger of the changes that the store acknowledged, in order. While the store runs, it
 * must hold exactly these changes. After a crash it must hold these changes, too. It may then also hold the
 * beginning of one later commit that was refused or under way.
 *
 * FAULTS=10 runs ten times as many random rounds and power cuts. SEED=7 begins with seed 7.
 */

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'ava';
import { checksumOf } from '../../storage/format/checksum.js';
import { type Store, type StoreChange, StoreError, type Verdict } from '../../storage/store.js';
import { openTextStore } from '../../storage/text/text-store.js';
import { Random } from '../helpers/random.js';
import { changes, device, id, KEYS, KNOWN_BANS, KNOWN_DEVICES, KNOWN_IDS, targetOf } from './changes.js';
import { decide, Model, modelAfter, wholeStateOf, wholeStateOfModel } from './model.js';
import { type ErrorCode, type FaultKind, type OperationName, SimulatedFiles } from './simulated-files.js';

const TIMES = Number(process.env['FAULTS'] ?? 1);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);

const DIRECTORY = '/data';

/** A limit so low that the store writes a snapshot after a handful of changes. */
const MIN_COMPACTION_BYTES = 100;

/** A time that is longer than the store's pause after a failure. */
const REST_MS = 1_001;

const KINDS: readonly FaultKind[] = ['before', 'after', 'short'];
const CODES: readonly ErrorCode[] = ['EIO', 'ENOSPC', 'EMFILE', 'EROFS', 'ENOENT'];

// The clock moves only when a test moves it.

let nowMs = 0;
const realNow = performance.now;

test.before(() => {
  performance.now = () => nowMs;
});

test.after.always(() => {
  performance.now = realNow;
});

/** The changes that the store may hold after a crash. */
interface Ledger {
  /** The first `count` changes are acknowledged. Later changes may be appended to the array. */
  readonly acknowledged: readonly StoreChange[];
  readonly count: number;
  /** Later commits that were refused or are under way. The beginning of one of them may be on disk. */
  readonly uncommitted: readonly (readonly StoreChange[])[];
}

function* possibleChanges({ acknowledged, count, uncommitted }: Ledger): Generator<StoreChange[]> {
  const before = acknowledged.slice(0, count);
  yield before;
  for (const batch of uncommitted) {
    for (let made = 1; made <= batch.length; made++) yield [...before, ...batch.slice(0, made)];
  }
}

function textOf(state: unknown): string {
  return JSON.stringify(state);
}

/** Finds out which of the possible changes the store holds. */
async function changesIn(store: Store, ledger: Ledger): Promise<StoreChange[]> {
  const state = textOf(wholeStateOf(store.users));
  const expected: string[] = [];
  for (const possible of possibleChanges(ledger)) {
    const text = textOf(wholeStateOfModel(modelAfter(possible)));
    if (text === state) return possible;
    expected.push(text);
  }
  return assert.fail(`the store has ${state}, and should have ${[...new Set(expected)].join(' or ')}`);
}

/** A disk after a crash, and the ledger of what must be on it. */
interface Crash {
  readonly what: string;
  readonly files: SimulatedFiles;
  readonly ledger: Ledger;
}

/** The types of reports that a store may send during a trial. Any other report fails the test. */
const COUNTED_REPORTS = ['tail.kept', 'snapshot.made', 'snapshot.failed', 'store.renewed'] as const;

type CountedReport = (typeof COUNTED_REPORTS)[number];

/** Counts what happened in all trials of a test, to check that the test exercised the store. */
interface Tally {
  crashes: number;
  /** Disks that were opened after a crash. Most disks with equal contents are opened only once. */
  opened: number;
  /** Starts that found a database in the previous format. */
  upgraded: number;
  refused: number;
  unopened: number;
  readonly reports: Record<CountedReport, number>;
}

function newTally(): Tally {
  const reports = { 'tail.kept': 0, 'snapshot.made': 0, 'snapshot.failed': 0, 'store.renewed': 0 };
  return { crashes: 0, opened: 0, upgraded: 0, refused: 0, unopened: 0, reports };
}

/** A disk with at most one open store, and the ledger of the changes that this store acknowledged. */
class Trial {
  files: SimulatedFiles;
  readonly crashes: Crash[] = [];
  readonly #random: Random;
  readonly #tally: Tally;
  #store: Store | undefined;
  #acknowledged: StoreChange[] = [];
  #model = new Model();
  #uncommitted: (readonly StoreChange[])[] = [];
  /** Contents of disks after crashes, so that disks with equal contents are opened only once. */
  readonly #left = new Set<string>();
  /** True from when the directory vanishes until the store has written a new database. */
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

  /** Opens the store. Because of faults, the store may refuse to open at most `mayRefuse` times. */
  async open(mayRefuse = 0): Promise<void> {
    for (let refused = 0; this.#store === undefined; refused++) {
      try {
        this.#store = await openTextStore(DIRECTORY, {
          files: this.files,
          minCompactionBytes: MIN_COMPACTION_BYTES,
          onReport: ({ type }) => {
            if (type === 'store.upgraded') {
              this.#tally.upgraded += 1;
              return;
            }
            const counted = COUNTED_REPORTS.find((counted) => counted === type);
            assert(counted !== undefined, `crashes and faults must not lead to ${type}`);
            this.#tally.reports[counted] += 1;
          },
        });
      } catch (error) {
        assertStoreError(error, 'store.unusable', 'store.corrupt');
        if (refused >= mayRefuse) throw error;
        this.#tally.unopened += 1;
        assert.equal(this.files.openFiles, 0, 'a store that cannot be opened leaves no file open');
      }
    }
    await this.#recordCommitted(await changesIn(this.store, this.#ledger()));
  }

  /** Commits a batch and checks the result; returns false when the store refused. */
  async commit(batch: readonly StoreChange[]): Promise<boolean> {
    this.#uncommitted.push(batch);
    let replies: readonly Verdict[];
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
    this.#uncommitted = [];
    await this.check();
    return true;
  }

  #decide(change: StoreChange): Verdict {
    const before = textOf(wholeStateOfModel(this.#model));
    const reply = decide(this.#model, change);
    // A change with an effect is written to disk. Its commit succeeded, so the directory exists again.
    if (textOf(wholeStateOfModel(this.#model)) !== before) this.isLost = false;
    return reply;
  }

  /** Commits a batch, and repeats it after a refusal. Fails after more refusals than one fault can cause. */
  async insist(batch: readonly StoreChange[]): Promise<void> {
    for (let refused = 0; !(await this.commit(batch)); refused++) {
      assert(refused < 2, 'a single fault must not cause that many refusals');
      nowMs += REST_MS;
    }
  }

  /** Checks that the store holds exactly the acknowledged changes. */
  async check(): Promise<void> {
    assert.equal(
      textOf(wholeStateOf(this.store.users)),
      textOf(wholeStateOfModel(this.#model)),
      'the live store',
    );
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

  /** Deletes the directory. */
  vanish(): void {
    this.files.vanish(DIRECTORY);
    this.isLost = true;
  }

  /** From now on, before some of the operations, records the disk that a crash would leave. */
  crashNowAndThen(odds: number, crashesEach = 1): void {
    this.files.beforeOperation = () => {
      for (let crash = 0; crash < crashesEach; crash++) if (this.#random.chance(odds)) this.crash();
    };
  }

  /** Records what a crash of the machine or the process would leave. The store continues. */
  crash(kind = this.#random.chance(0.2) ? 'kill' : 'power cut'): void {
    if (this.isLost) return;
    this.#tally.crashes += 1;
    const crash = this.leave(kind);
    // Many power cuts leave the same disk.
    const { count, uncommitted } = crash.ledger;
    const key = `${kind} ${count} ${textOf(uncommitted)} ${crash.files.contents()}`;
    if (kind === 'kill' || !this.#left.has(key)) this.crashes.push(crash);
    this.#left.add(key);
  }

  /** Returns what a crash would leave. */
  leave(kind: string): Crash {
    const files = kind === 'kill' ? this.files.kill() : this.files.powerCut(this.#random);
    return { what: `${kind} before operation ${this.files.count + 1}`, files, ledger: this.#ledger() };
  }

  /** Drops the store without closing it. Continues with the disk of a crash, or else with an empty disk. */
  continueAfter(crash: Crash | undefined): void {
    this.files.beforeOperation = undefined;
    this.#store = undefined;
    this.isLost = false;
    this.files = crash?.files.kill() ?? new SimulatedFiles(this.#random);
    this.#acknowledged = crash?.ledger.acknowledged.slice(0, crash.ledger.count) ?? [];
    this.#uncommitted = crash?.ledger.uncommitted.slice() ?? [];
  }

  /** Opens the disk of every crash, and checks its contents. */
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
    trial.continueAfter(crash);
    await inContext('opening', () => trial.open());
    if (this.#random.chance(0.3)) await inContext('opened', () => trial.#crashAgain());
    await inContext('committing', () => trial.insist(anyBatch(this.#random)));
    if (this.#random.chance(0.3)) await inContext('committed', () => trial.#crashAgain());
    await trial.close();
  }

  /** Crashes while no commit is under way: the store must hold the same changes afterwards. */
  async #crashAgain(): Promise<void> {
    this.continueAfter(this.leave('power cut'));
    await this.open();
  }

  #ledger(): Ledger {
    const { length } = this.#acknowledged;
    return { acknowledged: this.#acknowledged, count: length, uncommitted: [...this.#uncommitted] };
  }

  async #recordCommitted(acknowledged: StoreChange[]): Promise<void> {
    this.#acknowledged = acknowledged;
    this.#model = modelAfter(acknowledged);
    this.#uncommitted = [];
    await this.check();
  }
}

function assertStoreError(error: unknown, ...codes: readonly string[]): asserts error is StoreError {
  if (!(error instanceof StoreError)) {
    throw new assert.AssertionError({ message: `not a StoreError: ${inspect(error)}` });
  }
  if (codes.length > 0) assert(codes.includes(error.code), `${error.code}: ${error.message}`);
}

/** Checks that the store neither writes nor syncs a file again after a sync of that file has failed. */
function assertNeverTouchedAgain({ operations }: SimulatedFiles): void {
  const doubtful = new Set<number | undefined>();
  for (const { name, file, path, hasFailed } of operations) {
    const isTouched = name === 'write' || name === 'truncate' || name === 'datasync';
    assert(!(isTouched && doubtful.has(file)), `${name} of ${path} after a failed sync`);
    if (name === 'datasync' && hasFailed) doubtful.add(file);
  }
}

/** Adds the context to the message of an error. */
async function inContext<TValue>(where: string, act: () => Promise<TValue>): Promise<TValue> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error) error.message = `${where}: ${error.message}`;
    throw error;
  }
}

function anyBatch(random: Random): StoreChange[] {
  return Array.from({ length: random.below(5) }, () => anyChange(random));
}

function anyChange(random: Random): StoreChange {
  const id = random.pick(KNOWN_IDS);
  if (random.chance(0.2)) return anyOperatorChange(random);
  const op = random.pick(['REG', 'ADD', 'ADD', 'DEL', 'LOG'] as const);
  if (op === 'LOG') return { op, id, device: random.pick(KNOWN_DEVICES) };
  const by = random.chance(0.5) ? {} : { device: random.pick(KNOWN_DEVICES) };
  return op === 'REG' ? { op, id, ...by } : { op, id, buddy: random.pick(KNOWN_IDS), ...by };
}

function anyOperatorChange(random: Random): StoreChange {
  const id = random.pick(KNOWN_IDS);
  const ban = random.pick([...KNOWN_BANS]);
  const all: StoreChange[] = [
    { op: 'KEY', id, key: random.pick([...KEYS, undefined]) },
    { op: 'REMOVE', id, atMs: random.below(3) },
    { op: 'RESERVE', id, atMs: random.below(3) },
    { op: 'FREE', id },
    { op: 'BAN', ban },
    { op: 'UNBAN', target: targetOf(ban) },
  ];
  return random.pick(all);
}

/** Changes that trigger several compactions. */
const OPEN_SCRIPT: readonly (readonly StoreChange[])[] = [
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

/** {@link OPEN_SCRIPT}, and then changes of keys, removed users and bans. */
const SCRIPT: readonly (readonly StoreChange[])[] = [
  ...OPEN_SCRIPT,
  [{ op: 'KEY', id: id('a'), key: KEYS[0] }, ...KNOWN_BANS.map((ban) => ({ op: 'BAN', ban }) as const)],
  [
    { op: 'LOG', id: id('a'), device: device(3, 2) },
    { op: 'REMOVE', id: id('b'), atMs: 1 },
  ],
  [
    { op: 'FREE', id: id('b') },
    { op: 'REG', id: id('b'), device: device(1, 1, 1) },
  ],
];
const SCRIPT_AFTERWARDS: readonly (readonly StoreChange[])[] = [
  [
    { op: 'KEY', id: id('a'), key: undefined },
    { op: 'KEY', id: id('b'), key: undefined },
  ],
  changes('DEL a c', 'ADD b constructor'),
  changes('DEL a b', 'ADD c __proto__', 'ADD constructor b', 'DEL b c'),
  changes('ADD a b', 'ADD a c', 'ADD b a', 'DEL a b'),
];

/** Opens the store, commits, closes it, opens it again and commits. Tolerates a single fault. */
async function runScript(trial: Trial): Promise<void> {
  await trial.open(1);
  for (const batch of SCRIPT) await trial.insist(batch);
  await trial.close();
  await trial.open(1);
  for (const batch of SCRIPT_AFTERWARDS) await trial.insist(batch);
}

test.serial('a power cut at any moment loses no acknowledged change', async (t) => {
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
  t.true(tally.reports['snapshot.made'] > 3);
  t.true(tally.reports['tail.kept'] > 0);
  t.log(tally);
});

for (const kind of KINDS) {
  test.serial(`if any one operation fails (${kind}), no acknowledged change is lost`, async (t) => {
    const tally = newTally();
    for (let n = 1, isOver = false; !isOver; n++) {
      await inContext(`operation ${n}`, async () => {
        const random = new Random(FIRST_SEED + n);
        // Use the same seed for every n, because the order of operations must not depend on n.
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
    t.true(tally.reports['store.renewed'] > 0 || kind === 'short');
    t.log(tally);
  });
}

test.serial('any faults and crashes, in any order, lose no acknowledged change', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 120 * TIMES; seed++) {
    await inContext(`seed ${seed}`, () => anyRuns(seed, tally));
  }
  t.true(tally.crashes > 1_000);
  t.true(Math.min(...Object.values(tally.reports), tally.refused, tally.unopened) > 0);
  t.log(tally);
});

async function anyRuns(seed: number, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const trial = new Trial(new SimulatedFiles(random), random, tally);
  for (let run = 1; run <= 4; run++) {
    await inContext(`run ${run}`, async () => {
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

/** Tries to open a store, and returns whether this succeeded. Fails on an error that faults cannot cause. */
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
  for (let count = random.below(4); count > 0; count--) await new Promise(setImmediate);
}

function anyFault(files: SimulatedFiles, random: Random): void {
  const n = files.count + 1 + random.below(15);
  if (random.chance(0.7)) return files.failAt(n, random.pick(KINDS), random.pick(CODES));
  const full: readonly OperationName[] = ['write', 'create'];
  const failing: readonly OperationName[] = ['datasync', 'syncDirectory'];
  files.failFrom(n, random.pick(CODES), random.pick([undefined, full, failing]));
}

/** Ends a run of a store in a random way, and starts the next run with the disk that this run leaves. */
async function end(trial: Trial, random: Random): Promise<void> {
  const isLost = trial.isLost;
  if (random.chance(0.3)) await trial.close();
  trial.crash();
  const next = isLost ? undefined : random.pick([...trial.crashes.slice(-3)]);
  const copy = next && { ...next, files: next.files.kill() };
  await trial.verify();
  trial.continueAfter(copy);
}

test.serial('a power cut at any moment of a compaction loses no acknowledged change', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 12 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b', 'REG c'));
      const before = tally.reports['snapshot.made'];
      trial.crashNowAndThen(1, 2);
      await trial.insist(changes('ADD a b', 'ADD a c', 'ADD b c'));
      while (tally.reports['snapshot.made'] === before) await trial.insist(anyBatch(random));
      await trial.verify();
      await trial.close();
    });
  }
  t.true(tally.crashes > 12 * 40);
  t.log(tally);
});

/** The changes in the database of {@link writeEarlier}. The last change is written, but not synced. */
const EARLIER = changes('REG a', 'REG b', 'ADD a b', 'REG c', 'ADD c a', 'DEL a b', 'ADD b c', 'ADD b a');

const sealed = (line: string) => `${line} ${checksumOf(line)}\n`;

/** Makes a disk with a database in the previous format. */
async function writeEarlier(files: SimulatedFiles): Promise<void> {
  files.appear(DIRECTORY);
  const write = async (name: string, text: string, unsynced = '') => {
    const file = await files.create(`${DIRECTORY}/${name}`);
    await file.write(Buffer.from(text), 0);
    await file.datasync();
    if (unsynced !== '') await file.write(Buffer.from(unsynced), text.length);
    await file.close();
    await files.syncDirectory(DIRECTORY);
  };
  const snapshot = `im-snapshot 1\n${['a b', 'b', '# 2 users, last record 3'].map(sealed).join('')}`;
  const journal = `im-journal 1\n${['4 3 REG c', '5 4 ADD c a'].map(sealed).join('')}`;
  const active = `im-journal 1\n${['6 5 DEL a b', '7 6 ADD b c'].map(sealed).join('')}`;
  const body = [
    'im-manifest 1',
    `snapshot snapshot-3.txt 3 ${snapshot.length}`,
    `journal journal-2.txt 4 5 ${journal.length}`,
    'journal journal-4.txt 6\n',
  ].join('\n');
  await write('snapshot-3.txt', snapshot);
  await write('journal-2.txt', journal);
  await write('journal-4.txt', active, sealed('8 7 ADD b a'));
  await write('manifest.txt', `${body}checksum ${checksumOf(body)}\n`);
}

for (const kind of ['power cut', ...KINDS] as const) {
  test.serial(`a database of the previous format is rewritten, even after a fault (${kind})`, async (t) => {
    const tally = newTally();
    for (let n = 1, isOver = false; !isOver; n++) {
      await inContext(`operation ${n}`, async () => {
        const random = new Random(FIRST_SEED + n);
        const trial = new Trial(new SimulatedFiles(), random, tally);
        const files = new SimulatedFiles(new Random(FIRST_SEED));
        await writeEarlier(files);
        const ledger = { acknowledged: EARLIER, count: 7, uncommitted: [EARLIER.slice(7)] };
        trial.continueAfter({ what: '', files, ledger });
        const first = trial.files.count;
        if (kind === 'power cut') trial.crashNowAndThen(1, 3);
        else trial.crashNowAndThen(0.2);
        if (kind !== 'power cut') trial.files.failAt(first + n, kind, CODES[n % CODES.length]);
        await trial.open(2);
        isOver = kind === 'power cut' ? n > 4 * TIMES : trial.files.count < first + n;
        // After a fault, the next start removes the files of the previous format.
        const names = kind === 'power cut' ? (await trial.files.list(DIRECTORY)).sort() : [];
        assert.deepEqual(names.slice(0, 1), kind === 'power cut' ? ['journal-7.txt'] : []);
        await trial.insist([{ op: 'KEY', id: id('a'), key: KEYS[0] }, ...changes('ADD a c')]);
        trial.crash('power cut');
        await trial.verify();
        await trial.close();
      });
    }
    t.true(tally.upgraded > 4);
    t.log(tally);
  });
}

test.serial('after a failed sync, changes are refused until a new database is written', async (t) => {
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
  t.is(tally.reports['store.renewed'], 20 * TIMES);
});

test.serial('after a failed sync, the next start does not trust the unsynced file', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 50 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b'));
      trial.files.failFrom(trial.files.count, 'EIO', ['datasync']);
      assert.equal(await trial.commit(changes('ADD a b')), false);
      trial.continueAfter(trial.leave('kill'));
      await trial.open();
      await trial.insist(changes('REG c', 'ADD a c'));
      trial.crash('power cut');
      await trial.verify();
    });
  }
  t.is(tally.crashes, 50 * TIMES);
});

test.serial('once a later change is acknowledged, no crash brings back a refused change', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 50 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      await trial.insist(changes('REG a', 'REG b', 'REG c'));
      const { count } = trial.files;
      // The write takes effect, but reports a failure.
      trial.files.failAt(count + 1, 'after', 'EIO');
      assert.equal(await trial.commit(changes('ADD a b', 'ADD a c')), false);
      assert.equal(trial.files.operations[count]?.name, 'write');
      // This change has no effect, so the store writes nothing.
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

test.serial('a store refuses changes while its directory is missing, and then fills a new one', async (t) => {
  const tally = newTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 20 * TIMES; seed++) {
    await inContext(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const trial = new Trial(new SimulatedFiles(random), random, tally);
      await trial.open();
      for (const batch of OPEN_SCRIPT.slice(0, seed % OPEN_SCRIPT.length)) await trial.insist(batch);
      trial.vanish();
      // At least one of these changes has an effect, so the store must write, and notices the loss.
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

test.serial('a store whose directory was replaced uses the new one, even after any fault', async (t) => {
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
});

test.serial('a store adds no snapshot to a new directory that another store has opened', async (t) => {
  const files = new SimulatedFiles();
  let other: Promise<Store> | undefined;
  files.beforeOperation = () => {
    const { name, path } = files.operations.at(-1) ?? {};
    if (other !== undefined || name !== 'create' || !path?.includes('/snapshot-')) return;
    files.vanish(DIRECTORY);
    files.appear(DIRECTORY);
    // The new directory is not locked, so a second store can open it.
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
  t.deepEqual(wholeStateOf(again.users), wholeStateOfModel(modelAfter(changes('REG b'))));
  await again.close();
});

test.serial('a refused change does not reappear when the store is closed and reopened', async (t) => {
  const files = new SimulatedFiles();
  const store = await openTextStore(DIRECTORY, { files });
  await store.commit(changes('REG a'));
  files.failFrom(1, 'EIO', ['datasync']);
  await t.throwsAsync(store.commit(changes('REG b')), { code: 'store.unavailable' });
  files.heal();
  await store.close();
  const again = await openTextStore(DIRECTORY, { files });
  t.deepEqual(wholeStateOf(again.users), wholeStateOfModel(modelAfter(changes('REG a'))));
  await again.close();
});

test.serial('a second store can open a directory only after the first has closed or crashed', async (t) => {
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

test.serial('a start refuses a path that is not a regular file, and loses no data', async (t) => {
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
});
