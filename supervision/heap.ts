/**
 * A binary heap that returns the item with the smallest key first. Adding or removing an item costs log n
 * steps, so a supervisor finds its next child without visiting all children.
 */

export class Heap<TItem> {
  readonly #keys: number[] = [];
  readonly #items: TItem[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The item with the smallest key. */
  get first(): TItem | undefined {
    return this.#items[0];
  }

  /** The smallest key. */
  get firstKey(): number | undefined {
    return this.#keys[0];
  }

  push(key: number, item: TItem): void {
    let hole = this.#items.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      if (this.#keyAt(above) <= key) break;
      this.#move(above, hole);
      hole = above;
    }
    this.#keys[hole] = key;
    this.#items[hole] = item;
  }

  /** Removes and returns the item with the smallest key. */
  pop(): TItem | undefined {
    const first = this.#items[0];
    const key = this.#keys.pop();
    const last = this.#items.pop();
    const size = this.#items.length;
    if (size === 0 || key === undefined) return first;
    let hole = 0;
    for (let below = 1; below < size; below = 2 * hole + 1) {
      if (below + 1 < size && this.#keyAt(below + 1) < this.#keyAt(below)) below += 1;
      if (key <= this.#keyAt(below)) break;
      this.#move(below, hole);
      hole = below;
    }
    this.#keys[hole] = key;
    this.#items[hole] = last as TItem;
    return first;
  }

  clear(): void {
    this.#keys.length = 0;
    this.#items.length = 0;
  }

  #keyAt(index: number): number {
    return this.#keys[index] as number;
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keyAt(from);
    this.#items[to] = this.#items[from] as TItem;
  }
}
