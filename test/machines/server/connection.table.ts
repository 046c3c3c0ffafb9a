/** The effects of each legal event of a connection. All other events change nothing. */

import type { LegalTable } from '../../helpers/legal-table.js';

export const CONNECTION: LegalTable = {
  chart: 'connection',
  start: ['receiving'],
  samples: {
    'change.answered login': {},
    'change.answered changed': { change: { op: 'REG', id: 'alice' } },
    'change.answered revoked': { change: { op: 'ADD', id: 'alice' }, reply: 'revoked' },
  },
  states: {
    receiving: {
      after: [],
      legal: {
        'handshake.begun': ['securing'],
        'peer.refused': ['closed'],
        'request.received': ['committing', 'restartDeadline', 'submitChange'],
        'request.decided': ['replied', 'restartDeadline', 'sendReply'],
        'deadline.passed': ['closed'],
        'input.ended': ['closed'],
        'socket.closed': ['closed'],
        'room.wanted': ['closed'],
        'shutdown.requested': ['stays', 'shortenDeadline'],
      },
    },
    securing: {
      after: ['handshake.begun'],
      legal: {
        'peer.refused': ['closed'],
        'request.received': ['committing', 'restartDeadline', 'submitChange'],
        'question.received': ['asking', 'restartDeadline', 'lookUpUser'],
        'request.decided': ['replied', 'restartDeadline', 'sendReply'],
        'deadline.passed': ['closed'],
        'input.ended': ['closed'],
        'socket.closed': ['closed'],
        'room.wanted': ['closed'],
        'shutdown.requested': ['stays', 'shortenDeadline'],
      },
    },
    committing: {
      after: ['request.received'],
      legal: {
        'change.answered login': ['asking', 'restartDeadline', 'openSession'],
        'change.answered changed': ['replied', 'restartDeadline', 'sendReply'],
        'change.answered revoked': ['closed'],
        'deadline.passed': ['replied', 'restartDeadline', 'sendUnavailable'],
        'socket.closed': ['closed'],
        // The pending request is finished first.
        'shutdown.requested': ['stays'],
      },
    },
    asking: {
      after: ['handshake.begun', 'question.received'],
      legal: {
        'session.answered': ['replied', 'restartDeadline', 'sendSession'],
        'user.looked-up': ['replied', 'restartDeadline', 'sendIdentity'],
        'deadline.passed': ['replied', 'restartDeadline', 'sendUnavailable'],
        'socket.closed': ['closed'],
        'shutdown.requested': ['stays'],
      },
    },
    replied: {
      after: ['request.decided'],
      legal: {
        'input.flooded': ['closed'],
        'deadline.passed': ['closed'],
        'socket.closed': ['closed'],
        'room.wanted': ['closed'],
        'shutdown.requested': ['closed'],
      },
    },
    closed: { after: ['socket.closed'], legal: {} },
  },
};
