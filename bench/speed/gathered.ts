/** The measurements of a job. */
export interface Gathered {
  readonly requests: number;
  /** Requests without the expected answer. */
  readonly errors: number;
  readonly seconds: number;
  /** A latency in milliseconds for each answer, in the order of arrival. */
  readonly latencies: readonly number[];
}
