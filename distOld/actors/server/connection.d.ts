/**
 * The connection's actor: owns one accepted socket and runs the chart of
 * machines/server/connection.ts over it.
 */
import type { Socket } from 'node:net';
import { type ConnectionEvent } from '../../machines/server/connection.js';
import type { Log } from '../log.js';
import type { BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { StoreEvent } from './store.js';
/** Longest wait in milliseconds: for a whole line from accept; then for the store; then for the client to close. */
export declare const CONNECTION_DEADLINE_MS = 10000;
/** Most bytes after the request line that are read, unseen, before the connection is cut. */
export declare const MAX_IGNORED_BYTES: number;
export interface ConnectionInput {
    readonly socket: Socket;
    readonly store: Address<StoreEvent>;
    readonly log: Log;
}
export declare const connectionLogic: BehaviourLogic<ConnectionEvent, ConnectionInput>;
