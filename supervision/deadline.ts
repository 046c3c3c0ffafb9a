/**
 * A deadline that is often postponed and seldom passes.
 *
 * A `Deadline` has one timer. If the timer fires before a postponed deadline, the timer is set again for the
 * remaining time. Postponing the deadline therefore sets no timer.
 */

import type { EventObject } from 'xstate';
import type { BehaviourScope, Timer } from './behaviour.js';

export class Deadline<TEvent extends EventObject> {
  readonly #scope: BehaviourScope<TEvent>;
  readonly #event: TEvent;
  #dueMs = 0;
  #firesMs = 0;
  #timer: Timer | undefined;

  /**
   * @param scope The scope of the actor that receives the event when the deadline passes.
   * @param delayMs The time until the deadline, in milliseconds.
   */
  constructor(scope: BehaviourScope<TEvent>, event: TEvent, delayMs: number) {
    this.#scope = scope;
    this.#event = event;
    this.restart(delayMs);
  }

  /** Sets the deadline to this many milliseconds from now. */
  restart(delayMs: number): void {
    const now = this.#scope.now();
    this.#dueMs = now + delayMs;
    if (this.#timer !== undefined && this.#firesMs <= this.#dueMs) return;
    this.#scope.cancel(this.#timer);
    this.#arm(now);
  }

  cancel(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
  }

  #arm(now: number): void {
    this.#firesMs = this.#dueMs;
    this.#timer = this.#scope.callLater(this.#fire, this.#dueMs - now);
  }

  readonly #fire = () => {
    this.#timer = undefined;
    const now = this.#scope.now();
    if (now < this.#dueMs) this.#arm(now);
    else this.#scope.self.send(this.#event);
  };
}
