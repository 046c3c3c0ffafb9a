/**
 * Watches a run: looks for orphans, for whoever makes no progress, and tells how it goes.
 */
import type { Pair } from './pair.js';
import type { Registry } from './registry.js';
import type { Tally } from './tally.js';
import type { Worker } from './worker.js';
export interface WatchOptions {
    readonly registries: readonly Registry[];
    readonly workers: readonly Worker[];
    readonly pairs: readonly Pair[];
    readonly tally: Tally;
    readonly onProgress: (tally: Tally, seconds: number) => void;
}
export declare class Watch {
    #private;
    constructor(options: WatchOptions);
    /** Waits until every child is there, every worker was answered again, and a line of every pair got through. */
    settle(timeoutMs: number): Promise<void>;
    close(): void;
}
