/**
 * The heartbeat: says every ten seconds that its user is there, and asks who else is.
 *
 * It owns the client's UDP socket. Datagrams may be lost, the server may be down and come back on
 * another address: every beat starts over, so all of it heals by itself.
 */
import { type RemoteInfo } from 'node:dgram';
import type { HeartbeatCommand, HeartbeatNews } from '../../machines/client/events.js';
import type { UserId } from '../../protocol/id.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { ServerEndpoint } from './ask-server.js';
/** Time between beats, in milliseconds. */
export declare const BEAT_MS = 10000;
/** How often a question of the user's is asked before the server counts as silent, and how far apart. */
export declare const QUERY_TRIES = 3;
export declare const QUERY_RETRY_MS = 700;
/** How many beats in a row go unanswered before the user is told. */
export declare const LOST_AFTER_BEATS = 2;
export interface HeartbeatInput {
    readonly server: ServerEndpoint;
    readonly client: Address<HeartbeatNews>;
    /** Who was signed in, and where buddies called, when the heartbeat was restarted. */
    readonly user: UserId | undefined;
    readonly callPort: number | undefined;
}
/** Where buddies call, as the listener for calls says once it is bound. */
export interface PortBound {
    readonly type: 'port.bound';
    readonly port: number;
}
type HeartbeatEvent = HeartbeatCommand | PortBound | {
    readonly type: 'beat.due';
} | {
    readonly type: 'query.overdue';
} | {
    readonly type: 'server.located';
    readonly address: string;
    readonly announces: boolean;
} | {
    readonly type: 'datagram.received';
    readonly text: string;
    readonly from: RemoteInfo;
};
export declare const heartbeatLogic: BehaviourLogic<HeartbeatEvent, HeartbeatInput>;
export {};
