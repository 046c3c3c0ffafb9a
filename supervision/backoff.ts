/**
 * Back-off: how long a supervisor waits before it restarts a child that keeps crashing. Modelled on
 * Akka/Pekko's `BackoffSupervisor`.
 */

import { DEFAULT_JITTER } from './defaults.js';

export interface BackoffOptions {
  /** The wait before the first restart, in milliseconds. */
  readonly minMs: number;
  /** The longest wait without jitter, in milliseconds. */
  readonly maxMs: number;
  /**
   * The largest random extension of a wait, as a fraction of the wait. With the default 0.2, a wait grows by
   * at most a fifth. Because of the extension, children that crashed together restart at different times.
   */
  readonly jitter?: number;
  /**
   * After a child was up for this long, in milliseconds, its next wait is `minMs` again. Default `maxMs`;
   * Akka's default is `minMs`.
   */
  readonly resetAfterMs?: number;
}

/**
 * The wait before a restart, in milliseconds: minMs · 2ⁿ up to maxMs, extended by jitter.
 *
 * @param attempt The number of earlier restarts since the last reset.
 * @param random A number from 0 to 1.
 */
export function backoffDelay(
  { minMs, maxMs, jitter = DEFAULT_JITTER }: BackoffOptions,
  attempt: number,
  random: number,
): number {
  return Math.min(minMs * 2 ** attempt, maxMs) * (1 + jitter * random);
}

/** Computes the waits of one child. Times are monotonic, in milliseconds. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;
  #upSinceMs: number | undefined;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Records that the child is up. */
  recordUp(nowMs: number): void {
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
