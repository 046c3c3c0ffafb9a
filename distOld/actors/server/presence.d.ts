/**
 * The presence actor: knows who is online, and answers who of a user's buddies is.
 *
 * It asks the store who it is that asks, or that it does not know yet, and remembers no question: each takes its purpose
 * along and brings it back, together with what the store has in memory.
 */
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { Announcement } from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { StoreEvent, UserLookedUp } from './store.js';
/** A user said where they are. From udp. */
interface PresenceAnnounced {
    readonly type: 'presence.announced';
    readonly announcement: Announcement;
    /** Whence the announcement came. */
    readonly address: string;
}
/** Someone asks for a buddy list; answered by {@link PresenceAnswered}. From udp. */
interface PresenceAsked {
    readonly type: 'presence.asked';
    readonly id: UserId;
    /** Where the answer goes. */
    readonly from: Endpoint;
    readonly replyTo: Address<PresenceAnswered>;
}
export interface PresenceAnswered {
    readonly type: 'presence.answered';
    readonly to: Endpoint;
    /** The buddy list, as it is sent. */
    readonly list: Buffer;
}
type Purpose = PresenceAnnounced | PresenceAsked;
export type PresenceEvent = PresenceAnnounced | PresenceAsked | UserLookedUp<Purpose>;
export interface PresenceInput {
    readonly store: Address<StoreEvent>;
}
export declare const presenceLogic: BehaviourLogic<PresenceEvent, PresenceInput>;
export {};
