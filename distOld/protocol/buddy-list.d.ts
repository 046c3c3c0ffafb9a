/**
 * The answer to a GET: one line per buddy, in the order they were added. BuddyListWriter writes it.
 */
import { type UserId } from './id.js';
import { type Status } from './status.js';
/** Most bytes in an answer: the largest payload of a UDP datagram over IPv4. */
export declare const MAX_BUDDY_LIST_BYTES = 65507;
/** Where a buddy takes calls. */
export interface Endpoint {
    readonly address: string;
    readonly port: number;
}
/** One buddy as the server knows it. Who is offline has no endpoint. */
export interface Buddy {
    readonly id: UserId;
    readonly status: Status;
    readonly endpoint: Endpoint | undefined;
}
/**
 * Reads a buddy list from any server of this protocol. Lines that are no buddy are left out; a buddy
 * without a usable address and port has no endpoint.
 */
export declare function parseBuddyList(text: string): Buddy[];
