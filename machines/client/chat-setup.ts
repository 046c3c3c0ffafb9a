/**
 * The vocabulary of a chat (machines/client/chat.ts): its events, the conditions it asks for, and its effects,
 * which its actor has (actors/client/chat-connection.ts).
 */

import { setup } from 'xstate';
import { parseAnswer } from '../../protocol/call.js';
import type { DisplayText } from '../../protocol/display-text.js';
import { isFarewell } from '../../protocol/message.js';
import type { ChatCommand } from './call-events.js';

/** A line from the buddy, decoded but not gated. */
interface LineReceived {
  /**
   * `line.torn`: the other side closed in the middle of the line. What opens or answers a call must be whole.
   */
  readonly type: 'line.received' | 'line.torn';
  readonly text: string;
  /** True when the line was too long and this is its beginning. */
  readonly cut: boolean;
}

export type ChatEvent =
  // From the socket's owner.
  | { readonly type: 'call.arrived' }
  | { readonly type: 'call.dialled' }
  | { readonly type: 'socket.connected' }
  /** `isReset`: the other side cut it, on purpose or because it is gone. */
  | { readonly type: 'socket.failed'; readonly reason: DisplayText; readonly isReset: boolean }
  | { readonly type: 'socket.ended' }
  | { readonly type: 'socket.closed' }
  /** Nobody at the other end has confirmed anything for too long. */
  | { readonly type: 'socket.died' }
  /** After `awaitDelivery`: the buddy's machine has confirmed all that was written. */
  | { readonly type: 'delivery.confirmed' }
  /** After `awaitDelivery`: it has confirmed nothing more for as long as the user is patient. */
  | { readonly type: 'delivery.stalled' }
  | { readonly type: 'timer.passed' }
  | LineReceived
  /** In place of a caller's first line: it wants to be called back (dialect E), and reads nothing here. */
  | { readonly type: 'callback.asked' }
  /** A caller that said nothing ends the chat right after it was accepted: it knows another word for that. */
  | { readonly type: 'caller.muted' }
  | ChatCommand
  // From the supervisor.
  /** There is no room for a call from an address that has fewer connections than this one's. */
  | { readonly type: 'room.wanted' }
  | { readonly type: 'shutdown.requested' };

/** What the chat does to the world; the actor has one function for each. */
export type ChatAction =
  | 'startGreetingTimer'
  | 'startConnectTimer'
  | 'startLingerTimer'
  | 'startDrainTimer'
  | 'startRefusalTimer'
  | 'stopTimer'
  | 'readOpening'
  | 'readLateLine'
  | 'sendGreeting'
  | 'sendAcceptance'
  | 'sendRefusal'
  | 'sendMessage'
  | 'watchDelivery'
  | 'awaitDelivery'
  | 'pauseReading'
  | 'resumeReading'
  | 'hangUp'
  | 'announceCall'
  | 'announceForeign'
  | 'announceRinging'
  | 'announceAccepted'
  | 'announceRefused'
  | 'announceFailed'
  | 'announceUnreachable'
  | 'announceClosed'
  | 'announceLeft'
  | 'announceUndelivered'
  | 'announceBroken'
  | 'announceDead'
  | 'announceAbandoned'
  | 'announceUnread'
  | 'announceMute'
  | 'deliverEarlyLines'
  | 'deliverMessage';

const effect = () => {};

export const chatSetup = setup({
  types: {} as { events: ChatEvent },
  guards: {
    isAcceptance: ({ event }) => parseAnswer((event as LineReceived).text) === 'accepted',
    isRefusal: ({ event }) => parseAnswer((event as LineReceived).text) === 'refused',
    isFarewell: ({ event }) => isFarewell((event as LineReceived).text),
  },
  actions: {
    startGreetingTimer: effect,
    startConnectTimer: effect,
    startLingerTimer: effect,
    startDrainTimer: effect,
    startRefusalTimer: effect,
    stopTimer: effect,
    readOpening: effect,
    readLateLine: effect,
    sendGreeting: effect,
    sendAcceptance: effect,
    sendRefusal: effect,
    sendMessage: effect,
    watchDelivery: effect,
    awaitDelivery: effect,
    pauseReading: effect,
    resumeReading: effect,
    hangUp: effect,
    announceCall: effect,
    announceForeign: effect,
    announceRinging: effect,
    announceAccepted: effect,
    announceRefused: effect,
    announceFailed: effect,
    announceUnreachable: effect,
    announceClosed: effect,
    announceLeft: effect,
    announceUndelivered: effect,
    announceBroken: effect,
    announceDead: effect,
    announceAbandoned: effect,
    announceUnread: effect,
    announceMute: effect,
    deliverEarlyLines: effect,
    deliverMessage: effect,
  } satisfies Record<ChatAction, () => void>,
});
