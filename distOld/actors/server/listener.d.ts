/**
 * The TCP listener: accepts connections and hands each socket to the supervisor of connections.
 */
import type { Log } from '../log.js';
import type { ChildStart } from '../supervision/administration.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { ConnectionInput } from './connection.js';
import type { StoreEvent } from './store.js';
/** Emitted by whoever owns a server's socket, when it is bound. */
export interface SocketBound {
    readonly type: 'socket.bound';
    readonly protocol: 'tcp' | 'udp';
    readonly host: string;
    readonly port: number;
}
export interface ListenerInput {
    readonly host: string;
    /** 0 picks a free port. */
    readonly port: number;
    readonly connections: Address<ChildStart<ConnectionInput>>;
    /** Handed on to each connection, like the log. */
    readonly store: Address<StoreEvent>;
    readonly log: Log;
}
/** Actor logic of the listener; emits {@link SocketBound} and is ready when it is bound. */
export declare const listenerLogic: BehaviourLogic<never, ListenerInput>;
