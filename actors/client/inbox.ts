/**
 * What comes in from the actors and waits for a program that reads with `for await`.
 *
 * It has no limit of its own: whoever fills it is told when something was taken, and stops in time.
 */

export class Inbox<TItem> implements AsyncIterable<TItem> {
  readonly #onTaken: () => void;
  #waiting: TItem[] = [];
  #readers: ((result: IteratorResult<TItem, undefined>) => void)[] = [];
  #ended = false;

  /** @param onTaken Called after an item that waited was taken. */
  constructor(onTaken: () => void = () => {}) {
    this.#onTaken = onTaken;
  }

  /** How many items wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds an item; after the end it is dropped. */
  push(item: TItem): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#waiting.push(item);
    else reader({ done: false, value: item });
  }

  /** Adds an item in place of all that wait. */
  replace(item: TItem): void {
    this.#waiting = [];
    this.push(item);
  }

  /** Nothing more comes: readers get what waits, and then the end. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  /** A loop that is left early takes nothing with it: the next one goes on where it stopped. */
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
