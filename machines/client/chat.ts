/**
 * A conversation with one buddy over one TCP connection, from the call to the last line.
 *
 * Owns: the order of things in one chat, in every dialect (protocol/call.ts). Trusts: nobody's
 * text. Talks to: call control, which decides whether a call is taken.
 *
 * Flat, because its actor runs it over a socket that must be released however the actor ends
 * (actors/chart.ts).
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
  | { readonly type: 'timer.passed' }
  | LineReceived
  | ChatCommand
  // From the supervisor.
  | { readonly type: 'shutdown.requested' };

/** What the chat does to the world; the actor has one function for each. */
export type ChatAction =
  | 'startGreetingTimer'
  | 'startConnectTimer'
  | 'startLingerTimer'
  | 'stopTimer'
  | 'readOpening'
  | 'readLateLine'
  | 'sendGreeting'
  | 'sendAcceptance'
  | 'sendRefusal'
  | 'sendMessage'
  | 'watchDelivery'
  | 'pauseReading'
  | 'resumeReading'
  | 'hangUp'
  | 'announceCall'
  | 'announceRinging'
  | 'announceAccepted'
  | 'announceRefused'
  | 'announceFailed'
  | 'announceUnreachable'
  | 'announceClosed'
  | 'announceBroken'
  | 'announceDead'
  | 'announceAbandoned'
  | 'deliverEarlyLines'
  | 'deliverMessage';

const effect = () => {};

export const chatMachine = setup({
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
    stopTimer: effect,
    readOpening: effect,
    readLateLine: effect,
    sendGreeting: effect,
    sendAcceptance: effect,
    sendRefusal: effect,
    sendMessage: effect,
    watchDelivery: effect,
    pauseReading: effect,
    resumeReading: effect,
    hangUp: effect,
    announceCall: effect,
    announceRinging: effect,
    announceAccepted: effect,
    announceRefused: effect,
    announceFailed: effect,
    announceUnreachable: effect,
    announceClosed: effect,
    announceBroken: effect,
    announceDead: effect,
    announceAbandoned: effect,
    deliverEarlyLines: effect,
    deliverMessage: effect,
  } satisfies Record<ChatAction, () => void>,
}).createMachine({
  id: 'chat',
  description: 'One call and the conversation that may follow.',
  initial: 'new',
  states: {
    new: {
      description: 'Whose call it is decides the way.',
      on: {
        'call.arrived': { target: 'greeting', actions: 'startGreetingTimer' },
        'call.dialled': { target: 'connecting', actions: 'startConnectTimer' },
      },
    },

    greeting: {
      description: 'Called: some callers say first who they are, others wait. A moment tells.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'closing',
            actions: ['hangUp', 'startLingerTimer'],
            description: 'The caller thought better of it.',
          },
          {
            target: 'ringing',
            actions: ['stopTimer', 'readOpening', 'announceCall'],
            description: 'Who calls, or what it says first.',
          },
        ],
        'timer.passed': { target: 'ringing', actions: 'announceCall', description: 'A caller that waits.' },
        'socket.ended': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
        'socket.closed': 'closed',
        'shutdown.requested': { target: 'closing', actions: ['sendRefusal', 'startLingerTimer'] },
      },
    },
    ringing: {
      description: 'Called: the client decides.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'closing',
            actions: ['announceClosed', 'hangUp', 'startLingerTimer'],
            description: 'The caller does not wait any longer.',
          },
          { actions: 'readLateLine', description: 'A late greeting, or a message sent early.' },
        ],
        'call.accept': {
          target: 'open',
          actions: ['sendAcceptance', 'watchDelivery', 'deliverEarlyLines'],
        },
        'call.reject': { target: 'closing', actions: ['sendRefusal', 'startLingerTimer'] },
        'socket.ended': { target: 'closing', actions: ['announceClosed', 'hangUp', 'startLingerTimer'] },
        'socket.closed': { target: 'closed', actions: 'announceClosed' },
        'shutdown.requested': { target: 'closing', actions: ['sendRefusal', 'startLingerTimer'] },
      },
    },

    connecting: {
      description: 'Calling: reaching the buddy, at most 10 s.',
      on: {
        'socket.connected': {
          target: 'calling',
          actions: ['stopTimer', 'sendGreeting', 'announceRinging'],
        },
        'socket.failed': { target: 'closed', actions: 'announceFailed' },
        'timer.passed': { target: 'closed', actions: 'announceUnreachable', description: 'Nobody is there.' },
        'chat.leave': 'closed',
        'shutdown.requested': 'closed',
      },
    },
    calling: {
      description: 'Calling: the buddy is asked. How long to wait is for the client to say.',
      on: {
        'line.received': [
          { guard: 'isAcceptance', target: 'open', actions: ['watchDelivery', 'announceAccepted'] },
          {
            guard: 'isRefusal',
            target: 'closing',
            actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
          },
          {
            guard: 'isFarewell',
            target: 'closing',
            actions: ['announceAccepted', 'announceClosed', 'hangUp', 'startLingerTimer'],
            description: 'No known answer, so the buddy accepted, and it left.',
          },
          {
            target: 'open',
            actions: ['watchDelivery', 'announceAccepted', 'deliverMessage'],
            description: 'No known answer: the buddy talks, so it accepted.',
          },
        ],
        'socket.ended': {
          target: 'closing',
          actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
          description: 'Nothing said is a refusal.',
        },
        'socket.closed': { target: 'closed', actions: 'announceRefused', description: 'Likewise.' },
        'chat.leave': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },

    open: {
      description: 'Both talk.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'closing',
            actions: ['announceClosed', 'hangUp', 'startLingerTimer'],
          },
          { actions: 'deliverMessage' },
        ],
        'line.torn': [
          { guard: 'isFarewell', description: 'Its end follows.' },
          { actions: 'deliverMessage', description: 'The last words need no line end.' },
        ],
        'message.send': { actions: 'sendMessage' },
        'reading.pause': { actions: 'pauseReading', description: 'Whoever reads is behind.' },
        'reading.resume': { actions: 'resumeReading' },
        'chat.leave': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
        'chat.abandon': {
          target: 'closed',
          actions: 'announceAbandoned',
          description: 'The other end does not read.',
        },
        'socket.ended': { target: 'closing', actions: ['announceClosed', 'hangUp', 'startLingerTimer'] },
        'socket.failed': {
          target: 'closed',
          actions: 'announceBroken',
          description: 'Not closed by anybody: it broke.',
        },
        'socket.died': {
          target: 'closed',
          actions: 'announceDead',
          description: 'The other end confirms nothing any more.',
        },
        'socket.closed': { target: 'closed', actions: 'announceClosed' },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },
    closing: {
      description: 'Our side is done: what was written may still arrive, at most 5 s.',
      on: {
        'socket.closed': 'closed',
        'timer.passed': { target: 'closed', description: 'The other side takes its time: it is cut off.' },
        'shutdown.requested': { description: 'It ends by itself in a moment.' },
      },
    },
    closed: { type: 'final', description: 'The socket is gone, or about to be.' },
  },
});
