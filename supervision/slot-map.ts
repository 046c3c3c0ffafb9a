/**
 * Things that come and go by the thousands in a second, each known by an id that it is given.
 *
 * In place of a `Map`: V8 replaces the table of a map now and then, and keeps alive, until its next large
 * collection, whatever was in the old one. Of actors as short-lived as connections that was every second one.
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
   * Adds a thing.
   *
   * @param prefix What its id begins with.
   * @returns Its id, which nothing else ever had.
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

  /** The ids and things that there are now, the oldest slot first. */
  *entries(): Generator<readonly [string, TItem]> {
    for (const [slot, id] of this.#ids.entries()) {
      if (id !== undefined) yield [id, this.#items[slot] as TItem];
    }
  }

  *values(): Generator<TItem> {
    for (const [, item] of this.entries()) yield item;
  }

  /** The things that there are now, in the order in which they were added. */
  byAge(): TItem[] {
    const entries = [...this.entries()].map(([id, item]) => [countOf(id), item] as const);
    return entries.sort(([one], [other]) => one - other).map(([, item]) => item);
  }
}

/** The number under which an id was given out, counted from 0. */
function countOf(id: string): number {
  const slotAt = id.lastIndexOf(SEPARATOR);
  return Number(/\d+$/.exec(id.slice(0, slotAt))?.[0]);
}

function slotOf(id: string): number {
  return Number(id.slice(id.lastIndexOf(SEPARATOR) + 1));
}
