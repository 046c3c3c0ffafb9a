/**
 * The load generator, as those see it who give it jobs.
 */
import type { Job, Outcome } from './load.js';
export declare class Generator {
    #private;
    run(job: Job): Promise<Outcome>;
    stop(): Promise<void>;
}
