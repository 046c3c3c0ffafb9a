import type { Random } from '../helpers/random.js';

/**
 * Draws random items without replacement. An empty bag is filled again, so every item is drawn once a round.
 */
export class Bag<TItem> {
  readonly #items: readonly TItem[];
  #left: TItem[] = [];
  /** Number of times that the bag was filled. */
  rounds = 0;

  constructor(items: readonly TItem[]) {
    this.#items = items;
    this.#fill();
  }

  /** Draws an item that is possible now. @returns `undefined` if no item left in the bag is possible. */
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
