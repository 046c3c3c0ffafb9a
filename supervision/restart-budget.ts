/**
 * Restart intensity: how many restarts a supervisor may try in a sliding window of time before it
 * gives up. After Erlang/OTP's `supervisor`, MaxR and MaxT.
 */

import { assert } from './assert.js';
import { DEFAULT_RESTART_LIMITS } from './defaults.js';

/** At most `intensity` restarts in `periodMs` milliseconds; 0 means that the first crash escalates. */
export interface RestartLimits {
  readonly intensity: number;
  readonly periodMs: number;
}

/**
 * Fills in the default.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export function checkLimits(limits: RestartLimits = DEFAULT_RESTART_LIMITS): RestartLimits {
  const { intensity, periodMs } = limits;
  assert(Number.isInteger(intensity) && intensity >= 0, `intensity: a number of restarts, not ${intensity}`);
  assert(Number.isFinite(periodMs) && periodMs > 0, `periodMs: a number of milliseconds, not ${periodMs}`);
  return limits;
}

/** Times that have left the window are kept until there are so many of them. */
const MAX_STALE_TIMES = 1_000;

/** What a supervisor may still spend on restarts. */
export class RestartBudget {
  readonly #limits: RestartLimits;
  /** When the restarts were, oldest first; the window begins at `#first`. */
  #times: number[] = [];
  #first = 0;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /**
   * Counts one more attempt to restart; failed attempts count too.
   *
   * @param nowMs On a monotonic clock, in milliseconds.
   * @returns How many there were in this period, this one included; `undefined` when it is one too many: give
   *   up.
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
