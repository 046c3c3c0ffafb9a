/**
 * Dumps: all users as plain text, for other programs and other servers.
 *
 *     # im-server dump: 3 users
 *     alice bob carol
 *     bob
 *     carol alice
 *
 * A line has an id and then the buddies in their order, separated by single spaces; one that begins with `#` is a comment. What is
 * read may be separated by any spaces and tabs, and its lines ended by CR LF.
 */
import type { OpenFile } from './files.js';
import type { UserTable } from './user-table.js';
/** Hands out a dump, piece by piece; each is good until the promise that its taker returns has resolved. */
export declare function writeDump(table: UserTable, take: (bytes: Buffer) => Promise<void>): Promise<void>;
/** A user as somebody else wrote it: nothing of it is checked. */
export interface ForeignUser {
    readonly id: string;
    readonly buddies: readonly string[];
    /** Where it is written, for people: a path, and the line in it if there is more than one. */
    readonly at: string;
}
/**
 * Reads a dump.
 *
 * @param take Given some users at a time.
 * @param skip Told of a line that is too long to be a user's.
 */
export declare function readDump(file: OpenFile, path: string, take: (users: readonly ForeignUser[]) => Promise<void>, skip: (at: string, reason: string) => void): Promise<void>;
