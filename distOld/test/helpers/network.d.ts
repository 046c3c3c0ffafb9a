/**
 * The least of a client: bytes to a server, and what comes back.
 */
import { type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
/** Connects to a port of this machine. */
export declare function dial(port: number): Promise<Socket>;
/** Everything that comes until the other side closes. */
export declare function readToEnd(socket: Socket): Promise<string>;
/** One connection: sends bytes and returns everything that came back until the server closed. */
export declare function ask(port: number, bytes: string | Uint8Array): Promise<string>;
/** A client's end of the presence protocol. */
export declare class PresenceClient {
    #private;
    private constructor();
    /** Opens a socket that talks to a port of this machine, until the test is over. */
    static open(t: ExecutionContext, port: number): Promise<PresenceClient>;
    send(datagram: string | Uint8Array): void;
    /** Sends a datagram and returns the next one that comes back. */
    ask(datagram: string | Uint8Array): Promise<string>;
}
/** Resolves when the other side has closed, in order or not. */
export declare function closed(socket: Socket): Promise<void>;
/** Waits for something to become true, and looks again at every turn of the event loop. */
export declare function until(condition: () => boolean): Promise<void>;
/** A TCP port that was free a moment ago, for a program that cannot say which it took. */
export declare function freePort(): Promise<number>;
