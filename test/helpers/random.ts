/**
 * Seeded random numbers for tests: the same seed gives the same sequence.
 */

export class Random {
  #state: number;

  /** @param seed Any integer. Only its lowest 32 bits are used. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A generator whose sequence depends only on this generator's state and the name. */
  fork(name: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return new Random(hash);
  }

  /** A number from 0 up to, but not including, 1. Implements mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number from `least` up to, but not including, `most`. */
  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** An integer from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True with this probability, a number from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items. The list must not be empty. */
  pick<TItem>(items: readonly TItem[]): TItem {
    return items[this.below(items.length)] as TItem;
  }
}
