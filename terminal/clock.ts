/**
 * The clock with which a console measures durations.
 */

export interface Clock {
  /** Monotonic time, in milliseconds since an arbitrary start. */
  now(): number;
  /** Calls back once, after `delayMs` milliseconds. Returns a function that cancels the timer. */
  callLater(callback: () => void, delayMs: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  callLater(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
