/**
 * Restart intensity: how many restarts a supervisor may try in a sliding window of time before it
 * gives up. After Erlang/OTP's `supervisor`, MaxR and MaxT.
 */

import { demand } from './demand.js';

/** At most `intensity` restarts in `periodMs` milliseconds; 0 means that the first crash escalates. */
export interface RestartLimits {
  readonly intensity: number;
  readonly periodMs: number;
}

/** OTP's default: one restart in five seconds. */
export const DEFAULT_RESTART_LIMITS: RestartLimits = { intensity: 1, periodMs: 5_000 };

/** When the recent restarts were, oldest first, on a monotonic clock in milliseconds. */
export type RestartTimes = readonly number[];

/**
 * Counts one more attempt to restart; failed attempts count too.
 *
 * @returns The attempts still in the window, this one included, or `undefined` when it is one too
 * many: give up.
 */
export function countRestart(
  times: RestartTimes,
  nowMs: number,
  limits: RestartLimits,
): RestartTimes | undefined {
  const recent = [...times.filter((time) => nowMs - time <= limits.periodMs), nowMs];
  return recent.length > limits.intensity ? undefined : recent;
}

/**
 * Fills in the default.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export function checkLimits(limits: RestartLimits = DEFAULT_RESTART_LIMITS): RestartLimits {
  const { intensity, periodMs } = limits;
  demand(Number.isInteger(intensity) && intensity >= 0, `intensity: a number of restarts, not ${intensity}`);
  demand(Number.isFinite(periodMs) && periodMs > 0, `periodMs: a number of milliseconds, not ${periodMs}`);
  return limits;
}

/** What a supervisor may still spend on restarts. */
export class RestartBudget {
  readonly #limits: RestartLimits;
  #times: RestartTimes = [];

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** @returns How many restarts there were in this period, this one included; `undefined` when it is one too many. */
  spend(nowMs: number): number | undefined {
    const times = countRestart(this.#times, nowMs, this.#limits);
    if (times === undefined) return undefined;
    this.#times = times;
    return times.length;
  }
}
