/**
 * How much of one iteration of the event loop a supervisor may use.
 *
 * Steps are counted however many events they are spread over: children that get ready in microtasks, one
 * after the other, would keep the event loop from other work as well.
 */

import type { BehaviourScope } from './behaviour.js';
import { STEPS_PER_TURN } from './defaults.js';

/** From a supervisor to itself: it may go on. */
export interface TurnBegan {
  readonly type: 'turn.began';
}

export class TurnBudget {
  readonly #scope: BehaviourScope<TurnBegan>;
  #steps = 0;
  #isWaiting = false;

  /** @param scope The supervisor's; it must call {@link renew} at each {@link TurnBegan}. */
  constructor(scope: BehaviourScope<TurnBegan>) {
    this.#scope = scope;
  }

  /** Counts one start or stop. */
  spend(): void {
    this.#steps += 1;
  }

  /** True after {@link STEPS_PER_TURN} steps, until the next iteration. Simulated time has no iterations. */
  get isSpent(): boolean {
    if (this.#steps < STEPS_PER_TURN || this.#scope.isSimulated) return false;
    if (!this.#isWaiting) this.#scope.sendNextTurn({ type: 'turn.began' });
    this.#isWaiting = true;
    return true;
  }

  renew(): void {
    this.#steps = 0;
    this.#isWaiting = false;
  }
}
