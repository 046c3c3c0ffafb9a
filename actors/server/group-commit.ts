/**
 * Decides when a group commit begins: late enough to include many changes, early enough not to delay them
 * needlessly.
 *
 * A sync costs more CPU time than a request, no matter how many changes it makes durable. A group commit
 * therefore waits until no change has arrived for a few event-loop iterations, but at most a few
 * milliseconds. On a busy server, this makes group commits ten times as large. On an idle server, an
 * event-loop iteration takes almost no time, so the wait is short.
 */

/** A group commit begins after this many event-loop iterations without a new change. */
const QUIET_ITERATIONS = 2;

/** Longest time between the beginnings of two group commits while changes wait, in milliseconds. */
const MAX_COMMIT_INTERVAL_MS = 10;

export class GroupCommitTimer {
  #beganMs = Number.NEGATIVE_INFINITY;
  /** Whether the last group commit had several changes. If not, only one client is active: do not wait. */
  #isShared = false;
  #waiting = 0;
  #quietIterations = 0;

  /** Whether a group commit may begin now. If not, ask again in the next event-loop iteration. */
  isDue(waiting: number, nowMs: number): boolean {
    if (!this.#isShared || nowMs - this.#beganMs >= MAX_COMMIT_INTERVAL_MS) return true;
    this.#quietIterations = waiting === this.#waiting ? this.#quietIterations + 1 : 0;
    this.#waiting = waiting;
    return this.#quietIterations >= QUIET_ITERATIONS;
  }

  /** Records that a group commit of `size` changes begins. */
  begin(size: number, nowMs: number): void {
    this.#beganMs = nowMs;
    this.#isShared = size > 1;
    this.#waiting = 0;
    this.#quietIterations = 0;
  }
}
