/** The part of the client's table about keys: what only a user with a key can do. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import { asking, MEMBERS_CHOICES, prompt } from './client-free.table.js';
import { announce, anyTime, CLOSE, open, PINNED, say, sessionEnded, show } from './client-rows.js';

const WORDS = 'xstate.done.actor.0.client.waiting.forWords';
const NO_WORDS = 'xstate.error.actor.0.client.waiting.forWords';
const VERDICT = 'xstate.done.actor.0.client.waiting.forVerdict';
const NO_VERDICT = 'xstate.error.actor.0.client.waiting.forVerdict';
const words = { actorId: '0.client.waiting.forWords' };
const verdict = { actorId: '0.client.waiting.forVerdict' };

const KEY = 'RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA';

export const KEY_SAMPLES: Readonly<Record<string, object>> = {
  'prompt.answered keyed': { value: `bob#${KEY}` },
  [WORDS]: { ...words, output: { words: ['abandon', 'ability'] } },
  [NO_WORDS]: { ...words, error: new Error('no key') },
  [`${VERDICT} same`]: { ...verdict, output: { result: 'same' } },
  [`${VERDICT} typo`]: { ...verdict, output: { result: 'typo' } },
  [NO_VERDICT]: { ...verdict, error: new Error('no disk') },
};

const STOP = 'stop the invoked actor';
const MENU = [open('menu isKeyed'), 'question = menu isKeyed'];
const ASKED = ['trust.reported', 'prompt.answered v', 'prompt.answered bob'];

/** The row of a menu choice after which the client asks for an id. */
function ask(purpose: string, question: string): Row {
  return ['free.asking', CLOSE, open(question), `purpose = ${purpose}`, `question = ${question}`];
}

/** Changes rows to those of a user with a key: the menu has one more letter, until the session ends. */
function keyed({ 'session.ended': ended, ...rows }: Rows): Rows {
  const keyedRows = Object.fromEntries(
    Object.entries(rows).map(([name, row]): [string, Row] => [
      name,
      row.map((effect) =>
        effect
          .replace(/^terminal <- prompt.open menu$/, 'terminal <- prompt.open menu isKeyed')
          .replace(/^question = menu$/, 'question = menu isKeyed')
          .replace(/notice.say menuHelp$/, 'notice.say menuHelp isKeyed'),
      ) as unknown as Row,
    ]),
  );
  return { ...keyedRows, ...(ended && { 'session.ended': ended }) };
}

const VERIFY: Row = [
  'waiting.forWords',
  CLOSE,
  'invoke findWords alice {value} {value}',
  ...['purpose = none', 'buddy = {value}', 'question = none'],
];

export const KEYS: LegalTable['states'] = {
  'free.menu: the user has a key': {
    after: ['trust.reported'],
    legal: {
      ...keyed({ ...prompt('menu', { isKeyed: true }), ...MEMBERS_CHOICES }),
      'trust.reported': ['stays', show('alice', PINNED)],
      'terminal.opened': ['stays', show('alice', PINNED), open('menu isKeyed')],
      'prompt.answered v': ask('verify', 'buddyId'),
      'prompt.answered w': [
        'stays',
        ...announce('alice', 102, 'away'),
        ...[say('away'), show('alice isAway', PINNED), open('menu isKeyed'), 'attendance = away'],
      ],
    },
  },
  'free.asking: a buddy to verify': {
    after: ['trust.reported', 'prompt.answered v'],
    legal: {
      ...keyed(asking('buddyId', VERIFY, {}, [], { isKeyed: true })),
      'prompt.answered keyed': ['stays', CLOSE, say('idHint {value}'), open('buddyId')],
    },
  },
  'free.asking: a buddy to add, with or without its key': {
    after: ['trust.reported', 'prompt.answered a'],
    legal: {
      ...keyed(
        asking(
          'buddyId',
          [
            'waiting.forReply',
            CLOSE,
            'invoke askServer ADD alice {value}',
            ...['purpose = none', 'request = ADD alice {value}', 'question = none'],
          ],
          {},
          [],
          { isKeyed: true },
        ),
      ),
      ...Object.fromEntries(
        ['quoted-q', '?'].map((name): [string, Row] => [
          `prompt.answered ${name}`,
          [
            'waiting.forReply',
            CLOSE,
            'invoke askServer ADD alice {value}',
            ...['purpose = none', 'request = ADD alice {value}', 'question = none'],
          ],
        ]),
      ),
      'prompt.answered keyed': [
        'waiting.forReply',
        CLOSE,
        `invoke askServer ADD alice bob ${KEY}`,
        ...['purpose = none', `request = ADD alice bob ${KEY}`, 'question = none'],
      ],
    },
  },
  'waiting.forWords': {
    after: ASKED,
    legal: {
      ...anyTime({ exit: [STOP], isKeyed: true }),
      ...sessionEnded({ exit: [STOP], isKeyed: true }),
      [WORDS]: [
        'free.verifying',
        STOP,
        say('ownWords abandon ability bob'),
        open('words bob'),
        'question = words bob',
      ],
      [NO_WORDS]: ['free.menu', STOP, say('serverError no key'), ...MENU],
    },
  },
  'free.verifying': {
    after: [...ASKED, WORDS],
    legal: {
      ...prompt('words bob', { isKeyed: true }),
      'prompt.answered *': [
        'waiting.forVerdict',
        CLOSE,
        'invoke compareWords alice bob {value}',
        'question = none',
      ],
      'prompt.answered empty': ['free.menu', CLOSE, ...MENU],
      'input.interrupted': ['free.menu', CLOSE, ...MENU],
    },
  },
  'waiting.forVerdict': {
    after: [...ASKED, WORDS, 'prompt.answered hello'],
    legal: {
      ...anyTime({ exit: [STOP], isKeyed: true }),
      ...sessionEnded({ exit: [STOP], isKeyed: true }),
      [`${VERDICT} same`]: ['free.menu', STOP, say('verdict bob same'), show('alice', PINNED), ...MENU],
      [`${VERDICT} typo`]: [
        'free.verifying',
        STOP,
        say('verdict bob typo'),
        open('words bob'),
        'question = words bob',
      ],
      [NO_VERDICT]: ['free.menu', STOP, say('serverError no disk'), ...MENU],
    },
  },
};
