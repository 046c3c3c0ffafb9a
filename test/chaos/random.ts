/**
 * Random choices that can be made again: the same seed gives the same choices.
 */

export class Random {
  #state: number;

  /** @param seed Any integer; its lowest 32 bits count. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A generator of its own for somebody, so that nobody's choices depend on how often others choose. */
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

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A whole number from 0 up to `limit`, which is not included. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; there must be one. */
  pick<TItem>(items: readonly TItem[]): TItem {
    return items[this.below(items.length)] as TItem;
  }
}

/** Draws without putting back, and starts over when it is empty: random, but every item gets its turn. */
export class Bag<TItem> {
  readonly #items: readonly TItem[];
  #left: TItem[] = [];
  /** How often it was full. */
  rounds = 0;

  constructor(items: readonly TItem[]) {
    this.#items = items;
    this.#fill();
  }

  /** Draws one of those that are possible now, or `undefined` when none left in the bag is. */
  draw(random: Random, isPossible: (item: TItem) => boolean): TItem | undefined {
    const possible = this.#left.filter(isPossible);
    if (possible.length === 0) return undefined;
    const drawn = random.pick(possible);
    this.#left.splice(this.#left.indexOf(drawn), 1);
    if (this.#left.length === 0) this.#fill();
    return drawn;
  }

  #fill(): void {
    this.#left = [...this.#items];
    this.rounds += 1;
  }
}
