/**
 * Back-off: how long a supervisor waits before it restarts a child that keeps crashing. After
 * Akka/Pekko's `BackoffSupervisor`.
 */
/** The default of {@link BackoffOptions.jitter}: what Akka's examples use. */
export const DEFAULT_JITTER = 0.2;
/**
 * The wait before a restart, in milliseconds: minMs · 2ⁿ up to maxMs, lengthened by jitter.
 *
 * @param attempt How many restarts came before this one since the child was last quiet.
 * @param random A number from 0 to 1.
 */
export function backoffDelay({ minMs, maxMs, jitter = DEFAULT_JITTER }, attempt, random) {
    return Math.min(minMs * 2 ** attempt, maxMs) * (1 + jitter * random);
}
/** Keeps account of one child's waits. Times are monotonic, in milliseconds. */
export class Backoff {
    #options;
    #attempts = 0;
    #upSinceMs;
    constructor(options) {
        this.#options = options;
    }
    /** Takes note that the child is up. */
    up(nowMs) {
        this.#upSinceMs = nowMs;
    }
    /** The wait before the restart that is due now. */
    next(nowMs) {
        const { maxMs, resetAfterMs = maxMs } = this.#options;
        if (this.#upSinceMs !== undefined && nowMs - this.#upSinceMs >= resetAfterMs)
            this.#attempts = 0;
        this.#upSinceMs = undefined;
        return backoffDelay(this.#options, this.#attempts++, Math.random());
    }
}
