/**
 * The least of a client of the server: a request over TCP, a question over UDP.
 */
import type { UserId } from '../../protocol/id.js';
import type { Random } from './random.js';
export declare const HOST = "127.0.0.1";
/** Finds a port that is free for TCP and UDP. */
export declare function freePort(random: Random): Promise<number>;
/**
 * Sends one request.
 *
 * @param onSent Called when the request has been written.
 * @returns The reply's code, or `undefined` when there was none.
 */
export declare function request(port: number, text: string, onSent?: () => void): Promise<number | undefined>;
/** Somebody who announces and asks over UDP. */
export declare class Asker {
    #private;
    constructor(port: number);
    announce(id: UserId, callPort: number): void;
    /** @returns The ids on a user's list, or `undefined` when no answer came. */
    ask(id: UserId, onSent?: () => void): Promise<UserId[] | undefined>;
    close(): void;
}
