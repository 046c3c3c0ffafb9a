/**
 * Counts pairs of words. Counting is cheap: it does not allocate, except for the first occurrence of a pair.
 */
export class Tally<TFirst extends string, TSecond extends string | number> {
  readonly #counts = new Map<TFirst, Map<TSecond, number>>();

  add(first: TFirst, second: TSecond): void {
    let counts = this.#counts.get(first);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(first, counts);
    }
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }

  /** All pairs that were counted, with their counts. */
  *entries(): Generator<readonly [TFirst, TSecond, number]> {
    for (const [first, counts] of this.#counts)
      for (const [second, count] of counts) yield [first, second, count];
  }
}
