/**
 * A list of numbers for each user, in blocks of large pages outside of JavaScript's heap.
 *
 * A block has room for a power of two, the least that holds the list; so a list's length tells how large its block
 * is. What is in a block stays as it is: a list grows at its end as long as there is room, and every other change
 * goes to another block. So whoever remembers a block and a length has a list as it was, while the blocks that are
 * left are {@link BuddyLists.keep kept}.
 */
/** Where a list is. */
export interface ListPlace {
    /** Of its first number; the others follow. */
    readonly start: number;
    readonly length: number;
}
export declare class BuddyLists {
    #private;
    /** True when no more pages can be reached. */
    get isFull(): boolean;
    placeOf(user: number): ListPlace;
    /** The numbers on a list, as they are at this moment. */
    listOf(user: number): Uint32Array;
    /** The number at a place. */
    read(place: number): number;
    /** Where a buddy is on a list, counted from 0, or -1. */
    positionOf(user: number, buddy: number): number;
    /** Gives a user who has no list the first `length` of these numbers. */
    set(user: number, numbers: ArrayLike<number>, length: number): void;
    insert(user: number, position: number, buddy: number): void;
    remove(user: number, position: number): void;
    /** From now on, what is in blocks that lists leave is kept. */
    keep(): void;
    /** What was kept is needed no more. */
    letGo(): void;
}
