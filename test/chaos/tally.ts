/**
 * What a run counted, and what it found wrong.
 */

/**
 * What can be wrong:
 *
 * - `loss`: an acknowledged change that is not there, or a line of an undisturbed chat;
 * - `disorder`, `duplicate`: of lines in a chat, of buddies on a list, of a child that there is only one of;
 * - `orphan`: an actor that runs on without its parent;
 * - `hang`: something that should have come by now;
 * - `give-up`: a supervisor that was crashed no more often than it must bear, and ended;
 * - `crash`: an actor that was not crashed from here, or an error that no actor caught;
 * - `leftover`: what keeps a process alive, or a file open, after everything ended.
 */
export type Fault = 'loss' | 'disorder' | 'duplicate' | 'orphan' | 'hang' | 'give-up' | 'crash' | 'leftover';

/** Most faults that are told of one by one. */
const MAX_FAULTS_TOLD = 20;

export class Tally {
  readonly crashes = new Map<string, number>();
  readonly restarts = new Map<string, number>();
  answered = 0;
  unanswered = 0;
  acknowledged = 0;
  chats = 0;
  lines = 0;
  /** Of the requests and questions that were answered. */
  slowestAnswerMs = 0;
  /** The longest time in which two who chat with each other got no line through. */
  longestSilenceMs = 0;
  readonly #faults = new Map<Fault, number>();
  readonly #told: string[] = [];

  /** Takes note of something wrong. */
  blame(fault: Fault, what: string): void {
    this.#faults.set(fault, this.faults(fault) + 1);
    if (this.#told.length < MAX_FAULTS_TOLD) this.#told.push(`${fault}: ${what}`);
  }

  faults(fault: Fault): number {
    return this.#faults.get(fault) ?? 0;
  }

  /** One line for each fault, the first {@link MAX_FAULTS_TOLD} of them; none when all is well. */
  get verdict(): readonly string[] {
    const all = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const untold = all - this.#told.length;
    return untold > 0 ? [...this.#told, `and ${untold} more`] : this.#told;
  }

  answer(ms: number): void {
    this.answered += 1;
    this.slowestAnswerMs = Math.max(this.slowestAnswerMs, ms);
  }
}

/** Counts one more of a kind. */
export function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** How many there are of all kinds. */
export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, value) => sum + value, 0);
}
