/**
 * A conversation with one buddy over one TCP connection, from the call to the last line.
 *
 * Owns: the order of events in one chat, in every dialect (protocol/call.ts). Trusts: no text. Talks to: call
 * control, which accepts or rejects the call.
 *
 * This file and chat-outgoing.ts contain the states of chats in clear (without TLS). chat-private.ts contains
 * the states of private chats (inside TLS). All states form one chart, because a connection can change from
 * clear to private: the first byte of a caller may begin TLS while its call rings.
 *
 * The chart has no nested states, because actors/chart.ts runs it. XState's interpreter does not run the
 * chart, because the interpreter cannot release the socket of an actor that crashes.
 */

import { outgoingStates } from './chat-outgoing.js';
import { privateStates } from './chat-private.js';
import { chatSetup } from './chat-setup.js';

export const chatMachine = chatSetup.createMachine({
  id: 'chat',
  description: 'One call, and the conversation if the call is accepted.',
  initial: 'new',
  states: {
    new: {
      description: 'Waits for the event that says whether the call is incoming or outgoing.',
      on: {
        'call.arrived': { target: 'greeting', actions: 'startGreetingTimer' },
        'call.dialled': { target: 'connecting', actions: 'startConnectTimer' },
        'buddy.check': {
          target: 'checking',
          actions: 'checkBuddy',
          description: 'An outgoing call that may have to be private, or may not be allowed.',
        },
      },
    },

    greeting: {
      description: 'Incoming call: waits 250 ms for a first line, in which some callers give their id.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'refusing',
            actions: ['hangUp', 'startRefusalTimer'],
            description: 'The caller gave up.',
          },
          {
            target: 'screening',
            actions: ['stopTimer', 'readOpening', 'checkCaller'],
            description: "The line is the caller's id, or its first message.",
          },
        ],
        'callback.asked': {
          target: 'closed',
          actions: 'announceForeign',
          description: 'The caller speaks dialect E.',
        },
        'tls.asked': { target: 'securing', actions: ['stopTimer', 'acceptTls', 'startHandshakeTimer'] },
        'timer.passed': {
          target: 'screening',
          actions: 'checkCaller',
          description: 'The caller sent no line in time.',
        },
        'socket.ended': { target: 'refusing', actions: ['hangUp', 'startRefusalTimer'] },
        'socket.closed': 'closed',
        'room.wanted': {
          target: 'closed',
          description: 'The call has not rung yet, and another caller needs room.',
        },
        'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
      },
    },
    screening: {
      description:
        'Incoming call in clear: decides whether it rings. If all calls of the user are in clear, it rings.',
      on: {
        'caller.allowed': { target: 'ringing', actions: 'announceCall' },
        'caller.denied': {
          target: 'refusing',
          actions: ['sendRefusal', 'announceDenied', 'startRefusalTimer'],
          description: 'For example, the call names a buddy who has a key, and who would call privately.',
        },
        'line.received': { actions: 'readLateLine' },
        'callback.asked': {
          target: 'closed',
          actions: 'announceForeign',
          description: 'The caller turned out to speak dialect E.',
        },
        'tls.asked': { target: 'securing', actions: ['acceptTls', 'startHandshakeTimer'] },
        'socket.ended': { target: 'refusing', actions: ['hangUp', 'startRefusalTimer'] },
        'socket.closed': 'closed',
        'room.wanted': {
          target: 'closed',
          description: 'The call has not rung yet, and another caller needs room.',
        },
        'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
      },
    },
    ringing: {
      description: 'Incoming call: waits until call control accepts or rejects it, or the caller leaves.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'refusing',
            actions: ['announceClosed', 'hangUp', 'startRefusalTimer'],
            description: 'The caller gave up.',
          },
          { actions: 'readLateLine', description: 'The line is a late greeting, or an early message.' },
        ],
        'callback.asked': {
          target: 'closed',
          actions: 'announceForeign',
          description: 'The caller turned out to speak dialect E.',
        },
        'call.accept': {
          target: 'open',
          actions: ['sendAcceptance', 'watchDelivery', 'deliverEarlyLines'],
        },
        'tls.asked': {
          target: 'securing',
          actions: ['announceReplaced', 'acceptTls', 'startHandshakeTimer'],
          description: 'The first byte of the caller begins TLS. Its private call replaces this call.',
        },
        'call.cut': {
          target: 'closed',
          actions: 'sendRefusal',
          description: 'The caller is blocked or a nuisance.',
        },
        'call.reject': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
        'chat.faulted': {
          target: 'refusing',
          actions: ['announceClosed', 'sendRefusal', 'startRefusalTimer'],
          description: 'The client learned that the named buddy has a key.',
        },
        'socket.ended': { target: 'refusing', actions: ['announceClosed', 'hangUp', 'startRefusalTimer'] },
        'socket.closed': { target: 'closed', actions: 'announceClosed' },
        'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
      },
    },

    refusing: {
      description: 'The call did not become a chat: waits up to 1 s for the caller to close.',
      on: {
        'socket.closed': 'closed',
        'timer.passed': { target: 'closed', description: 'The caller did not close in time.' },
        'room.wanted': { target: 'closed', description: 'Another caller needs room.' },
        'shutdown.requested': { description: 'The chat is about to end anyway.' },
      },
    },

    ...outgoingStates,

    open: {
      description: 'The chat is open, until one side leaves or the connection breaks.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'draining',
            actions: ['announceLeft', 'awaitDelivery', 'startDrainTimer'],
          },
          { actions: 'deliverMessage' },
        ],
        'line.torn': [
          { guard: 'isFarewell', description: 'The end of the connection follows.' },
          {
            actions: 'deliverMessage',
            description: 'The last message is delivered even without a line break.',
          },
        ],
        'callback.asked': {
          target: 'closed',
          actions: 'announceUnread',
          description: 'The caller turned out to speak dialect E, and has read nothing.',
        },
        'tls.asked': {
          target: 'closed',
          actions: 'announceTooLate',
          description: 'An accepted caller begins TLS, so it does not understand lines in clear.',
        },
        'caller.muted': {
          target: 'draining',
          actions: ['announceMute', 'announceLeft', 'awaitDelivery', 'startDrainTimer'],
          description:
            'A caller of dialect B was accepted with ACCEPT, or a caller of dialect A with ACCEPTED.',
        },
        'message.send': { actions: 'sendMessage' },
        'reading.pause': { actions: 'pauseReading', description: 'The reader of the messages is behind.' },
        'reading.resume': { actions: 'resumeReading' },
        'chat.leave': { target: 'draining', actions: 'awaitDelivery' },
        'chat.abandon': {
          target: 'closed',
          actions: 'announceAbandoned',
          description: 'The other end does not read.',
        },
        'socket.ended': {
          target: 'draining',
          actions: ['announceLeft', 'awaitDelivery', 'startDrainTimer'],
        },
        'socket.failed': {
          target: 'closed',
          actions: 'announceBroken',
          description: 'The connection broke: neither side closed it.',
        },
        'socket.died': {
          target: 'closed',
          actions: 'announceDead',
          description: 'The other end no longer confirms anything.',
        },
        'chat.faulted': {
          target: 'closed',
          actions: 'announceBroken',
          description: 'The client learned that the buddy has a key: nothing more is sent in clear.',
        },
        'socket.closed': { target: 'closed', actions: 'announceLeft' },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },
    draining: {
      description:
        "One side left: waits until the buddy's machine has confirmed all our lines. Gives up after 60 s " +
        'without a confirmation, or 60 s after the buddy left.',
      on: {
        'callback.asked': {
          target: 'closed',
          actions: 'announceUnread',
          description: 'After the chat was over, the caller turned out to speak dialect E.',
        },
        'delivery.confirmed': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
        'delivery.stalled': {
          target: 'closed',
          actions: 'announceAbandoned',
          description: 'The other end does not read.',
        },
        'chat.abandon': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The user does not want to wait for the remaining confirmations.',
        },
        'socket.failed': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The other end closed without reading everything.',
        },
        'socket.died': { target: 'closed', actions: 'announceDead' },
        'socket.closed': 'closed',
        'timer.passed': {
          target: 'closed',
          actions: 'announceAbandoned',
          description: 'A buddy who left confirms too slowly.',
        },
        'room.wanted': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The chat is over, and a caller needs room.',
        },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },
    closing: {
      description:
        'Our side of the connection is closed: waits for the buddy to close, for 5 s if the buddy has sent ' +
        'something since our last line, otherwise for 10 s.',
      on: {
        'socket.failed': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The other end closed without reading everything.',
        },
        'socket.closed': 'closed',
        'timer.passed': { target: 'closed', description: 'The other side did not close in time.' },
        'chat.abandon': { target: 'closed', description: 'The user does not want to wait.' },
        'room.wanted': {
          target: 'closed',
          description: 'The chat is over, and a caller needs room.',
        },
        'shutdown.requested': { description: 'The chat is about to end anyway.' },
      },
    },
    ...privateStates,

    closed: { type: 'final', description: 'The chat is over, and its actor closes the socket.' },
  },
});
