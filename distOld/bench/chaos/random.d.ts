/**
 * Random choices that can be made again: the same seed gives the same choices.
 */
export declare class Random {
    #private;
    /** @param seed Any integer; its lowest 32 bits count. */
    constructor(seed: number);
    /** A generator of its own for somebody, so that nobody's choices depend on how often others choose. */
    fork(name: string): Random;
    /** A number from 0 up to 1, 1 not included: mulberry32. */
    next(): number;
    between(least: number, most: number): number;
    /** A whole number from 0 up to `limit`, which is not included. */
    below(limit: number): number;
    chance(probability: number): boolean;
    /** One of the items; there must be one. */
    pick<TItem>(items: readonly TItem[]): TItem;
}
/** Draws without putting back, and starts over when it is empty: random, but every item gets its turn. */
export declare class Bag<TItem> {
    #private;
    /** How often it was full. */
    rounds: number;
    constructor(items: readonly TItem[]);
    /** Draws one of those that are possible now, or `undefined` when none left in the bag is. */
    draw(random: Random, isPossible: (item: TItem) => boolean): TItem | undefined;
}
