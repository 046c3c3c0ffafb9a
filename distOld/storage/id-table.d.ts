/**
 * A set of ids, each known by a number from 0 on, in the order in which they came.
 *
 * Made for many millions: the ids' characters lie one after the other in large pages outside of JavaScript's heap,
 * where no garbage collection looks at them, and are found by hashing with open addressing. The hash table is cut into
 * shards, so that each grows in an instant.
 */
import { type UserId } from '../protocol/id.js';
/** Ids in one buffer that are to be found together. */
export declare class IdBatch {
    size: number;
    readonly starts: Uint32Array;
    readonly ends: Uint32Array;
    readonly hashes: Uint32Array;
    /** What {@link IdTable.findAll} found: a number for each, -1 for one that is not there. */
    readonly numbers: Int32Array;
    /** Nobody needs it; without it, a compiler might leave out what is only looked at. */
    touched: number;
    /** @param limit Most ids in it. */
    constructor(limit: number);
    add(start: number, end: number): void;
}
export declare class IdTable {
    #private;
    /** How many ids there are. */
    get size(): number;
    /** The number of an id, or -1. */
    numberOf(id: UserId): number;
    /** The number of an id that is written in bytes, or -1. */
    find(bytes: Uint8Array, start: number, end: number): number;
    /**
     * Finds several ids. Waiting for memory is most of what a search costs; here it is asked for all that is needed before
     * any of it is, which makes a search half as long again as fast.
     */
    findAll(bytes: Uint8Array, batch: IdBatch): void;
    /** Adds an id; returns its number, or -1 when it is there already. */
    add(id: UserId): number;
    /** Adds an id that is written in bytes; returns its number, or -1 when it is there already. */
    insert(bytes: Uint8Array, start: number, end: number): number;
    /** Forgets the id that came last. */
    removeLast(): void;
    /** The id of a number. */
    idOf(number: number): UserId;
    /**
     * Writes the id of a number into a buffer.
     *
     * @returns Where it ends.
     */
    copyTo(target: Buffer, at: number, number: number): number;
}
