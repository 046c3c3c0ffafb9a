/**
 * Back-off: how long a supervisor waits before it restarts a child that keeps crashing. After
 * Akka/Pekko's `BackoffSupervisor`.
 */

import { DEFAULT_JITTER } from './defaults.js';

export interface BackoffOptions {
  /** The wait before the first restart, in milliseconds. */
  readonly minMs: number;
  /** The longest wait, in milliseconds, jitter not included. */
  readonly maxMs: number;
  /**
   * How much a wait may be lengthened by chance, as a part of it: 0.2, the default, means up to a fifth. So
   * children that crashed together do not come back together.
   */
  readonly jitter?: number;
  /**
   * After being up for so long, in milliseconds, a child begins again with `minMs`. Default `maxMs`; in Akka,
   * `minMs`.
   */
  readonly resetAfterMs?: number;
}

/**
 * The wait before a restart, in milliseconds: minMs · 2ⁿ up to maxMs, lengthened by jitter.
 *
 * @param attempt How many restarts came before this one since the child was last quiet.
 * @param random A number from 0 to 1.
 */
export function backoffDelay(
  { minMs, maxMs, jitter = DEFAULT_JITTER }: BackoffOptions,
  attempt: number,
  random: number,
): number {
  return Math.min(minMs * 2 ** attempt, maxMs) * (1 + jitter * random);
}

/** Keeps account of one child's waits. Times are monotonic, in milliseconds. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;
  #upSinceMs: number | undefined;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Takes note that the child is up. */
  up(nowMs: number): void {
    this.#upSinceMs = nowMs;
  }

  /** The wait before the restart that is due now. */
  next(nowMs: number): number {
    const { maxMs, resetAfterMs = maxMs } = this.#options;
    if (this.#upSinceMs !== undefined && nowMs - this.#upSinceMs >= resetAfterMs) this.#attempts = 0;
    this.#upSinceMs = undefined;
    return backoffDelay(this.#options, this.#attempts++, Math.random());
  }
}
