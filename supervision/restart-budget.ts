/**
 * Restart intensity: how many restarts a supervisor may attempt within a sliding time window before it gives
 * up. Modelled on MaxR and MaxT of Erlang/OTP's `supervisor`.
 */

import { assert } from './assert.js';
import { DEFAULT_RESTART_LIMITS } from './defaults.js';

/**
 * At most `intensity` restarts in `periodMs` milliseconds. With an intensity of 0, the supervisor gives up at
 * the first crash.
 */
export interface RestartLimits {
  readonly intensity: number;
  readonly periodMs: number;
}

/**
 * Fills in the default and checks the values.
 *
 * @throws TypeError that names the field, when its value is not allowed.
 */
export function checkLimits(limits: RestartLimits = DEFAULT_RESTART_LIMITS): RestartLimits {
  const { intensity, periodMs } = limits;
  assert(
    Number.isInteger(intensity) && intensity >= 0,
    `intensity: use a whole number from 0 on, not ${intensity}`,
  );
  assert(Number.isFinite(periodMs) && periodMs > 0, `periodMs: use a number above 0, not ${periodMs}`);
  return limits;
}

/** Expired restart times are dropped in batches, each of more than this many. */
const MAX_STALE_TIMES = 1_000;

/** Counts a supervisor's restarts against its limits. */
export class RestartBudget {
  readonly #limits: RestartLimits;
  /** The times of the restarts, oldest first. The window begins at index `#first`. */
  #times: number[] = [];
  #first = 0;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /**
   * Counts one restart attempt. Failed attempts count too.
   *
   * @param nowMs The current time of a monotonic clock, in milliseconds.
   * @returns The number of attempts in this period, including this attempt; `undefined` when the attempt
   * exceeds the limit, and the supervisor must give up.
   */
  spend(nowMs: number): number | undefined {
    const { intensity, periodMs } = this.#limits;
    while (nowMs - (this.#times[this.#first] ?? nowMs) > periodMs) this.#first += 1;
    if (this.#first > MAX_STALE_TIMES) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    if (this.#times.length - this.#first >= intensity) return undefined;
    this.#times.push(nowMs);
    return this.#times.length - this.#first;
  }
}
