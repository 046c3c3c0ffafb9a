/** The middle one of some numbers, by size; NaN of none. */
export declare function median(values: readonly number[]): number;
