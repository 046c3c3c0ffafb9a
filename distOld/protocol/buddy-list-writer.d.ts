/**
 * Writes answers to GET byte by byte, without a string for each buddy.
 */
import { type Status } from './status.js';
/** Whoever knows the ids of users by their numbers. */
export interface IdSource {
    /** Writes a user's id into a buffer; returns where it ends. */
    copyId(target: Buffer, at: number, user: number): number;
}
export declare class BuddyListWriter {
    #private;
    /** Adds a buddy who is offline. */
    addOffline(ids: IdSource, user: number): void;
    /**
     * Adds a buddy who is there.
     *
     * @param address An IPv4 address as a number, as `packIpv4` makes it, or another one as text.
     */
    addPresent(ids: IdSource, user: number, status: Exclude<Status, 101>, address: number | string, port: number): void;
    /** The answer, cut at a line boundary where it would pass {@link MAX_BUDDY_LIST_BYTES}; the next one begins. */
    take(): Buffer;
}
