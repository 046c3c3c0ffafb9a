/**
 * Things that come and go by the thousands in a second, each known by an id that it is given.
 *
 * In place of a `Map`: V8 replaces the table of a map now and then, and keeps alive, until its next large collection,
 * whatever was in the old one. Of actors as short-lived as connections that was every second one.
 */
export declare class Slots<TItem> {
    #private;
    get size(): number;
    /**
     * Adds a thing.
     *
     * @param prefix What its id begins with.
     * @returns Its id, which nothing else ever had.
     */
    add(prefix: string, item: TItem): string;
    get(id: string): TItem | undefined;
    delete(id: string): void;
    /** The ids and things that there are now, the oldest slot first. */
    entries(): Generator<readonly [string, TItem]>;
    values(): Generator<TItem>;
}
