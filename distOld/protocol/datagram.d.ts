/**
 * Presence datagrams over UDP: SET, which has no answer, and GET, answered by a buddy list.
 */
import { type UserId } from './id.js';
import { type Status } from './status.js';
/** Most bytes in a datagram from a client; a longer one is no SET or GET. */
export declare const MAX_DATAGRAM_BYTES = 512;
/** What a client announces about itself; the address is the datagram's own. */
export interface Announcement {
    readonly op: 'SET';
    readonly id: UserId;
    readonly status: Status;
    /** TCP port on which this client takes calls; 0 only with 101. */
    readonly port: number;
}
export interface BuddyListQuery {
    readonly op: 'GET';
    readonly id: UserId;
}
/**
 * Reads one datagram; a trailing CR or LF is ignored, and so are tokens past the last one needed.
 *
 * @returns `undefined` for whatever breaks the grammar: it is dropped without an answer.
 */
export declare function parseDatagram(bytes: Uint8Array): Announcement | BuddyListQuery | undefined;
/** The datagram that announces a user's status. */
export declare function encodeAnnouncement(id: UserId, status: Status, port: number): string;
/** The datagram that asks for the presence of a user's buddies. */
export declare function encodeQuery(id: UserId): string;
