/**
 * What a run counted, and what it found wrong.
 */
/** Most faults that are told of one by one. */
const MAX_FAULTS_TOLD = 20;
export class Tally {
    crashes = new Map();
    restarts = new Map();
    answered = 0;
    unanswered = 0;
    acknowledged = 0;
    chats = 0;
    lines = 0;
    /** Of the requests and questions that were answered. */
    slowestAnswerMs = 0;
    /** The longest time in which two who chat with each other got no line through. */
    longestSilenceMs = 0;
    #faults = new Map();
    #told = [];
    /** Takes note of something wrong. */
    blame(fault, what) {
        this.#faults.set(fault, this.faults(fault) + 1);
        if (this.#told.length < MAX_FAULTS_TOLD)
            this.#told.push(`${fault}: ${what}`);
    }
    faults(fault) {
        return this.#faults.get(fault) ?? 0;
    }
    /** One line for each fault, the first {@link MAX_FAULTS_TOLD} of them; none when all is well. */
    get verdict() {
        const all = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
        const untold = all - this.#told.length;
        return untold > 0 ? [...this.#told, `and ${untold} more`] : this.#told;
    }
    answer(ms) {
        this.answered += 1;
        this.slowestAnswerMs = Math.max(this.slowestAnswerMs, ms);
    }
}
/** Counts one more of a kind. */
export function count(counts, kind) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
/** How many there are of all kinds. */
export function total(counts) {
    return [...counts.values()].reduce((sum, value) => sum + value, 0);
}
