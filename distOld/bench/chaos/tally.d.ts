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
export declare class Tally {
    #private;
    readonly crashes: Map<string, number>;
    readonly restarts: Map<string, number>;
    answered: number;
    unanswered: number;
    acknowledged: number;
    chats: number;
    lines: number;
    /** Of the requests and questions that were answered. */
    slowestAnswerMs: number;
    /** The longest time in which two who chat with each other got no line through. */
    longestSilenceMs: number;
    /** Takes note of something wrong. */
    blame(fault: Fault, what: string): void;
    faults(fault: Fault): number;
    /** One line for each fault, the first {@link MAX_FAULTS_TOLD} of them; none when all is well. */
    get verdict(): readonly string[];
    answer(ms: number): void;
}
/** Counts one more of a kind. */
export declare function count(counts: Map<string, number>, kind: string): void;
/** How many there are of all kinds. */
export declare function total(counts: ReadonlyMap<string, number>): number;
