/**
 * A growing column of 32-bit numbers. It grows by pages, and never copies existing pages. A page takes no
 * memory until one of its numbers is set.
 */

const PAGE_BITS = 16;
const PAGE_LENGTH = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_LENGTH - 1;

/** Numbers by index. A number that was never set is 0. */
export class Column {
  readonly #pages: (Uint32Array | undefined)[] = [];

  get(index: number): number {
    return this.#pages[index >>> PAGE_BITS]?.[index & PAGE_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    const at = index >>> PAGE_BITS;
    while (this.#pages.length <= at) this.#pages.push(undefined);
    let page = this.#pages[at];
    if (page === undefined) {
      page = new Uint32Array(PAGE_LENGTH);
      this.#pages[at] = page;
    }
    page[index & PAGE_MASK] = value;
  }
}
