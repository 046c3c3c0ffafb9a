/**
 * The counts and the faults of a run.
 */

/**
 * Kinds of faults:
 *
 * - `loss`: an acknowledged change, or a line of an undisturbed chat, is missing;
 * - `disorder`: lines of a chat, buddies of a list or changes are out of order;
 * - `duplicate`: a line, a static child or a change exists twice;
 * - `stray`: something appears that was not requested;
 * - `unproven`: the situation that the run must survive did not occur, so the run proves nothing;
 * - `orphan`: an actor runs without its parent;
 * - `hang`: something did not happen within its time limit;
 * - `give-up`: a supervisor gave up although the crashes were within its restart limits;
 * - `crash`: an actor crashed, but not because the run crashed it; or no actor caught an error;
 * - `leftover`: a handle or an open file remains after everything ended.
 */
export type Fault =
  | 'loss'
  | 'disorder'
  | 'duplicate'
  | 'stray'
  | 'unproven'
  | 'orphan'
  | 'hang'
  | 'give-up'
  | 'crash'
  | 'leftover';

/** The maximum number of faults that are listed one by one. */
const MAX_FAULTS_LISTED = 20;

export class Tally {
  readonly crashes = new Map<string, number>();
  readonly restarts = new Map<string, number>();
  answered = 0;
  unanswered = 0;
  acknowledged = 0;
  /** Sessions that were opened with a key. */
  logins = 0;
  chats = 0;
  lines = 0;
  /** The longest time to an answer, over TCP and UDP. */
  slowestAnswerMs = 0;
  /** The longest time without a delivered line in any pair. */
  longestSilenceMs = 0;
  readonly #faults = new Map<Fault, number>();
  readonly #listed: string[] = [];

  /** Records a fault. */
  blame(fault: Fault, what: string): void {
    this.#faults.set(fault, this.faults(fault) + 1);
    if (this.#listed.length < MAX_FAULTS_LISTED) this.#listed.push(`${fault}: ${what}`);
  }

  faults(fault: Fault): number {
    return this.#faults.get(fault) ?? 0;
  }

  /** One line for each of the first {@link MAX_FAULTS_LISTED} faults; empty if there are no faults. */
  get verdict(): readonly string[] {
    const all = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const unlisted = all - this.#listed.length;
    return unlisted > 0 ? [...this.#listed, `and ${unlisted} more`] : this.#listed;
  }

  recordAnswer(ms: number): void {
    this.answered += 1;
    this.slowestAnswerMs = Math.max(this.slowestAnswerMs, ms);
  }
}

/** Increments the count of a kind. */
export function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** The sum of all counts. */
export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, value) => sum + value, 0);
}
