/** The effects of each legal event of server connectivity. All other events change nothing. */

import type { LegalTable } from '../../helpers/legal-table.js';

export const SERVER_CONNECTIVITY: LegalTable = {
  chart: 'server-connectivity',
  start: ['server.answering, query.idle'],
  states: {
    'server.answering, query.idle': {
      after: [],
      legal: {
        'beat.sent': ['stays', 'unansweredBeats = 1'],
        // The count of unanswered beats is already 0.
        'answer.received': ['stays'],
        'server.moved': ['stays'],
        'buddies.get': ['server.answering, query.waiting', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'session.resumed': ['server.answering, query.waiting', 'startQueryTimer', 'tries = 1'],
      },
    },
    'server.answering, query.idle: two beats went unanswered': {
      after: ['beat.sent', 'beat.sent'],
      legal: {
        'beat.sent': ['server.doubted, query.idle', 'askCause'],
        'answer.received': ['stays', 'unansweredBeats = 0'],
        'server.moved': ['stays', 'unansweredBeats = 0'],
        'buddies.get': ['server.answering, query.waiting', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'session.resumed': ['server.answering, query.waiting', 'startQueryTimer', 'tries = 1'],
      },
    },
    'server.answering, query.waiting: the first try is under way': {
      after: ['beat.sent', 'buddies.get'],
      legal: {
        'beat.sent': ['stays', 'unansweredBeats = 2'],
        'answer.received': ['server.answering, query.idle', 'stopQueryTimer', 'unansweredBeats = 0'],
        'server.moved': ['stays', 'unansweredBeats = 0'],
        'buddies.get': ['stays', 'stopQueryTimer', 'sendQuery', 'startQueryTimer'],
        'query.overdue': ['stays', 'stopQueryTimer', 'sendQuery', 'startQueryTimer', 'tries = 2'],
        'session.ended': ['server.answering, query.idle', 'stopQueryTimer'],
      },
    },
    'server.answering, query.waiting: the third try is under way': {
      after: ['session.resumed', 'query.overdue', 'query.overdue'],
      legal: {
        'beat.sent': ['stays', 'unansweredBeats = 1'],
        'answer.received': ['server.answering, query.idle', 'stopQueryTimer'],
        'server.moved': ['stays'],
        'buddies.get': ['stays', 'stopQueryTimer', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'query.overdue': ['server.answering, query.unanswered', 'stopQueryTimer', 'askCause'],
        'session.ended': ['server.answering, query.idle', 'stopQueryTimer'],
      },
    },
    'server.answering, query.unanswered': {
      after: ['buddies.get', 'query.overdue', 'query.overdue', 'query.overdue'],
      legal: {
        'beat.sent': ['stays', 'unansweredBeats = 1'],
        'cause.found': ['server.answering, query.idle', 'reportTimedOut'],
        'answer.received': ['server.answering, query.idle'],
        'server.moved': ['stays'],
        'buddies.get': ['server.answering, query.waiting', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'session.ended': ['server.answering, query.idle'],
      },
    },
    'server.doubted, query.idle': {
      after: ['beat.sent', 'beat.sent', 'beat.sent'],
      legal: {
        'cause.found': ['server.lost, query.idle', 'reportLost'],
        'answer.received': ['server.answering, query.idle', 'unansweredBeats = 0'],
        'buddies.get': ['server.doubted, query.waiting', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'session.resumed': ['server.doubted, query.waiting', 'startQueryTimer', 'tries = 1'],
        'session.ended': ['server.answering, query.idle'],
      },
    },
    'server.lost, query.idle': {
      after: ['beat.sent', 'beat.sent', 'beat.sent', 'cause.found'],
      legal: {
        'answer.received': ['server.answering, query.idle', 'reportFound', 'unansweredBeats = 0'],
        'buddies.get': ['server.lost, query.waiting', 'sendQuery', 'startQueryTimer', 'tries = 1'],
        'session.resumed': ['server.lost, query.waiting', 'startQueryTimer', 'tries = 1'],
      },
    },
    'server.lost, query.waiting: the server was lost before a restart': {
      given: { wasLost: true },
      start: ['server.lost, query.idle'],
      after: ['session.resumed'],
      legal: {
        'answer.received': ['server.answering, query.idle', 'stopQueryTimer', 'reportFound'],
        'buddies.get': ['stays', 'stopQueryTimer', 'sendQuery', 'startQueryTimer'],
        'query.overdue': ['stays', 'stopQueryTimer', 'sendQuery', 'startQueryTimer', 'tries = 2'],
        'session.ended': ['server.lost, query.idle', 'stopQueryTimer'],
      },
    },
  },
};
