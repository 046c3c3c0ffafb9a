/**
 * The events, guards and actions of a chat (machines/client/chat.ts and chat-private.ts). Its actor
 * (actors/client/chat-connection.ts and private-connection.ts) implements the actions.
 */

import { setup } from 'xstate';
import { parseAnswer } from '../../protocol/call.js';
import type { DisplayText } from '../../protocol/display-text.js';
import { isFarewell } from '../../protocol/message.js';
import { parsePrivateAnswer, parsePrivateOpening } from '../../protocol/private-chat.js';
import type { ChatCommand } from './call-events.js';
import type { DenialCause } from './cut-calls.js';
import type { WhyBarred } from './protection.js';

/** A line from the buddy: decoded, but not yet passed through the text gate. */
interface LineReceived {
  /**
   * `line.torn`: the other side closed in the middle of the line. Such a line neither opens nor answers a
   * call.
   */
  readonly type: 'line.received' | 'line.torn';
  readonly text: string;
  /** True if the line was too long, and `text` is only its beginning. */
  readonly cut: boolean;
}

/** A line inside TLS: decoded, but not yet passed through the text gate. */
interface PrivateReceived {
  readonly type: 'private.received';
  readonly text: string;
}

/** Events of private chats, and of the decision whether a chat is private. */
type PrivateEvent =
  /**
   * Instead of `call.dialled`: the actor must decide whether the call is private, in clear or not allowed.
   */
  | { readonly type: 'buddy.check' }
  /** The decision is a private call. If the decision is a call in clear, the event is `call.dialled`. */
  | { readonly type: 'call.secured' }
  /** The decision is not to call. */
  | { readonly type: 'call.barred'; readonly why: WhyBarred }
  /** The decision whether an incoming call rings. */
  | { readonly type: 'caller.allowed' }
  | { readonly type: 'caller.denied'; readonly why: DenialCause | undefined }
  /** The first byte that a caller sent begins TLS. */
  | { readonly type: 'tls.asked' }
  /** The other end has proven its key. In an outgoing call, this is the key that the call requires. */
  | { readonly type: 'peer.proven' }
  /** The handshake failed, the other end has not proven the required key, or the user's key is not here. */
  | { readonly type: 'peer.refused' }
  | PrivateReceived
  /** The buddy left, and all earlier lines of the buddy have been handled. */
  | { readonly type: 'bye.received' }
  /**
   * A private chat cannot go on: a line was not valid, the record of the lines could not be read or written,
   * or the key is no longer trusted. A call or chat in clear cannot go on: the buddy has a key now.
   */
  | { readonly type: 'chat.faulted'; readonly reason: DisplayText };

export type ChatEvent =
  // From the socket's owner.
  | { readonly type: 'call.arrived' }
  | { readonly type: 'call.dialled' }
  | { readonly type: 'socket.connected' }
  /** `isReset`: the other side reset the connection, on purpose or because it crashed. */
  | { readonly type: 'socket.failed'; readonly reason: DisplayText; readonly isReset: boolean }
  | { readonly type: 'socket.ended' }
  | { readonly type: 'socket.closed' }
  /** The other end has confirmed nothing for too long. */
  | { readonly type: 'socket.died' }
  /** After `awaitDelivery`: the buddy's machine has confirmed all written bytes. */
  | { readonly type: 'delivery.confirmed' }
  /** After `awaitDelivery`: the buddy's machine has confirmed nothing for 60 s (`PATIENCE_MS`). */
  | { readonly type: 'delivery.stalled' }
  | { readonly type: 'timer.passed' }
  | LineReceived
  /** Instead of a line: the caller wants to be called back (dialect E), and does not read this connection. */
  | { readonly type: 'callback.asked' }
  /**
   * A caller that sent no line closed right after its call was accepted, because it expected the other
   * acceptance line.
   */
  | { readonly type: 'caller.muted' }
  | PrivateEvent
  | ChatCommand
  // From the supervisor.
  /**
   * The limit of connections is reached. This connection must make room for a caller whose address has fewer
   * connections.
   */
  | { readonly type: 'room.wanted' }
  | { readonly type: 'shutdown.requested' };

/** The effects of a chat. The actor has one function for each effect. */
export type ChatAction = ClearAction | PrivateAction;

type ClearAction =
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
  | 'deliverMessage'
  | 'checkCaller';

/** The effects of private chats, and of the decision whether a chat is private. */
export type PrivateAction =
  | 'checkBuddy'
  | 'announceBarred'
  | 'announceDenied'
  | 'announceReplaced'
  | 'announceTooLate'
  | 'acceptTls'
  | 'connectTls'
  | 'startHandshakeTimer'
  | 'startProofTimer'
  | 'sendOpening'
  | 'checkPrivateCaller'
  | 'announceUnproven'
  | 'announceAnswer'
  | 'acceptPrivately'
  | 'openPrivately'
  | 'receivePrivateLine'
  | 'sendPrivateMessage'
  | 'pausePrivateReading'
  | 'resumePrivateReading'
  | 'leavePrivately'
  | 'sayBye'
  | 'announcePrivateEnd'
  | 'announceFault'
  | 'announceBrokenOff';

const effect = () => {};

export const chatSetup = setup({
  types: {} as { events: ChatEvent },
  guards: {
    isAcceptance: ({ event }) => parseAnswer((event as LineReceived).text) === 'accepted',
    isRefusal: ({ event }) => parseAnswer((event as LineReceived).text) === 'refused',
    isFarewell: ({ event }) => isFarewell((event as LineReceived).text),
    isOk: ({ event }) => parsePrivateAnswer((event as PrivateReceived).text) === 'OK',
    isOpening: ({ event }) => parsePrivateOpening((event as PrivateReceived).text) !== undefined,
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
    checkCaller: effect,
    checkBuddy: effect,
    announceBarred: effect,
    announceDenied: effect,
    announceReplaced: effect,
    announceTooLate: effect,
    acceptTls: effect,
    connectTls: effect,
    startHandshakeTimer: effect,
    startProofTimer: effect,
    sendOpening: effect,
    checkPrivateCaller: effect,
    announceUnproven: effect,
    announceAnswer: effect,
    acceptPrivately: effect,
    openPrivately: effect,
    receivePrivateLine: effect,
    sendPrivateMessage: effect,
    pausePrivateReading: effect,
    resumePrivateReading: effect,
    leavePrivately: effect,
    sayBye: effect,
    announcePrivateEnd: effect,
    announceFault: effect,
    announceBrokenOff: effect,
  } satisfies Record<ChatAction, () => void>,
});
