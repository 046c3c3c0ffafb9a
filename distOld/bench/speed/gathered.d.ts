/** What a job gathers: a latency in milliseconds for each answer, in the order of the answers. */
export interface Gathered {
    readonly requests: number;
    /** Requests without the answer that was expected. */
    readonly errors: number;
    readonly seconds: number;
    readonly latencies: readonly number[];
}
