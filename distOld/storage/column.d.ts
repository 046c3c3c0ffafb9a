/**
 * A growing column of numbers, without a moment in which all of it is copied.
 */
type Page = Uint32Array | Uint16Array;
/** Numbers by index. One that was never set is 0. */
export declare class Column<TPage extends Page> {
    #private;
    /** @param Page What a page is made of: how wide the numbers are. */
    constructor(Page: new (length: number) => TPage);
    get(index: number): number;
    set(index: number, value: number): void;
}
export {};
