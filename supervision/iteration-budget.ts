/**
 * Limits the steps that a supervisor takes in one iteration of the event loop.
 *
 * An event does not reset the count. If it did, children that become ready in successive microtasks would
 * block the event loop.
 */

import type { BehaviourScope } from './behaviour.js';
import { STEPS_PER_ITERATION } from './defaults.js';

/** Sent by a supervisor to itself: the next iteration began, and the supervisor may continue. */
export interface IterationBegan {
  readonly type: 'iteration.began';
}

export class IterationBudget {
  readonly #scope: BehaviourScope<IterationBegan>;
  #steps = 0;
  #isWaiting = false;

  /** @param scope The scope of a supervisor. It must call {@link renew} at each {@link IterationBegan}. */
  constructor(scope: BehaviourScope<IterationBegan>) {
    this.#scope = scope;
  }

  /** Counts one start or stop. */
  spend(): void {
    this.#steps += 1;
  }

  /**
   * True after {@link STEPS_PER_ITERATION} steps, until the next iteration. Always false in simulated time,
   * which has no iterations.
   */
  get isSpent(): boolean {
    if (this.#steps < STEPS_PER_ITERATION || this.#scope.isSimulated) return false;
    if (!this.#isWaiting) this.#scope.sendNextIteration({ type: 'iteration.began' });
    this.#isWaiting = true;
    return true;
  }

  renew(): void {
    this.#steps = 0;
    this.#isWaiting = false;
  }
}
