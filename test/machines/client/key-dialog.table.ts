/** The effects of each legal event of the dialog about a key's words. All other events change nothing. */

import type { LegalTable } from '../../helpers/legal-table.js';

export const KEY_DIALOG: LegalTable = {
  chart: 'key-dialog',
  start: ['reading', 'readWords'],
  states: {
    reading: {
      after: [],
      legal: {
        'words.read': ['showing', 'showWords'],
        'words.absent': ['ended', 'reportSkipped'],
      },
    },
    showing: {
      after: ['words.read'],
      legal: {
        'answer.blank': ['asking', 'askTwoWords'],
        'answer.given': ['asking', 'askTwoWords'],
      },
    },
    asking: {
      after: ['words.read', 'answer.blank'],
      legal: {
        'answer.right': ['ended', 'dropSeed', 'sayCopied', 'reportCopied'],
        'answer.wrong': ['stays', 'sayWrong', 'askTwoWords'],
        'answer.blank': ['ended', 'sayKept', 'reportSkipped'],
      },
    },
    typing: {
      given: { dialog: 'restore' },
      start: ['typing', 'askForWords'],
      after: [],
      legal: {
        'answer.given': ['checking', 'restoreKey'],
        'answer.begun': ['stays', 'askForWords'],
        'answer.misspelt': ['stays', 'sayMisspelt', 'askForWords'],
        'answer.blank': ['ended', 'reportSkipped'],
      },
    },
    checking: {
      given: { dialog: 'restore' },
      start: ['typing', 'askForWords'],
      after: ['answer.given'],
      legal: {
        'words.accepted': ['ended', 'reportRestored'],
        'words.refused': ['typing', 'sayRefused', 'askForWords'],
      },
    },
    ended: { after: ['words.absent'], legal: {} },
  },
};
