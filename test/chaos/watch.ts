/**
 * Watches a run: looks for orphans, for whoever makes no progress, and tells how it goes.
 */

import type { Pair } from './pair.js';
import { until } from './pause.js';
import type { Registry } from './registry.js';
import type { Tally } from './tally.js';
import type { Worker } from './worker.js';

/** Time between two looks, in milliseconds. */
const LOOK_MS = 250;

/** Time between two lines of progress, in milliseconds. */
const PROGRESS_MS = 3_000;

/** Longest time in which a worker may go unanswered, or a pair without a line, in milliseconds. */
const PROGRESS_TIMEOUT_MS = 15_000;

export interface WatchOptions {
  readonly registries: readonly Registry[];
  readonly workers: readonly Worker[];
  readonly pairs: readonly Pair[];
  readonly tally: Tally;
  readonly onProgress: (tally: Tally, seconds: number) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #looking: NodeJS.Timeout;
  readonly #telling: NodeJS.Timeout;
  /** Those who are known to hang. */
  readonly #hanging = new Set<Worker | Pair>();

  constructor(options: WatchOptions) {
    this.#options = options;
    const { tally, onProgress } = options;
    const startedAtMs = performance.now();
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#telling = setInterval(
      () => onProgress(tally, Math.round((performance.now() - startedAtMs) / 1_000)),
      PROGRESS_MS,
    );
  }

  /**
   * Waits until every child is there, every worker was answered again, and a line of every pair got through.
   */
  async settle(timeoutMs: number): Promise<void> {
    const { registries, workers, pairs, tally } = this.#options;
    const sinceMs = performance.now();
    const missing = () => registries.flatMap((registry) => registry.missing());
    const waiting = () => [...workers, ...pairs].filter(({ lastProgressMs }) => lastProgressMs <= sinceMs);
    if (await until(() => missing().length === 0 && waiting().length === 0, timeoutMs)) return;
    const when = `${timeoutMs / 1_000} s after the last crash`;
    for (const child of missing()) tally.blame('hang', `${child} is not there ${when}`);
    for (const { name } of waiting()) tally.blame('hang', `${name} got nothing through ${when}`);
  }

  close(): void {
    clearInterval(this.#looking);
    clearInterval(this.#telling);
  }

  #look(): void {
    const { registries, workers, pairs, tally } = this.#options;
    for (const registry of registries) registry.audit();
    for (const pair of pairs) pair.measureSilence();
    for (const one of [...workers, ...pairs]) {
      const hangs = performance.now() - one.lastProgressMs > PROGRESS_TIMEOUT_MS;
      if (!hangs) this.#hanging.delete(one);
      else if (!this.#hanging.has(one)) {
        this.#hanging.add(one);
        tally.blame('hang', `${one.name} got nothing through for ${PROGRESS_TIMEOUT_MS / 1_000} s`);
      }
    }
  }
}
