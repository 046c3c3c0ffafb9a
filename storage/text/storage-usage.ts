/**
 * Observes a data directory from outside of its store: how much space it uses, how much is left, and whether
 * a write can be made durable at present.
 */

import { stat, statfs } from 'node:fs/promises';
import type { DataDirectory } from '../files/data-directory.js';
import { systemReason } from '../files/file-error.js';
import { isDataFile, isSnapshot, PROBE_FILE } from '../files/file-names.js';
import { writeAll } from '../files/files.js';

/** How long a disk may take to answer, in milliseconds. */
const DISK_TIMEOUT_MS = 2_000;

/**
 * A question to a disk that may hang. At most one question is under way: each one occupies a thread, and the
 * store needs threads too.
 */
export class DiskQuestion<TValue> {
  readonly #ask: () => Promise<TValue>;
  readonly #timeoutMs: number;
  #underWay: Promise<TValue> | undefined;

  constructor(ask: () => Promise<TValue>, timeoutMs = DISK_TIMEOUT_MS) {
    this.#ask = ask;
    this.#timeoutMs = timeoutMs;
  }

  /** Asks, or waits for the question under way. Returns `undefined` if the disk does not answer in time. */
  async ask(): Promise<TValue | undefined> {
    this.#underWay ??= this.#ask().finally(() => {
      this.#underWay = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs, undefined);
    });
    try {
      return await Promise.race([this.#underWay, overdue]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a data directory occupies, and what its file system has left, in bytes. */
export interface StorageUsage {
  readonly journals: number;
  readonly snapshots: number;
  /** What a process without privileges can still write. */
  readonly free: number;
  readonly size: number;
}

/** Measures a data directory. Files that vanish meanwhile count as empty. */
export async function measureUsage(directory: DataDirectory): Promise<StorageUsage> {
  const { bavail, blocks, bsize } = await statfs(directory.path);
  const usage = { journals: 0, snapshots: 0, free: bavail * bsize, size: blocks * bsize };
  for (const name of (await directory.list()).filter(isDataFile)) {
    const bytes = await stat(directory.pathOf(name)).then(
      ({ size }) => size,
      () => 0,
    );
    usage[isSnapshot(name) ? 'snapshots' : 'journals'] += bytes;
  }
  return usage;
}

/** The number of bytes that a probe writes. */
const PROBE_BYTES = 4_096;

/** How long the result of a probe is reused, in milliseconds. Each probe costs a sync. */
const PROBE_MAX_AGE_MS = 1_000;

/** Probes whether a write in a data directory can be made durable. */
export class WriteProbe {
  readonly #directory: DataDirectory;
  readonly #question: DiskQuestion<{ readonly problem: string | undefined }>;
  #last: Promise<string | undefined> | undefined;
  #probedMs = Number.NEGATIVE_INFINITY;

  /** @param timeoutMs How long the disk may take for a probe. */
  constructor(directory: DataDirectory, timeoutMs?: number) {
    this.#directory = directory;
    this.#question = new DiskQuestion(async () => ({ problem: await this.#probe() }), timeoutMs);
  }

  /** Why nothing can be written; `undefined` if the latest probe succeeded. */
  findProblem(): Promise<string | undefined> {
    const nowMs = performance.now();
    if (this.#last === undefined || nowMs - this.#probedMs >= PROBE_MAX_AGE_MS) {
      this.#probedMs = nowMs;
      this.#last = this.#question
        .ask()
        .then((answer) =>
          answer === undefined ? 'the disk of the data directory does not answer' : answer.problem,
        );
    }
    return this.#last;
  }

  async #probe(): Promise<string | undefined> {
    try {
      const file = await this.#directory.create(PROBE_FILE, (to) =>
        writeAll(to, Buffer.alloc(PROBE_BYTES), 0),
      );
      await file.close();
      return undefined;
    } catch (error) {
      return `the data directory cannot be written: ${systemReason(error) ?? (error as Error).message}`;
    } finally {
      await this.#directory.remove(PROBE_FILE).catch(() => {}); // the next probe replaces it
    }
  }
}
