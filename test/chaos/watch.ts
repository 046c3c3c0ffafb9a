/**
 * Watches a run: detects orphans and missing progress, and reports the counts.
 */

import type { Pair } from './pair.js';
import { until } from './pause.js';
import type { Registry } from './registry.js';
import type { Tally } from './tally.js';

/** Time between two checks, in milliseconds. */
const CHECK_MS = 250;

/** Time between two lines of progress, in milliseconds. */
const PROGRESS_MS = 3_000;

/** Longest time without an answer to a worker or a line between a pair, in milliseconds. */
const PROGRESS_TIMEOUT_MS = 30_000;

/**
 * Longest time without a line between two users with keys, in milliseconds. It is longer than for other
 * pairs, because each crash of a client or of the sessions costs a login.
 */
const KEYED_PROGRESS_TIMEOUT_MS = 60_000;

/** A worker or an operator. */
interface Watched {
  readonly name: string;
  /** Time of the last answer, in milliseconds since the process started. */
  readonly lastProgressMs: number;
}

export interface WatchOptions {
  readonly registries: readonly Registry[];
  readonly workers: readonly Watched[];
  readonly pairs: readonly Pair[];
  readonly tally: Tally;
  readonly onProgress: (tally: Tally, seconds: number) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #checkTimer: NodeJS.Timeout;
  readonly #progressTimer: NodeJS.Timeout;
  /** The workers and pairs already reported as hanging. */
  readonly #hanging = new Set<Watched | Pair>();

  constructor(options: WatchOptions) {
    this.#options = options;
    const { tally, onProgress } = options;
    const startedAtMs = performance.now();
    this.#checkTimer = setInterval(() => this.#check(), CHECK_MS);
    this.#progressTimer = setInterval(
      () => onProgress(tally, Math.round((performance.now() - startedAtMs) / 1_000)),
      PROGRESS_MS,
    );
  }

  /**
   * Waits until every child runs, every worker got an answer, and every pair delivered a line. Reports each
   * child, worker and pair that does not recover in time.
   */
  async waitForRecovery(timeoutMs: number): Promise<void> {
    const { registries, workers, pairs, tally } = this.#options;
    const sinceMs = performance.now();
    const missing = () => registries.flatMap((registry) => registry.missing());
    const waiting = () => [...workers, ...pairs].filter(({ lastProgressMs }) => lastProgressMs <= sinceMs);
    if (await until(() => missing().length === 0 && waiting().length === 0, timeoutMs)) return;
    const when = `${timeoutMs / 1_000} s after the last crash`;
    for (const child of missing()) tally.blame('hang', `${child} does not run ${when}`);
    for (const { name } of waiting()) tally.blame('hang', `${name} made no progress ${when}`);
  }

  close(): void {
    clearInterval(this.#checkTimer);
    clearInterval(this.#progressTimer);
  }

  #check(): void {
    const { registries, workers, pairs, tally } = this.#options;
    for (const registry of registries) registry.audit();
    for (const pair of pairs) pair.measureSilence();
    for (const one of [...workers, ...pairs]) {
      const timeoutMs = 'hasKeys' in one && one.hasKeys ? KEYED_PROGRESS_TIMEOUT_MS : PROGRESS_TIMEOUT_MS;
      const hangs = performance.now() - one.lastProgressMs > timeoutMs;
      if (!hangs) this.#hanging.delete(one);
      else if (!this.#hanging.has(one)) {
        this.#hanging.add(one);
        tally.blame('hang', `${one.name} made no progress for ${timeoutMs / 1_000} s`);
      }
    }
  }
}
