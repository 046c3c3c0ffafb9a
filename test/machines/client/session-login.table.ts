/** The effects of each legal event of a session. All other events change nothing. */

import type { LegalTable } from '../../helpers/legal-table.js';

const QUIET = {
  'session.wanted': ['loggingIn', 'stopQuietTimer', 'logIn', 'kind = new', 'wasOpen = false'],
  'session.wanted again': ['loggingIn', 'stopQuietTimer', 'logIn', 'wasOpen = false'],
  'session.wanted ask': ['loggingIn', 'stopQuietTimer', 'logIn', 'kind = ask', 'wasOpen = false'],
  'session.unwanted': ['closed', 'stopQuietTimer'],
  'server.moved': ['loggingIn', 'stopQuietTimer', 'logIn'],
} as const;

const UNKNOWN = { 'session.unknown': ['loggingIn', 'logIn', 'fruitless = 1'] } as const;

const OPENED = ['open.quiet.known', 'abandonLogin', 'announce', 'startQuietTimer'] as const;

/** The rows of a failed login that the user asked for. All later logins are automatic, in mode `again`. */
const AUTOMATIC_FROM_NOW_ON = {
  'login.ended busy': [
    'pausing',
    'abandonLogin',
    'recordFailure',
    'startPause',
    'kind = again',
    'busyTries = 1',
  ],
  'login.ended unreachable': ['unanswered', 'abandonLogin', 'recordFailure', 'kind = again'],
  'login.ended *': ['ended', 'abandonLogin', 'reportEnd'],
} as const;

export const SESSION_LOGIN: LegalTable = {
  chart: 'session-login',
  samples: {
    'session.wanted': {},
    'session.wanted again': { kind: 'again' },
    'session.wanted ask': { kind: 'ask' },
    'login.ended': {},
    'login.ended elsewhere': { outcome: 'elsewhere' },
    'login.ended denied': { outcome: 'denied' },
    'login.ended banned': { outcome: 'banned' },
    'login.ended revoked': { outcome: 'revoked' },
    'login.ended changed': { outcome: 'changed' },
    'login.ended no-key': { outcome: 'no-key' },
    'login.ended busy': { outcome: 'busy' },
    'login.ended unreachable': { outcome: 'unreachable' },
    'login.ended unregistered': { outcome: 'unregistered' },
    'login.ended lost': { outcome: 'lost' },
  },
  start: ['closed'],
  states: {
    closed: {
      after: [],
      legal: {
        'session.wanted': ['loggingIn', 'logIn'],
        'session.wanted again': ['loggingIn', 'logIn', 'kind = again'],
        'session.wanted ask': ['loggingIn', 'logIn', 'kind = ask'],
      },
    },
    loggingIn: {
      after: ['session.wanted'],
      legal: {
        'session.wanted': ['stays', 'abandonLogin', 'logIn'],
        'session.wanted again': ['stays', 'abandonLogin', 'logIn', 'kind = again'],
        'session.wanted ask': ['stays', 'abandonLogin', 'logIn', 'kind = ask'],
        'session.unwanted': ['closed', 'abandonLogin'],
        'login.ended': [...OPENED, 'kind = again', 'wasOpen = true'],
        'login.ended lost': ['stays', 'abandonLogin', 'logIn', 'hasRepeated = true'],
        ...AUTOMATIC_FROM_NOW_ON,
      },
    },
    'loggingIn: the login is repeated, because its reply was lost': {
      after: ['session.wanted', 'login.ended lost'],
      legal: {
        'session.wanted': ['stays', 'abandonLogin', 'logIn', 'hasRepeated = false'],
        'session.wanted again': ['stays', 'abandonLogin', 'logIn', 'kind = again', 'hasRepeated = false'],
        'session.wanted ask': ['stays', 'abandonLogin', 'logIn', 'kind = ask', 'hasRepeated = false'],
        'session.unwanted': ['closed', 'abandonLogin'],
        'login.ended': [...OPENED, 'kind = again', 'wasOpen = true'],
        'login.ended lost': ['unanswered', 'abandonLogin', 'recordFailure', 'kind = again'],
        ...AUTOMATIC_FROM_NOW_ON,
      },
    },
    'loggingIn: the login is automatic, because the first login failed': {
      after: ['session.wanted', 'login.ended unreachable', 'beat.due'],
      legal: {
        'session.wanted': ['stays', 'abandonLogin', 'logIn', 'kind = new'],
        'session.wanted again': ['stays', 'abandonLogin', 'logIn'],
        'session.wanted ask': ['stays', 'abandonLogin', 'logIn', 'kind = ask'],
        'session.unwanted': ['closed', 'abandonLogin'],
        'login.ended': [...OPENED, 'wasOpen = true'],
        'login.ended busy': ['pausing', 'abandonLogin', 'recordFailure', 'startPause', 'busyTries = 1'],
        'login.ended unreachable': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended lost': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended *': ['ended', 'abandonLogin', 'reportEnd'],
      },
    },
    'loggingIn: the login is automatic, because the server lost the open session': {
      after: ['session.wanted', 'login.ended', 'quiet.over', 'session.unknown'],
      legal: {
        'session.wanted': [
          'stays',
          'abandonLogin',
          'logIn',
          'kind = new',
          'wasOpen = false',
          'fruitless = 0',
        ],
        'session.wanted again': ['stays', 'abandonLogin', 'logIn', 'wasOpen = false', 'fruitless = 0'],
        'session.wanted ask': [
          'stays',
          'abandonLogin',
          'logIn',
          'kind = ask',
          'wasOpen = false',
          'fruitless = 0',
        ],
        'session.unwanted': ['closed', 'abandonLogin'],
        'login.ended': OPENED,
        'login.ended busy': ['pausing', 'abandonLogin', 'recordFailure', 'startPause', 'busyTries = 1'],
        'login.ended changed': ['pausing', 'abandonLogin', 'startPause', 'busyTries = 1'],
        'login.ended unreachable': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended lost': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended *': ['ended', 'abandonLogin', 'reportEnd'],
      },
    },
    'loggingIn: in mode `ask`': {
      after: ['session.wanted ask'],
      legal: {
        'session.wanted': ['stays', 'abandonLogin', 'logIn', 'kind = new'],
        'session.wanted again': ['stays', 'abandonLogin', 'logIn', 'kind = again'],
        'session.wanted ask': ['stays', 'abandonLogin', 'logIn'],
        'session.unwanted': ['closed', 'abandonLogin'],
        'login.ended': [...OPENED, 'wasOpen = true'],
        'login.ended busy': ['pausing', 'abandonLogin', 'recordFailure', 'startPause', 'busyTries = 1'],
        'login.ended unreachable': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended lost': ['unanswered', 'abandonLogin', 'recordFailure'],
        'login.ended *': ['ended', 'abandonLogin', 'reportEnd'],
      },
    },
    'open.quiet.known': {
      after: ['session.wanted', 'login.ended'],
      legal: {
        ...QUIET,
        'answer.opened': ['stays'],
        'session.unknown': ['open.quiet.doubted'],
        'quiet.over': ['open.settled', 'stopQuietTimer'],
      },
    },
    'open.quiet.doubted': {
      after: ['session.wanted', 'login.ended', 'session.unknown'],
      legal: {
        ...QUIET,
        'answer.opened': ['open.quiet.known'],
        'quiet.over': ['loggingIn', 'stopQuietTimer', 'logIn', 'fruitless = 1'],
      },
    },
    'open.quiet.doubted: the server did not know the previous session either': {
      after: [
        'session.wanted',
        'login.ended',
        'quiet.over',
        'session.unknown',
        'login.ended',
        'session.unknown',
      ],
      legal: {
        'session.wanted': [
          'loggingIn',
          'stopQuietTimer',
          'logIn',
          'kind = new',
          'wasOpen = false',
          'fruitless = 0',
        ],
        'session.wanted again': ['loggingIn', 'stopQuietTimer', 'logIn', 'wasOpen = false', 'fruitless = 0'],
        'session.wanted ask': [
          'loggingIn',
          'stopQuietTimer',
          'logIn',
          'kind = ask',
          'wasOpen = false',
          'fruitless = 0',
        ],
        'session.unwanted': ['closed', 'stopQuietTimer'],
        'server.moved': ['loggingIn', 'stopQuietTimer', 'logIn'],
        'answer.opened': ['open.quiet.known', 'fruitless = 0'],
        'quiet.over': ['loggingIn', 'stopQuietTimer', 'reportTwoAddresses', 'logIn', 'fruitless = 2'],
      },
    },
    'open.settled': {
      after: ['session.wanted', 'login.ended', 'quiet.over'],
      legal: {
        'session.wanted': ['loggingIn', 'logIn', 'kind = new', 'wasOpen = false'],
        'session.wanted again': ['loggingIn', 'logIn', 'wasOpen = false'],
        'session.wanted ask': ['loggingIn', 'logIn', 'kind = ask', 'wasOpen = false'],
        'session.unwanted': ['closed'],
        'server.moved': ['loggingIn', 'logIn'],
        'answer.opened': ['stays'],
        ...UNKNOWN,
      },
    },
    'open.settled: the server did not know the previous session': {
      after: ['session.wanted', 'login.ended', 'quiet.over', 'session.unknown', 'login.ended', 'quiet.over'],
      legal: {
        'session.wanted': ['loggingIn', 'logIn', 'kind = new', 'wasOpen = false', 'fruitless = 0'],
        'session.wanted again': ['loggingIn', 'logIn', 'wasOpen = false', 'fruitless = 0'],
        'session.wanted ask': ['loggingIn', 'logIn', 'kind = ask', 'wasOpen = false', 'fruitless = 0'],
        'session.unwanted': ['closed'],
        'server.moved': ['loggingIn', 'logIn'],
        'answer.opened': ['stays', 'fruitless = 0'],
        'session.unknown': ['loggingIn', 'reportTwoAddresses', 'logIn', 'fruitless = 2'],
      },
    },
    pausing: {
      after: ['session.wanted', 'login.ended busy'],
      legal: {
        'session.wanted': ['loggingIn', 'stopPause', 'logIn', 'kind = new', 'busyTries = 0'],
        'session.wanted again': ['loggingIn', 'stopPause', 'logIn', 'busyTries = 0'],
        'session.wanted ask': ['loggingIn', 'stopPause', 'logIn', 'kind = ask', 'busyTries = 0'],
        'session.unwanted': ['closed', 'stopPause'],
        'server.moved': ['loggingIn', 'stopPause', 'logIn'],
        'pause.over': ['loggingIn', 'stopPause', 'logIn'],
      },
    },
    unanswered: {
      after: ['session.wanted', 'login.ended unreachable'],
      legal: {
        'session.wanted': ['loggingIn', 'logIn', 'kind = new'],
        'session.wanted again': ['loggingIn', 'logIn'],
        'session.wanted ask': ['loggingIn', 'logIn', 'kind = ask'],
        'session.unwanted': ['closed'],
        'beat.due': ['loggingIn', 'logIn'],
      },
    },
    ended: {
      after: ['session.wanted', 'login.ended elsewhere'],
      legal: {
        'session.wanted': ['loggingIn', 'logIn'],
        'session.wanted again': ['loggingIn', 'logIn', 'kind = again'],
        'session.wanted ask': ['loggingIn', 'logIn', 'kind = ask'],
        'session.unwanted': ['closed'],
      },
    },
  },
};
