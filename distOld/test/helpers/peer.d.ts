/**
 * A scripted buddy: one end of a chat, in whatever dialect its test speaks.
 */
import { type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
/** One connection, read line by line. */
export declare class Peer {
    #private;
    readonly socket: Socket;
    constructor(socket: Socket);
    /** Calls a client. */
    static call(t: ExecutionContext, port: number): Promise<Peer>;
    send(text: string | Uint8Array): void;
    /** Waits until the other side has closed, or cut the connection; what it said is passed over. */
    ended(): Promise<void>;
    /** The next line without its LF, or `undefined` when the other side has closed. */
    line(): Promise<string | undefined>;
}
/** A buddy's listener for calls. */
export interface CalledPeer {
    readonly port: number;
    /** The next caller. */
    called(): Promise<Peer>;
}
/** Listens for calls until the test is over. */
export declare function listenForCalls(t: ExecutionContext): Promise<CalledPeer>;
