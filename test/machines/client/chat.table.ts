/** The effects of each legal event of a chat. All other events change nothing. */

import type { LegalTable, Row } from '../../helpers/legal-table.js';
import { PRIVATE_CHAT } from './chat-private.table.js';

const HANG_UP: Row = ['closing', 'hangUp', 'startLingerTimer'];
/** The row of an incoming call that ends before it rings. */
const NO_CHAT: Row = ['refusing', 'hangUp', 'startRefusalTimer'];
const CALLER_LEFT: Row = ['refusing', 'announceClosed', 'hangUp', 'startRefusalTimer'];
const REFUSE: Row = ['refusing', 'sendRefusal', 'startRefusalTimer'];
const BUDDY_LEFT: Row = ['draining', 'announceLeft', 'awaitDelivery', 'startDrainTimer'];
const USER_LEFT: Row = ['draining', 'awaitDelivery'];
const BUDDY_REFUSED: Row = ['closing', 'announceRefused', 'hangUp', 'startLingerTimer'];

const RINGING = ['call.arrived', 'timer.passed', 'caller.allowed'];

export const CHAT: LegalTable = {
  chart: 'chat',
  samples: {
    'line.received ACCEPT': { text: 'ACCEPT' },
    'line.received REJECT': { text: 'REJECT' },
    'line.received hello': { text: 'hello' },
    'line.received q': { text: 'q' },
    'line.received BYE500': { text: 'BYE500' },
    'line.torn hello': { text: 'hello' },
    'line.torn q': { text: 'q' },
    'private.received OK': { text: 'OK' },
    'private.received HELLO': { text: 'HELLO bob alice' },
    'private.received REJECT': { text: 'REJECT' },
  },
  start: ['new'],
  states: {
    new: {
      after: [],
      legal: {
        'call.arrived': ['greeting', 'startGreetingTimer'],
        'call.dialled': ['connecting', 'startConnectTimer'],
        'buddy.check': ['checking', 'checkBuddy'],
      },
    },
    greeting: {
      after: ['call.arrived'],
      legal: {
        'line.received *': ['screening', 'stopTimer', 'readOpening', 'checkCaller'],
        'line.received q': NO_CHAT,
        'line.received BYE500': NO_CHAT,
        'callback.asked': ['closed', 'announceForeign'],
        'timer.passed': ['screening', 'checkCaller'],
        'tls.asked': ['securing', 'stopTimer', 'acceptTls', 'startHandshakeTimer'],
        'socket.ended': NO_CHAT,
        'socket.closed': ['closed'],
        'room.wanted': ['closed'],
        'shutdown.requested': REFUSE,
      },
    },
    screening: {
      after: ['call.arrived', 'timer.passed'],
      legal: {
        'caller.allowed': ['ringing', 'announceCall'],
        'caller.denied': ['refusing', 'sendRefusal', 'announceDenied', 'startRefusalTimer'],
        'line.received *': ['stays', 'readLateLine'],
        'callback.asked': ['closed', 'announceForeign'],
        'tls.asked': ['securing', 'acceptTls', 'startHandshakeTimer'],
        'socket.ended': NO_CHAT,
        'socket.closed': ['closed'],
        'room.wanted': ['closed'],
        'shutdown.requested': REFUSE,
      },
    },
    ringing: {
      after: RINGING,
      legal: {
        'chat.faulted': ['refusing', 'announceClosed', 'sendRefusal', 'startRefusalTimer'],
        'tls.asked': ['securing', 'announceReplaced', 'acceptTls', 'startHandshakeTimer'],
        'line.received *': ['stays', 'readLateLine'],
        'callback.asked': ['closed', 'announceForeign'],
        'line.received q': CALLER_LEFT,
        'line.received BYE500': CALLER_LEFT,
        'call.accept': ['open', 'sendAcceptance', 'watchDelivery', 'deliverEarlyLines'],
        'call.reject': REFUSE,
        'call.cut': ['closed', 'sendRefusal'],
        'socket.ended': CALLER_LEFT,
        'socket.closed': ['closed', 'announceClosed'],
        'shutdown.requested': REFUSE,
      },
    },
    refusing: {
      after: [...RINGING, 'call.reject'],
      legal: {
        'socket.closed': ['closed'],
        'timer.passed': ['closed'],
        'room.wanted': ['closed'],
        // The chat is about to end anyway.
        'shutdown.requested': ['stays'],
      },
    },
    connecting: {
      after: ['call.dialled'],
      legal: {
        'chat.faulted': ['closed', 'announceUnproven'],
        'socket.connected': ['calling', 'stopTimer', 'sendGreeting', 'announceRinging'],
        'socket.failed': ['closed', 'announceFailed'],
        'timer.passed': ['closed', 'announceUnreachable'],
        'chat.leave': ['closed'],
        'shutdown.requested': ['closed'],
      },
    },
    calling: {
      after: ['call.dialled', 'socket.connected'],
      legal: {
        'chat.faulted': ['closed', 'announceUnproven'],
        'line.received ACCEPT': ['open', 'watchDelivery', 'announceAccepted'],
        'line.received REJECT': BUDDY_REFUSED,
        // Any line that is not a refusal accepts the call. A farewell also means that the buddy has left.
        'line.received q': ['closing', 'announceAccepted', 'announceLeft', 'hangUp', 'startLingerTimer'],
        'line.received BYE500': ['closing', 'announceAccepted', 'announceLeft', 'hangUp', 'startLingerTimer'],
        'line.received hello': ['open', 'watchDelivery', 'announceAccepted', 'deliverMessage'],
        'socket.ended': BUDDY_REFUSED,
        'socket.closed': ['closed', 'announceRefused'],
        'chat.leave': HANG_UP,
        'shutdown.requested': HANG_UP,
      },
    },
    open: {
      after: [...RINGING, 'call.accept'],
      legal: {
        'chat.faulted': ['closed', 'announceBroken'],
        'line.received *': ['stays', 'deliverMessage'],
        'line.received q': BUDDY_LEFT,
        'line.received BYE500': BUDDY_LEFT,
        'line.torn hello': ['stays', 'deliverMessage'],
        // The connection is about to end. That end is announced, so the incomplete farewell is not.
        'line.torn q': ['stays'],
        'callback.asked': ['closed', 'announceUnread'],
        'tls.asked': ['closed', 'announceTooLate'],
        'caller.muted': ['draining', 'announceMute', 'announceLeft', 'awaitDelivery', 'startDrainTimer'],
        'message.send': ['stays', 'sendMessage'],
        'reading.pause': ['stays', 'pauseReading'],
        'reading.resume': ['stays', 'resumeReading'],
        'chat.leave': USER_LEFT,
        'chat.abandon': ['closed', 'announceAbandoned'],
        'socket.ended': BUDDY_LEFT,
        'socket.failed': ['closed', 'announceBroken'],
        'socket.died': ['closed', 'announceDead'],
        'socket.closed': ['closed', 'announceLeft'],
        'shutdown.requested': HANG_UP,
      },
    },
    draining: {
      after: [...RINGING, 'call.accept', 'chat.leave'],
      legal: {
        'callback.asked': ['closed', 'announceUnread'],
        'delivery.confirmed': HANG_UP,
        'delivery.stalled': ['closed', 'announceAbandoned'],
        'chat.abandon': ['closed', 'announceUndelivered'],
        'socket.failed': ['closed', 'announceUndelivered'],
        'timer.passed': ['closed', 'announceAbandoned'],
        'room.wanted': ['closed', 'announceUndelivered'],
        'socket.died': ['closed', 'announceDead'],
        'socket.closed': ['closed'],
        'shutdown.requested': HANG_UP,
      },
    },
    closing: {
      after: ['call.dialled', 'socket.connected', 'socket.ended'],
      legal: {
        'socket.failed': ['closed', 'announceUndelivered'],
        'socket.closed': ['closed'],
        'timer.passed': ['closed'],
        'chat.abandon': ['closed'],
        'room.wanted': ['closed'],
        // The chat is about to end anyway.
        'shutdown.requested': ['stays'],
      },
    },
    ...PRIVATE_CHAT,
    closed: { after: ['call.dialled', 'chat.leave'], legal: {} },
  },
};
