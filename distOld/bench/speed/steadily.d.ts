/**
 * Does something so many times in a second, a few at a time, whatever comes of it.
 *
 * @param act Is told how many times it was called before.
 */
export declare function steadily(rate: number, ms: number, act: (number: number) => void): Promise<void>;
