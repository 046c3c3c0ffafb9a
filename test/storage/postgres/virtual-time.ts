/**
 * A virtual clock: when the program waits for nothing but timers, the clock jumps to the next timer.
 */

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

export class VirtualTime {
  #nowMs = 0;
  #timers: Timer[] = [];
  #count = 0;
  #isRunning = false;

  now(): number {
    return this.#nowMs;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /**
   * Calls back later. Timers that are due at the same time run in the order in which they were set.
   *
   * @returns A function that cancels the timer.
   */
  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#count++, call };
    const next = this.#timers.findIndex((other) => other.atMs > timer.atMs);
    this.#timers.splice(next === -1 ? this.#timers.length : next, 0, timer);
    this.#run();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Before the clock jumps, promises that need no timer settle.
    setImmediate(() => {
      this.#isRunning = false;
      const timer = this.#timers.shift();
      if (timer === undefined) return;
      this.#nowMs = timer.atMs;
      timer.call();
      this.#run();
    });
  }
}
