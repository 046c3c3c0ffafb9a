/**
 * A conversation with one buddy over one TCP connection, from the call to the last line.
 *
 * Owns: the order of things in one chat, in every dialect (protocol/call.ts). Trusts: nobody's
 * text. Talks to: call control, which decides whether a call is taken.
 *
 * Flat, because its actor runs it over a socket that must be released however the actor ends
 * (actors/chart.ts).
 */

import { chatSetup } from './chat-setup.js';

export const chatMachine = chatSetup.createMachine({
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
            target: 'refusing',
            actions: ['hangUp', 'startRefusalTimer'],
            description: 'The caller thought better of it.',
          },
          {
            target: 'ringing',
            actions: ['stopTimer', 'readOpening', 'announceCall'],
            description: 'Who calls, or what it says first.',
          },
        ],
        'callback.asked': { target: 'closed', actions: 'announceForeign', description: 'Dialect E.' },
        'timer.passed': { target: 'ringing', actions: 'announceCall', description: 'A caller that waits.' },
        'socket.ended': { target: 'refusing', actions: ['hangUp', 'startRefusalTimer'] },
        'socket.closed': 'closed',
        'room.wanted': { target: 'closed', description: 'It has not rung yet, and others want to.' },
        'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
      },
    },
    ringing: {
      description: 'Called: the client decides.',
      on: {
        'line.received': [
          {
            guard: 'isFarewell',
            target: 'refusing',
            actions: ['announceClosed', 'hangUp', 'startRefusalTimer'],
            description: 'The caller does not wait any longer.',
          },
          { actions: 'readLateLine', description: 'A late greeting, or a message sent early.' },
        ],
        'callback.asked': { target: 'closed', actions: 'announceForeign', description: 'Dialect E, late.' },
        'call.accept': {
          target: 'open',
          actions: ['sendAcceptance', 'watchDelivery', 'deliverEarlyLines'],
        },
        'call.cut': {
          target: 'closed',
          actions: 'sendRefusal',
          description: 'It has called in vain too often.',
        },
        'call.reject': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
        'socket.ended': { target: 'refusing', actions: ['announceClosed', 'hangUp', 'startRefusalTimer'] },
        'socket.closed': { target: 'closed', actions: 'announceClosed' },
        'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
      },
    },

    refusing: {
      description: 'No chat came of the call: the caller may read so and close, for a second.',
      on: {
        'socket.closed': 'closed',
        'timer.passed': { target: 'closed', description: 'The caller lingers: it is cut off.' },
        'room.wanted': { target: 'closed', description: 'Others want to call.' },
        'shutdown.requested': { description: 'It ends by itself in a moment.' },
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
            actions: ['announceAccepted', 'announceLeft', 'hangUp', 'startLingerTimer'],
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
            target: 'draining',
            actions: ['announceLeft', 'awaitDelivery', 'startDrainTimer'],
          },
          { actions: 'deliverMessage' },
        ],
        'line.torn': [
          { guard: 'isFarewell', description: 'Its end follows.' },
          { actions: 'deliverMessage', description: 'The last words need no line end.' },
        ],
        'callback.asked': {
          target: 'closed',
          actions: 'announceUnread',
          description: 'Dialect E, later still: it has read nothing.',
        },
        'caller.muted': {
          target: 'draining',
          actions: ['announceMute', 'announceLeft', 'awaitDelivery', 'startDrainTimer'],
          description: 'Dialect B where it was told ACCEPT, and A where it was told ACCEPTED.',
        },
        'message.send': { actions: 'sendMessage' },
        'reading.pause': { actions: 'pauseReading', description: 'Whoever reads is behind.' },
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
          description: 'Not closed by anybody: it broke.',
        },
        'socket.died': {
          target: 'closed',
          actions: 'announceDead',
          description: 'The other end confirms nothing any more.',
        },
        'socket.closed': { target: 'closed', actions: 'announceLeft' },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },
    draining: {
      description:
        "The user or the buddy left. Our end follows when the buddy's machine has confirmed all lines. Without " +
        'a confirmation this takes 60 s at most, and 60 s in all when the buddy left.',
      on: {
        'callback.asked': {
          target: 'closed',
          actions: 'announceUnread',
          description: 'Dialect E, too late.',
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
          description: 'The user does not wait for the rest.',
        },
        'socket.failed': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The other end closed without having read everything.',
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
          description: 'A chat that is over keeps no place that a caller needs.',
        },
        'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
      },
    },
    closing: {
      description:
        "Our end was sent. The buddy's own end is waited for: 5 s, or longer while it may have unread lines.",
      on: {
        'socket.failed': {
          target: 'closed',
          actions: 'announceUndelivered',
          description: 'The other end closed without having read everything.',
        },
        'socket.closed': 'closed',
        'timer.passed': { target: 'closed', description: 'The other side takes its time: it is cut off.' },
        'chat.abandon': { target: 'closed', description: 'The user does not wait for it.' },
        'room.wanted': { target: 'closed', description: 'A caller needs the place.' },
        'shutdown.requested': { description: 'It ends by itself in a moment.' },
      },
    },
    closed: { type: 'final', description: 'The socket is gone, or about to be.' },
  },
});
