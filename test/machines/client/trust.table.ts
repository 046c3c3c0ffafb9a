/** The effects of each legal event of the trust in a buddy. All other events change nothing. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';

/** The key in the demo of the chart, and two more keys. */
const KEY = 'RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA';
const OTHER = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const THIRD = 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw';

/** The row of an event with which the user verifies a key. */
function verifies(pin: string): Row {
  return ['verified', 'storePin', `trust = ${pin}`];
}

/** The row of an event in which the server names a key other than the pinned key. */
function changes(next: 'changed' | 'stays', pin: string): Row {
  return [next, 'storePin', 'reportChanged', `trust = ${pin}`];
}

function raises(pin: string): Row {
  return ['stays', 'storePin', `trust = ${pin}`];
}

const FORGETS: Row = ['unknown', 'forgetPin', 'trust = none'];

/** The rows of the events with which the user sets a key while no key is known. */
const FIRST_DECISIONS: Rows = {
  'words.matched': verifies(`${KEY} 0 words`),
  'words.matched other': verifies(`${OTHER} 0 words`),
  'words.matched third': verifies(`${THIRD} 0 words`),
  'key.given': verifies(`${KEY} 0 key`),
  'key.given other': verifies(`${OTHER} 0 key`),
};

export const TRUST: LegalTable = {
  chart: 'trust',
  samples: {
    'who.key': {},
    'who.key floor': { floor: 5 },
    'who.key other': { key: OTHER },
    'who.key other floor': { key: OTHER, floor: 3 },
    'who.key third': { key: THIRD },
    'words.matched': {},
    'words.matched other': { key: OTHER },
    'words.matched third': { key: THIRD },
    'key.given': {},
    'key.given other': { key: OTHER },
    'floor.raised': { floor: 7 },
    'floor.raised other': { key: OTHER, floor: 9 },
  },
  ignored: [{ type: 'who.none' }, { type: 'who.failed' }],
  start: ['unknown'],
  states: {
    unknown: {
      after: [],
      legal: {
        'who.key': ['pinned', 'storePin', `trust = ${KEY} 0 server`],
        'who.key floor': ['pinned', 'storePin', `trust = ${KEY} 5 server`],
        'who.key other': ['pinned', 'storePin', `trust = ${OTHER} 0 server`],
        'who.key other floor': ['pinned', 'storePin', `trust = ${OTHER} 3 server`],
        'who.key third': ['pinned', 'storePin', `trust = ${THIRD} 0 server`],
        ...FIRST_DECISIONS,
      },
    },
    pinned: {
      after: ['who.key'],
      legal: {
        'who.key floor': raises(`${KEY} 5 server`),
        'who.key other': changes('changed', `${KEY} 0 server ${OTHER} 0`),
        'who.key other floor': changes('changed', `${KEY} 0 server ${OTHER} 3`),
        'who.key third': changes('changed', `${KEY} 0 server ${THIRD} 0`),
        'words.matched': ['verified', 'storePin', `trust = ${KEY} 0 words`],
        'key.given': verifies(`${KEY} 0 key`),
        'key.given other': verifies(`${OTHER} 0 key`),
        'floor.raised': raises(`${KEY} 7 server`),
        'buddy.forgotten': FORGETS,
      },
    },
    'pinned: a higher floor is known': {
      after: ['who.key', 'floor.raised'],
      legal: {
        'who.key other': changes('changed', `${KEY} 7 server ${OTHER} 0`),
        'who.key other floor': changes('changed', `${KEY} 7 server ${OTHER} 3`),
        'who.key third': changes('changed', `${KEY} 7 server ${THIRD} 0`),
        'words.matched': ['verified', 'storePin', `trust = ${KEY} 7 words`],
        'key.given': verifies(`${KEY} 7 key`),
        'key.given other': verifies(`${OTHER} 0 key`),
        'buddy.forgotten': FORGETS,
      },
    },
    verified: {
      after: ['who.key', 'words.matched'],
      legal: {
        'who.key floor': raises(`${KEY} 5 words`),
        'who.key other': changes('changed', `${KEY} 0 words ${OTHER} 0`),
        'who.key other floor': changes('changed', `${KEY} 0 words ${OTHER} 3`),
        'who.key third': changes('changed', `${KEY} 0 words ${THIRD} 0`),
        'key.given other': raises(`${OTHER} 0 key`),
        'floor.raised': raises(`${KEY} 7 words`),
        'buddy.forgotten': FORGETS,
      },
    },
    'verified: the trust was restored from the stored pin': {
      given: { trust: { key: KEY, floor: 4, by: 'key' } },
      start: ['verified'],
      after: [],
      legal: {
        'who.key floor': raises(`${KEY} 5 key`),
        'who.key other': changes('changed', `${KEY} 4 key ${OTHER} 0`),
        'who.key other floor': changes('changed', `${KEY} 4 key ${OTHER} 3`),
        'who.key third': changes('changed', `${KEY} 4 key ${THIRD} 0`),
        'key.given other': raises(`${OTHER} 0 key`),
        'floor.raised': raises(`${KEY} 7 key`),
        'buddy.forgotten': FORGETS,
      },
    },
    'changed: the pinned key came from the server': {
      after: ['who.key', 'who.key other'],
      legal: {
        'who.key': ['pinned', 'storePin', 'reportUnchanged', `trust = ${KEY} 0 server`],
        'who.key floor': ['pinned', 'storePin', 'reportUnchanged', `trust = ${KEY} 5 server`],
        'who.key other floor': ['stays', 'storePin', `trust = ${KEY} 0 server ${OTHER} 3`],
        'who.key third': changes('stays', `${KEY} 0 server ${THIRD} 0`),
        'words.matched': ['verified', 'storePin', `trust = ${KEY} 0 words`],
        'words.matched other': verifies(`${OTHER} 0 words`),
        'key.given': verifies(`${KEY} 0 key`),
        'key.given other': verifies(`${OTHER} 0 key`),
        'floor.raised': raises(`${KEY} 7 server ${OTHER} 0`),
        'buddy.forgotten': FORGETS,
      },
    },
    'changed: the user had verified the pinned key': {
      given: { trust: { key: KEY, floor: 6, by: 'words', other: { key: OTHER, floor: 3 } } },
      start: ['changed'],
      after: [],
      legal: {
        'who.key': ['verified', 'storePin', 'reportUnchanged', `trust = ${KEY} 6 words`],
        'who.key floor': ['verified', 'storePin', 'reportUnchanged', `trust = ${KEY} 6 words`],
        'who.key third': changes('stays', `${KEY} 6 words ${THIRD} 0`),
        'words.matched': ['verified', 'storePin', `trust = ${KEY} 6 words`],
        'words.matched other': verifies(`${OTHER} 3 words`),
        'key.given': verifies(`${KEY} 6 key`),
        'key.given other': verifies(`${OTHER} 3 key`),
        'floor.raised': raises(`${KEY} 7 words ${OTHER} 3`),
        'buddy.forgotten': FORGETS,
      },
    },
    damaged: {
      given: { trust: 'damaged' },
      start: ['damaged'],
      after: [],
      legal: { ...FIRST_DECISIONS, 'buddy.forgotten': FORGETS },
    },
  },
};
