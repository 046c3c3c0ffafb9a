/** What a connection does with each event; every other event changes nothing. */

import type { LegalTable } from '../../helpers/legal-table.js';

export const CONNECTION: LegalTable = {
  chart: 'connection',
  start: ['receiving'],
  states: {
    receiving: {
      after: [],
      legal: {
        'request.received': ['committing', 'restartDeadline', 'submitChange'],
        'request.refused': ['replied', 'restartDeadline', 'sendReply'],
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
        'change.answered': ['replied', 'restartDeadline', 'sendReply'],
        'deadline.passed': ['replied', 'restartDeadline', 'sendUnavailable'],
        'socket.closed': ['closed'],
        // The request in flight is finished first.
        'shutdown.requested': ['stays'],
      },
    },
    replied: {
      after: ['request.refused'],
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
