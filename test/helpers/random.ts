/**
 * The tests' seeded random numbers: the same seed gives the same choices.
 */

export class Random {
  #state: number;

  /** @param seed Any integer; its lowest 32 bits count. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A generator for one user of this one: how often others choose does not change its choices. */
  fork(name: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return new Random(hash);
  }

  /** A number from 0 up to 1, 1 not included: mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number from `least` up to `most`, which is not included. */
  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A whole number from 0 up to `limit`, which is not included. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True with this probability, a number from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; there must be one. */
  pick<TItem>(items: readonly TItem[]): TItem {
    return items[this.below(items.length)] as TItem;
  }
}
