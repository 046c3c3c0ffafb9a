/**
 * Users as lines of text: the id, and then the buddies in their order, separated by single spaces.
 */
import type { FrozenUsers, UserTable } from './user-table.js';
/** Most bytes in a line: ids, each with the space after it, and a checksum. */
export declare const MAX_USER_LINE_BYTES: number;
/** All users of a table as it was at one moment, slice by slice. */
export declare class UserLines {
    #private;
    /** @param withChecksum Ends each line with a space and the checksum of what is before it. */
    constructor(frozen: FrozenUsers, table: UserTable, withChecksum: boolean);
    /** The next lines, good until the next call; none at the end. */
    next(): Buffer;
}
