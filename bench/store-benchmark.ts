/**
 * Measures the text store: `npm run bench`.
 *
 * It measures how long a million users take to load, how much memory each user takes, and how long the event
 * loop stalls while a snapshot is made. It also measures how many changes become durable in a second, for few
 * and for many waiting clients. For comparison, it measures how many bare writes and syncs the same disk
 * makes in a second. The benchmark uses a new directory under TMPDIR, or under the system's directory for
 * temporary files.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseId, type UserId } from '../protocol/id.js';
import type { Change } from '../protocol/request.js';
import type { Store } from '../storage/store.js';
import { openTextStore, type StoreReport } from '../storage/text/text-store.js';
import type { Report } from './report.js';
import { atMost } from './target.js';
import { measureClients, type Rate, rateOf, reportRate } from './waiting-clients.js';

const USERS = 1_000_000;
const BUDDIES = 5;

/** This file, which is also the program of the process that loads the database. */
const LOADER = fileURLToPath(import.meta.url);

/** How many changes are committed at a time to make the database. */
const BATCH_CHANGES = 65_536;

/** How long each measurement of waiting clients lasts, in milliseconds. */
const MEASURE_MS = 3_000;

/** The measurements of the process that loads the database. */
interface Loaded {
  readonly ms: number;
  readonly bytesPerUser: number;
}

function userId(number: number): UserId {
  return parseId(`user${number}`) as UserId;
}

async function fill(store: Store): Promise<void> {
  let batch: Change[] = [];
  const add = async (change: Change) => {
    batch.push(change);
    if (batch.length < BATCH_CHANGES) return;
    await store.commit(batch);
    batch = [];
  };
  for (let user = 0; user < USERS; user++) await add({ op: 'REG', id: userId(user) });
  for (let user = 0; user < USERS; user++) {
    for (let buddy = 1; buddy <= BUDDIES; buddy++) {
      // Buddies are spread over all users.
      await add({ op: 'ADD', id: userId(user), buddy: userId((user * 7_919 + buddy * 104_729) % USERS) });
    }
  }
  await store.commit(batch);
}

/** Loads the database in a new process. */
async function load(directory: string): Promise<Loaded> {
  const child = fork(LOADER, ['load', directory], { execArgv: ['--expose-gc'] });
  const [loaded] = (await once(child, 'message')) as [Loaded];
  await once(child, 'exit');
  return loaded;
}

async function loadHere(directory: string): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const startedMs = performance.now();
  const store = await openTextStore(directory);
  const ms = performance.now() - startedMs;
  globalThis.gc?.();
  const bytesPerUser = (process.memoryUsage().rss - before) / USERS;
  await store.close();
  process.send?.({ ms, bytesPerUser } satisfies Loaded);
}

/** The longest stall of the event loop while a snapshot is made, in milliseconds. */
async function measureStall(directory: string): Promise<{ stallMs: number; snapshotMs: number }> {
  let onReport: (report: StoreReport) => void = () => {};
  const reported = new Promise<StoreReport>((resolve) => {
    onReport = resolve;
  });
  const store = await openTextStore(directory, { minCompactionBytes: 0, onReport });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let isDone = false;
  void reported.then(() => {
    isDone = true;
  });
  for (let user = 0; !isDone; user++) {
    await store.commit([{ op: 'DEL', id: userId(user), buddy: userId((user * 7_919 + 104_729) % USERS) }]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  delay.disable();
  await store.close();
  const { ms } = (await reported) as Extract<StoreReport, { type: 'snapshot.made' }>;
  return { stallMs: delay.max / 1e6, snapshotMs: ms };
}

/** Changes in a measured commit. */
const COMMIT_CHANGES = 64;

/** Alternates a bare write and sync with a commit of several changes, on the same disk. */
async function measureCommits(directory: string): Promise<{ bare: Rate; commit: Rate }> {
  const path = join(directory, 'bare');
  const file = await open(path, 'w');
  const line = Buffer.from('1 0 REG alice f0e841fe\n');
  const store = await openTextStore(directory);
  const bare: number[] = [];
  const commit: number[] = [];
  const startedMs = performance.now();
  for (let round = 0; performance.now() - startedMs < 2 * MEASURE_MS; round++) {
    const beganMs = performance.now();
    await file.write(line, 0, line.length, round * line.length);
    await file.datasync();
    const syncedMs = performance.now();
    const changes = Array.from({ length: COMMIT_CHANGES }, (_, index): Change => {
      return { op: 'REG', id: `g${round}_${index}` as UserId };
    });
    await store.commit(changes);
    bare.push(syncedMs - beganMs);
    commit.push(performance.now() - syncedMs);
  }
  await store.close();
  await file.close();
  await rm(path);
  return { bare: rateOf(bare, 2 * MEASURE_MS), commit: rateOf(commit, 2 * MEASURE_MS) };
}

/** Writes and syncs single lines, one after the other. */
async function measureDisk(directory: string): Promise<Rate> {
  const path = join(directory, 'bare');
  const file = await open(path, 'w');
  const line = Buffer.from('1 0 REG alice f0e841fe\n');
  const latencies: number[] = [];
  const startedMs = performance.now();
  for (let at = 0; performance.now() - startedMs < MEASURE_MS; at += line.length) {
    const beganMs = performance.now();
    await file.write(line, 0, line.length, at);
    await file.datasync();
    latencies.push(performance.now() - beganMs);
  }
  await file.close();
  await rm(path);
  return rateOf(latencies, performance.now() - startedMs);
}

export async function benchStore(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  try {
    const small = join(directory, 'small');
    const large = join(directory, 'large');
    report.section('The text store: changes made durable');
    await (await openTextStore(small)).close();
    const { bare, commit } = await measureCommits(small);
    const times = commit.p99 / bare.p99;
    report.result('one write and fdatasync, p99', { ms: bare.p99 }, `${bare.p99.toFixed(2)} ms`);
    report.result(
      `a commit of ${COMMIT_CHANGES} changes, p99`,
      { ms: commit.p99, ratio: times },
      `${commit.p99.toFixed(2)} ms, ${times.toFixed(1)} times`,
      { target: atMost(times, 3, 'times') },
    );
    for (let round = 1; round <= 2; round++) {
      reportRate(report, 'one write and fdatasync', await measureDisk(small));
      for (const clients of [1, 64, 512]) {
        reportRate(
          report,
          `${clients} clients waiting`,
          await measureClients(() => openTextStore(small), clients, MEASURE_MS),
        );
      }
    }
    report.section(`The text store: ${USERS.toLocaleString('en')} users with ${BUDDIES} buddies each`);
    const store = await openTextStore(large, { minCompactionBytes: Number.POSITIVE_INFINITY });
    await fill(store);
    await store.close();
    const { stallMs, snapshotMs } = await measureStall(large);
    report.result('a snapshot, made during commits', { ms: snapshotMs }, `${snapshotMs} ms`);
    const stall = `${stallMs.toFixed(1)} ms`;
    report.result('longest stall during the snapshot', { ms: stallMs }, stall, {
      target: atMost(stallMs, 25, 'ms'),
    });
    for (let round = 1; round <= 3; round++) {
      const { ms, bytesPerUser } = await load(large);
      report.result('start, from the snapshot', { ms }, `${Math.round(ms)} ms`, {
        target: atMost(ms, 3_000, 'ms'),
      });
      const bytes = Math.round(bytesPerUser);
      const target = atMost(bytesPerUser, 250, 'bytes');
      report.result('resident memory for each user', { bytes }, `${bytes} bytes`, { target });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const [, file, job, directory] = process.argv;
if (file === LOADER && job === 'load' && directory !== undefined) await loadHere(directory);
