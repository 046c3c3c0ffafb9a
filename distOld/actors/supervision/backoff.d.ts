/**
 * Back-off: how long a supervisor waits before it restarts a child that keeps crashing. After
 * Akka/Pekko's `BackoffSupervisor`.
 */
export interface BackoffOptions {
    /** The wait before the first restart, in milliseconds. */
    readonly minMs: number;
    /** The longest wait, in milliseconds, jitter not included. */
    readonly maxMs: number;
    /**
     * How much a wait may be lengthened by chance, as a part of it: 0.2, the default, means up to a fifth. So
     * children that crashed together do not come back together.
     */
    readonly jitter?: number;
    /** After being up for so long, in milliseconds, a child begins again with `minMs`. Default `maxMs`; in Akka, `minMs`. */
    readonly resetAfterMs?: number;
}
/** The default of {@link BackoffOptions.jitter}: what Akka's examples use. */
export declare const DEFAULT_JITTER = 0.2;
/**
 * The wait before a restart, in milliseconds: minMs · 2ⁿ up to maxMs, lengthened by jitter.
 *
 * @param attempt How many restarts came before this one since the child was last quiet.
 * @param random A number from 0 to 1.
 */
export declare function backoffDelay({ minMs, maxMs, jitter }: BackoffOptions, attempt: number, random: number): number;
/** Keeps account of one child's waits. Times are monotonic, in milliseconds. */
export declare class Backoff {
    #private;
    constructor(options: BackoffOptions);
    /** Takes note that the child is up. */
    up(nowMs: number): void;
    /** The wait before the restart that is due now. */
    next(nowMs: number): number;
}
