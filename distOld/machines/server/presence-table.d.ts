/**
 * Who is online, where, and until when. In memory only: after a restart it fills again with the
 * clients' next announcements.
 *
 * Users are numbers, and a record is a row of columns outside of JavaScript's heap: 23 bytes, which exist where
 * somebody was online. A row says until when it holds, so an expired one needs no timer, and nobody looks for it.
 */
import type { Status } from '../../protocol/status.js';
/** How long a record lives that was set once, and the longest that any record lives. */
export declare const LONGEST_LIFE_MS: number;
/** The shortest that a record lives after its second announcement. */
export declare const SHORTEST_LIFE_MS = 35000;
/** Whoever takes what the table has. */
export interface PresenceVisitor {
    present(user: number, status: Exclude<Status, 101>, address: number | string, port: number): void;
    offline(user: number): void;
}
/** At most one record per registered user, who are themselves limited. Times are monotonic. */
export declare class PresenceTable {
    #private;
    /** Takes note of an announcement. 101 ends the record at once. */
    set(user: number, status: Status, address: string, port: number, nowMs: number): void;
    /** Tells the visitor where a user is. */
    visit(user: number, nowMs: number, visitor: PresenceVisitor): void;
}
