/**
 * When a group of changes begins: late enough to be large, early enough to keep nobody waiting for nothing.
 *
 * A sync costs more CPU time than a request does, however large its group is. So a group waits for whoever is
 * still coming: until no change has come for some turns of the event loop, and not for long. On a busy server
 * that makes groups ten times as large; where nobody else comes, turns are over in an instant.
 */

/** Turns of the event loop without a change, after which nobody else is expected. */
const QUIET_TURNS = 2;

/** How long after the beginning of a group the next one begins in any case, in milliseconds. */
const LONGEST_PACE_MS = 10;

export class GroupCommitTimer {
  #beganMs = Number.NEGATIVE_INFINITY;
  /** Whether more than one client waited for the last group; whoever is alone is not kept waiting. */
  #isShared = false;
  #waiting = 0;
  #quietTurns = 0;

  /** Whether a group may begin now; if not, ask again in the next turn. */
  isDue(waiting: number, nowMs: number): boolean {
    if (!this.#isShared || nowMs - this.#beganMs >= LONGEST_PACE_MS) return true;
    this.#quietTurns = waiting === this.#waiting ? this.#quietTurns + 1 : 0;
    this.#waiting = waiting;
    return this.#quietTurns >= QUIET_TURNS;
  }

  /** Takes note that a group begins. */
  begin(size: number, nowMs: number): void {
    this.#beganMs = nowMs;
    this.#isShared = size > 1;
    this.#waiting = 0;
    this.#quietTurns = 0;
  }
}
