/** The effects of each legal event in the states of private chats. All other events change nothing. */

import type { LegalTable, Row } from '../../helpers/legal-table.js';

const CLOSED: Row = ['closed'];
const HANG_UP: Row = ['closing', 'hangUp', 'startLingerTimer'];
const REFUSE: Row = ['refusing', 'sendRefusal', 'startRefusalTimer'];
const REFUSED: Row = ['closed', 'announceRefused'];
const CALLER_LEFT: Row = ['closed', 'announceClosed'];
const BYE: Row = ['closing', 'sayBye', 'hangUp', 'startLingerTimer'];
const UNDELIVERED: Row = ['closed', 'announcePrivateEnd'];
const BROKE_OFF: Row = ['closed', 'announceBrokenOff'];

const PROVING = ['buddy.check', 'call.secured'];
const CALLING = [...PROVING, 'peer.proven'];
const SECURING = ['call.arrived', 'tls.asked'];
const NAMING = [...SECURING, 'peer.proven'];
const VETTING = [...NAMING, 'private.received HELLO'];
const RINGING = [...VETTING, 'caller.allowed'];
const OPEN = [...RINGING, 'call.accept'];

export const PRIVATE_CHAT: LegalTable['states'] = {
  checking: {
    after: ['buddy.check'],
    legal: {
      'call.dialled': ['connecting', 'startConnectTimer'],
      'call.secured': ['proving', 'connectTls', 'startProofTimer'],
      'call.barred': ['closed', 'announceBarred'],
      'chat.leave': CLOSED,
      'shutdown.requested': CLOSED,
    },
  },
  proving: {
    after: PROVING,
    legal: {
      'peer.proven': ['privateCalling', 'stopTimer', 'sendOpening', 'announceRinging'],
      'peer.refused': ['closed', 'announceUnproven'],
      'socket.failed': ['closed', 'announceFailed'],
      'timer.passed': ['closed', 'announceUnproven'],
      'chat.leave': CLOSED,
      'shutdown.requested': CLOSED,
    },
  },
  privateCalling: {
    after: CALLING,
    legal: {
      'chat.faulted': ['closed', 'announceUnproven'],
      'private.received OK': ['privateOpen', 'openPrivately', 'announceAccepted'],
      'private.received *': ['closing', 'announceAnswer', 'hangUp', 'startLingerTimer'],
      'socket.ended': REFUSED,
      'socket.failed': REFUSED,
      'socket.closed': REFUSED,
      'chat.leave': HANG_UP,
      'shutdown.requested': HANG_UP,
    },
  },
  securing: {
    after: SECURING,
    legal: {
      'peer.proven': ['naming'],
      'peer.refused': CLOSED,
      'timer.passed': CLOSED,
      'room.wanted': CLOSED,
      'shutdown.requested': CLOSED,
    },
  },
  naming: {
    after: NAMING,
    legal: {
      'private.received HELLO': ['vetting', 'stopTimer', 'checkPrivateCaller'],
      'private.received *': CLOSED,
      'timer.passed': CLOSED,
      'socket.ended': CLOSED,
      'socket.failed': CLOSED,
      'socket.closed': CLOSED,
      'room.wanted': CLOSED,
      'shutdown.requested': CLOSED,
    },
  },
  vetting: {
    after: VETTING,
    legal: {
      'chat.faulted': CLOSED,
      'caller.allowed': ['privateRinging', 'announceCall'],
      'caller.denied': ['refusing', 'sendRefusal', 'announceDenied', 'startRefusalTimer'],
      'private.received *': CLOSED,
      'socket.ended': CLOSED,
      'socket.failed': CLOSED,
      'socket.closed': CLOSED,
      'room.wanted': CLOSED,
      'shutdown.requested': REFUSE,
    },
  },
  privateRinging: {
    after: RINGING,
    legal: {
      'call.accept': ['privateOpen', 'acceptPrivately'],
      'call.cut': ['closed', 'sendRefusal'],
      'call.reject': REFUSE,
      'private.received *': CALLER_LEFT,
      'chat.faulted': ['refusing', 'announceClosed', 'sendRefusal', 'startRefusalTimer'],
      'socket.ended': CALLER_LEFT,
      'socket.failed': CALLER_LEFT,
      'socket.closed': CALLER_LEFT,
      'shutdown.requested': REFUSE,
    },
  },
  privateOpen: {
    after: OPEN,
    legal: {
      'private.received *': ['stays', 'receivePrivateLine'],
      'message.send': ['stays', 'sendPrivateMessage'],
      'reading.pause': ['stays', 'pausePrivateReading'],
      'reading.resume': ['stays', 'resumePrivateReading'],
      'bye.received': ['closing', 'announceLeft', 'announcePrivateEnd', 'hangUp', 'startLingerTimer'],
      'chat.leave': ['privateLeaving', 'leavePrivately'],
      'chat.abandon': ['closed', 'announceAbandoned'],
      'chat.faulted': ['closed', 'announceFault'],
      'socket.ended': BROKE_OFF,
      'socket.failed': ['closed', 'announceBroken'],
      'socket.died': ['closed', 'announceDead'],
      'socket.closed': BROKE_OFF,
      'shutdown.requested': BYE,
    },
  },
  privateLeaving: {
    after: [...OPEN, 'chat.leave'],
    legal: {
      'private.received *': ['stays', 'receivePrivateLine'],
      'bye.received': ['closing', 'announcePrivateEnd', 'hangUp', 'startLingerTimer'],
      'delivery.confirmed': HANG_UP,
      'delivery.stalled': ['closed', 'announceAbandoned'],
      'chat.abandon': UNDELIVERED,
      'room.wanted': UNDELIVERED,
      'chat.faulted': UNDELIVERED,
      'socket.ended': UNDELIVERED,
      'socket.failed': UNDELIVERED,
      'socket.died': UNDELIVERED,
      'socket.closed': UNDELIVERED,
      'shutdown.requested': BYE,
    },
  },
};
