/**
 * A collection for items that are added and deleted thousands of times a second. It assigns each item an id.
 *
 * A `Map` would keep deleted items in memory. V8 replaces the internal table of a map now and then, and the
 * old table keeps its items alive until the next major garbage collection. With short-lived actors such as
 * connections, half of the actors in memory were kept alive only by a `Map`.
 */

const SEPARATOR = '.';

export class SlotMap<TItem> {
  readonly #items: (TItem | undefined)[] = [];
  readonly #ids: (string | undefined)[] = [];
  readonly #free: number[] = [];
  #count = 0;

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /**
   * Adds an item.
   *
   * @param prefix The beginning of its id.
   * @returns Its id, which is never reused.
   */
  add(prefix: string, item: TItem): string {
    const slot = this.#free.pop() ?? this.#items.length;
    const id = `${prefix}${this.#count++}${SEPARATOR}${slot}`;
    this.#items[slot] = item;
    this.#ids[slot] = id;
    return id;
  }

  get(id: string): TItem | undefined {
    const slot = slotOf(id);
    return this.#ids[slot] === id ? this.#items[slot] : undefined;
  }

  delete(id: string): void {
    const slot = slotOf(id);
    if (this.#ids[slot] !== id) return;
    this.#items[slot] = undefined;
    this.#ids[slot] = undefined;
    this.#free.push(slot);
  }

  /** The current ids and items, in slot order. */
  *entries(): Generator<readonly [string, TItem]> {
    for (const [slot, id] of this.#ids.entries()) {
      if (id !== undefined) yield [id, this.#items[slot] as TItem];
    }
  }

  *values(): Generator<TItem> {
    for (const [, item] of this.entries()) yield item;
  }

  /** The current items, in the order in which they were added. */
  byAge(): TItem[] {
    const entries = [...this.entries()].map(([id, item]) => [countOf(id), item] as const);
    return entries.sort(([one], [other]) => one - other).map(([, item]) => item);
  }
}

/** The sequence number of an id, counted from 0. */
function countOf(id: string): number {
  const slotAt = id.lastIndexOf(SEPARATOR);
  return Number(/\d+$/.exec(id.slice(0, slotAt))?.[0]);
}

function slotOf(id: string): number {
  return Number(id.slice(id.lastIndexOf(SEPARATOR) + 1));
}
