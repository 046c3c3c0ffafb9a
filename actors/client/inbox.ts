/**
 * A queue between the actors and a program that reads with `for await`.
 *
 * The queue has no limit of its own: the producer looks at `size`, and is called back after each read.
 */

export class Inbox<TItem> implements AsyncIterable<TItem> {
  readonly #onTaken: () => void;
  #waiting: TItem[] = [];
  #readers: ((result: IteratorResult<TItem, undefined>) => void)[] = [];
  #ended = false;

  /** @param onTaken Called after a waiting item was read. */
  constructor(onTaken: () => void = () => {}) {
    this.#onTaken = onTaken;
  }

  /** The number of waiting items. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds an item. After the end, items are dropped. */
  push(item: TItem): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#waiting.push(item);
    else reader({ done: false, value: item });
  }

  /** Replaces all waiting items with one item. */
  replace(item: TItem): void {
    this.#waiting = [];
    this.push(item);
  }

  /** Ends the queue: readers get the waiting items, then the end. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  /** A loop that is left early loses no items: the next loop continues where the earlier loop stopped. */
  [Symbol.asyncIterator](): AsyncIterator<TItem, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<TItem, undefined>> {
    if (this.#waiting.length > 0) {
      const value = this.#waiting.shift() as TItem;
      this.#onTaken();
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }
}
