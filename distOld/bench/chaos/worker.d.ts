/**
 * A worker: registers users, adds them to its list and deletes them, announces and asks, one thing at a time
 * and without an end, and keeps the ledger of what was acknowledged.
 */
import { Ledger } from './ledger.js';
import { type Work } from './pause.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';
export interface WorkerOptions {
    readonly name: string;
    readonly port: number;
    readonly random: Random;
    readonly tally: Tally;
    readonly work: Work;
}
export declare class Worker {
    #private;
    readonly name: string;
    readonly ledger: Ledger;
    /** When it was last answered, in milliseconds since the process began. */
    lastProgressMs: number;
    constructor(options: WorkerOptions);
    /** Works until `stop` says that it is enough; a request under way is waited for. */
    run(stop: AbortSignal): Promise<void>;
}
