/**
 * The listener for calls: the port that the heartbeat announces, and a chat for whoever connects.
 */
import type { ChildStart } from '../supervision/administration.js';
import { type BehaviourLogic } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { ChatInput } from './chat.js';
import type { PortBound } from './heartbeat.js';
/** Most calls coming in at once, refused ones that linger included; more are cut off. */
export declare const MAX_INCOMING_CALLS = 16;
export interface CallsInput {
    /** 0 picks a free port. */
    readonly port: number;
    readonly chats: Address<ChildStart<ChatInput>>;
    readonly heartbeat: Address<PortBound>;
}
/** Actor logic of the listener; emits `port.bound`, and is ready when it is. */
export declare const callsLogic: BehaviourLogic<never, CallsInput>;
