/**
 * Makes the store of this server catch up: it reads the changes that other servers made to a shared
 * directory. The store catches up at intervals. It catches up early if another server announces changes that
 * this server does not have, or if a client names an id that this server does not know.
 */

import { isStoreError, type Store } from '../../storage/store.js';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';

/**
 * Shortest pause before the store catches up again, in milliseconds. Without this pause, datagrams with
 * unknown ids could make the store catch up all the time.
 */
const MIN_PAUSE_MS = 100;

/** The maximum number of callbacks that wait. Beyond this limit, a callback is called with false at once. */
const MAX_WAITING = 1_000;

export interface CatchUpOptions {
  readonly store: Store;
  /** Pause before the store catches up again, in milliseconds. */
  readonly intervalMs: number;
  /** Called after each attempt, with the error if the store is unavailable. */
  readonly onDone: (error?: Error) => void;
}

type Callback = (hasCaughtUp: boolean) => void;

type Scope = Pick<BehaviourScope, 'now' | 'callLater' | 'cancel' | 'guard'>;

/** An error other than `store.unavailable` crashes the actor that owns the scope. */
export class CatchUp {
  readonly #scope: Scope;
  readonly #options: CatchUpOptions;
  #timer: Timer | undefined;
  #isUnderWay = false;
  /** True if the store must catch up again without waiting for the interval. */
  #isWanted = false;
  #endedMs: number;
  #waiting: Callback[] = [];

  constructor(scope: Scope, options: CatchUpOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#endedMs = scope.now();
    this.#beginIn(options.intervalMs);
  }

  /**
   * Calls back with true once the store shows all changes that were made before this call. Calls back with
   * false if the store cannot be read, or if too many callbacks are waiting already.
   */
  whenCaughtUp(callback: Callback): void {
    if (this.#waiting.length >= MAX_WAITING) return callback(false);
    this.#waiting.push(callback);
    this.begin();
  }

  /** Catches up as soon as possible. The store then shows all changes that were made before this call. */
  begin(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    if (!this.#isUnderWay) this.#beginSoon();
  }

  stop(): void {
    this.#scope.cancel(this.#timer);
  }

  #beginSoon(): void {
    this.#beginIn(Math.max(0, this.#endedMs + MIN_PAUSE_MS - this.#scope.now()));
  }

  #beginIn(pauseMs: number): void {
    this.#scope.cancel(this.#timer);
    this.#timer = this.#scope.callLater(() => this.#ask(), pauseMs);
  }

  #ask(): void {
    this.#isUnderWay = true;
    this.#isWanted = false;
    const callbacks = this.#waiting.splice(0);
    this.#options.store.catchUp().then(
      this.#scope.guard(() => this.#end(callbacks)),
      this.#scope.guard((error: Error) => {
        if (!isStoreError(error, 'store.unavailable')) throw error;
        this.#end(callbacks, error);
      }),
    );
  }

  #end(callbacks: readonly Callback[], error?: Error): void {
    this.#isUnderWay = false;
    this.#endedMs = this.#scope.now();
    this.#options.onDone(error);
    for (const callback of callbacks) callback(error === undefined);
    if (this.#isWanted) this.#beginSoon();
    else this.#beginIn(this.#options.intervalMs);
  }
}
