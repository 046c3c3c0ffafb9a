/**
 * Loaded into each process that is measured, before its program: tells over the IPC channel what it has cost so far.
 */
/** What a process has cost: since it began, and since it was asked last. */
export interface Sample {
    /** CPU time of all its threads since it began, in microseconds. */
    readonly cpuUs: number;
    /** The longest delay of its event loop since it was asked last, in milliseconds. */
    readonly loopDelayMs: number;
    /** Resident memory, in bytes. */
    readonly rssBytes: number;
}
