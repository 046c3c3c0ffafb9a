import type { Random } from '../helpers/random.js';

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
