/**
 * The UDP actor: owns the presence socket. Datagrams in become typed values here, and typed
 * answers become datagrams.
 */
import type { Log } from '../log.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { PresenceAnswered, PresenceEvent } from './presence.js';
export interface UdpInput {
    readonly host: string;
    /** 0 picks a free port. */
    readonly port: number;
    readonly presence: Address<PresenceEvent>;
    readonly log: Log;
}
/** Actor logic of the presence socket; emits {@link SocketBound} and is ready when it is bound. */
export declare const udpLogic: BehaviourLogic<PresenceAnswered, UdpInput>;
