/**
 * The clock by which a console measures durations.
 */

export interface Clock {
  /** Milliseconds since any beginning; never goes back. */
  now(): number;
  /** Calls back once, after so many milliseconds. Returns what cancels it. */
  callLater(callback: () => void, delayMs: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  callLater(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
