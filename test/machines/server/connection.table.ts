/** The effects of each legal event of a connection. All other events change nothing. */

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
        // The pending request is finished first.
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
