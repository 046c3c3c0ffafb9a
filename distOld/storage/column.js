/**
 * A growing column of numbers, without a moment in which all of it is copied.
 */
const PAGE_BITS = 16;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
/** Numbers by index. One that was never set is 0. */
export class Column {
    #pages = [];
    #Page;
    /** @param Page What a page is made of: how wide the numbers are. */
    constructor(Page) {
        this.#Page = Page;
    }
    get(index) {
        return this.#pages[index >>> PAGE_BITS]?.[index & PAGE_MASK] ?? 0;
    }
    set(index, value) {
        const at = index >>> PAGE_BITS;
        while (this.#pages.length <= at)
            this.#pages.push(new this.#Page(1 << PAGE_BITS));
        this.#pages[at][index & PAGE_MASK] = value;
    }
}
