/** The client's table, part `free`: a prompt is open, and incoming calls ring at once. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import {
  announce,
  anyTime,
  CALL_QUESTION,
  CLOSE,
  END_CALLS,
  GET_BUDDIES,
  type Look,
  MENU,
  open,
  RING,
  say,
  sessionEnded,
  show,
} from './client-rows.js';

/** The rows of an open prompt: an incoming call rings at once. */
export function prompt(question: string, look: Look = {}): Rows {
  return {
    ...anyTime({ ...look, question }),
    ...sessionEnded({ ...look, question }),
    'call.offered': [
      'busy.ringing',
      CLOSE,
      ...RING,
      `question = ${CALL_QUESTION}`,
      'offer = 1 bob 192.0.2.7',
    ],
  };
}

/** The row of a menu choice after which the client asks for an id. */
function ask(purpose: string, question: string): Row {
  return ['free.asking', CLOSE, open(question), `purpose = ${purpose}`, `question = ${question}`];
}

/** The rows of the menu choices that need no signed-in user. */
const CHOICES: Rows = {
  'prompt.answered r': ask('register', 'userId'),
  'prompt.answered l': ask('login', 'userId'),
  'prompt.answered b': [
    'free.asking',
    CLOSE,
    say('blocked'),
    ...[open('block'), 'purpose = block', 'question = block'],
  ],
  'prompt.answered x': ['departing.waiting', CLOSE, ...END_CALLS, 'question = none'],
  'prompt.answered empty': ['stays', say('menuHelp'), open('menu')],
  'prompt.answered ?': ['stays', say('menuHelp'), open('menu')],
  'prompt.answered *': ['stays', say('unknownChoice'), open('menu')],
};

/** The rows of the menu choices of a signed-in user, except W (away or back) and V (verify). */
export const MEMBERS_CHOICES: Rows = {
  ...CHOICES,
  'prompt.answered a': ask('add', 'buddyId'),
  'prompt.answered d': ask('delete', 'buddyId'),
  'prompt.answered m': ask('message', 'buddyId'),
  'prompt.answered h': ask('history', 'history'),
  'prompt.answered s': ['waiting.forBuddies', CLOSE, GET_BUDDIES, 'question = none'],
};

const SIGN_IN_FIRST: Row = ['stays', say('signInFirst'), open('menu')];
const AWAY = [say('away'), show('alice isAway'), open('menu'), 'attendance = away'];
const BACK = [say('back'), show('alice'), open('menu'), 'attendance = here'];

/**
 * The rows of a question for an id: `answered` is the row of an ordinary answer, `others` has the rows of
 * special answers, and `above` has the effects that repeat the notice above the question.
 */
export function asking(
  question: string,
  answered: Row,
  others: Rows = {},
  above: readonly string[] = [],
  look: Look = {},
): Rows {
  const hint: Row = ['stays', CLOSE, say('idHint {value}'), ...above, open(question)];
  const back: Row = ['free.menu', CLOSE, open('menu'), ...['purpose = none', 'question = menu']];
  return {
    ...prompt(question, look),
    'prompt.answered *': answered,
    'prompt.answered two-words': hint,
    'prompt.answered keyed': hint,
    'prompt.answered quoted-q': hint,
    'prompt.answered ?': hint,
    'prompt.answered empty': back,
    'input.interrupted': back,
    ...others,
  };
}

/** The row of an answer that is not a valid id to log in with. */
const LOGIN_HINT: Row = ['stays', CLOSE, say('idHint {value}'), open('userId')];

/** The row of an answer that is sent to the server, which decides whether the word is a valid id. */
function request(words: string): Row {
  return [
    'waiting.forReply',
    CLOSE,
    `invoke askServer ${words} {value}`,
    ...['purpose = none', `request = ${words} {value}`, 'question = none'],
  ];
}

/** Applies a row to each sample answer that is one word, but not a valid id. */
function notAnId(row: Row): Rows {
  return { 'prompt.answered quoted-q': row, 'prompt.answered ?': row, 'prompt.answered keyed': row };
}

/** The row of an answer after which the client waits up to 5 s for the archive. */
function askArchive(state: string, command: string): Row {
  return [
    state,
    CLOSE,
    `archive <- ${command}`,
    `start archivePatience of ${state}, 5000 ms`,
    ...['purpose = none', 'question = none'],
  ];
}

const BLOCK = askArchive('waiting.forBlocked', 'buddy.block {value}');
/** An answer that is not a valid id may be an address: it is put into lower case, and blocked too. */
const NOT_IDS_TO_BLOCK: Rows = {
  ...notAnId(BLOCK),
  'prompt.answered keyed': askArchive(
    'waiting.forBlocked',
    'buddy.block bob#rriu0skqujpocdpijm_kchtjubrq3yi9gadgrzcmsoa',
  ),
};
const UNBLOCK = askArchive('waiting.forBlocked', 'buddy.unblock {value}');

/** The rows of the offer to call bob again after a broken chat. `lines`: how many may not have arrived. */
function offering(lines: number): Rows {
  const question = `callAgain bob ${lines}`;
  const no: Row = ['free.menu', CLOSE, ...MENU, ...(lines > 0 ? ['undelivered = none'] : [])];
  return {
    ...prompt(question),
    'prompt.answered y': [
      'waiting.forBuddy',
      CLOSE,
      GET_BUDDIES,
      ...['buddy = bob', 'question = none', 'isResending = true'],
    ],
    'prompt.answered n': no,
    'input.interrupted': no,
    'prompt.answered *': ['stays', open(question)],
  };
}

const SIGNED_OUT_AGAIN: Row = [
  'free.signedOut',
  CLOSE,
  say('menu'),
  open('menu'),
  ...['purpose = none', 'question = menu'],
];

const CHAT = ['call.offered', 'prompt.answered y', 'chat.opened'];

export const FREE: LegalTable['states'] = {
  'free.signedOut': {
    given: { user: undefined },
    start: ['free.signedOut', 'archive <- blocked.get', say('menu'), open('menu')],
    after: [],
    legal: {
      ...prompt('menu', { isSignedOut: true }),
      ...CHOICES,
      ...Object.fromEntries([...'admswh'].map((choice) => [`prompt.answered ${choice}`, SIGN_IN_FIRST])),
    },
  },
  'free.menu': {
    after: [],
    legal: {
      ...prompt('menu'),
      ...MEMBERS_CHOICES,
      'prompt.answered w': ['stays', ...announce('alice', 102, 'away'), ...AWAY],
    },
  },
  'free.menu: the user chose to be away': {
    after: ['prompt.answered w'],
    legal: {
      ...prompt('menu', { isAway: true }),
      ...MEMBERS_CHOICES,
      'prompt.answered w': ['stays', ...announce('alice', 100, 'here'), ...BACK],
    },
  },
  'free.menu: the user is idle': {
    after: ['user.idled'],
    legal: {
      ...prompt('menu', { isAway: true }),
      ...MEMBERS_CHOICES,
      'prompt.answered w': ['stays', ...announce('alice', 100, 'here'), ...BACK],
      'user.active': ['stays', ...announce('alice', 100, 'here'), show('alice'), 'attendance = here'],
    },
  },
  'free.menu: the user was idle before the client restarted': {
    given: { attendance: 'idle' },
    start: [
      'free.menu',
      'archive <- blocked.get',
      ...announce('alice', 102, 'idle'),
      ...[say('signedIn alice'), say('menu'), open('menu')],
    ],
    after: [],
    legal: {
      ...prompt('menu', { isAway: true }),
      ...MEMBERS_CHOICES,
      'prompt.answered w': ['stays', ...announce('alice', 100, 'here'), ...BACK],
      'user.active': ['stays', ...announce('alice', 100, 'here'), show('alice'), 'attendance = here'],
    },
  },

  'free.asking: an id to register': {
    given: { user: undefined },
    after: ['prompt.answered r'],
    legal: {
      ...prompt('userId', { isSignedOut: true }),
      'prompt.answered *': request('REG'),
      'prompt.answered two-words': ['stays', CLOSE, say('idHint {value}'), open('userId')],
      'prompt.answered empty': SIGNED_OUT_AGAIN,
      'input.interrupted': SIGNED_OUT_AGAIN,
    },
  },
  'free.asking: an id to log in': {
    after: ['prompt.answered l'],
    legal: asking('userId', [
      'free.menu',
      CLOSE,
      ...announce('{value}', 100, 'here'),
      ...[say('signedIn {value}'), show('{value}'), say('menu'), open('menu')],
      ...['user = {value}', 'purpose = none', 'question = menu'],
    ]),
  },
  'free.asking: an id to log in, if the client checks keys': {
    given: { user: undefined, checksKeys: true },
    after: ['prompt.answered l'],
    legal: {
      ...prompt('userId', { isSignedOut: true }),
      'prompt.answered *': [
        'waiting.forCheck',
        CLOSE,
        'invoke checkSignIn {value}',
        ...['purpose = none', 'candidate = {value} here', 'question = none'],
      ],
      'prompt.answered two-words': LOGIN_HINT,
      'prompt.answered keyed': LOGIN_HINT,
      'prompt.answered quoted-q': LOGIN_HINT,
      'prompt.answered ?': LOGIN_HINT,
      'prompt.answered empty': SIGNED_OUT_AGAIN,
      'input.interrupted': SIGNED_OUT_AGAIN,
    },
  },
  'free.asking: a buddy to add': {
    after: ['prompt.answered a'],
    legal: asking('buddyId', request('ADD alice'), notAnId(request('ADD alice'))),
  },
  'free.asking: a buddy to delete': {
    after: ['prompt.answered d'],
    legal: asking('buddyId', request('DEL alice'), notAnId(request('DEL alice'))),
  },
  'free.asking: a buddy to call': {
    after: ['prompt.answered m'],
    legal: asking('buddyId', [
      'waiting.forBuddy',
      CLOSE,
      GET_BUDDIES,
      ...['purpose = none', 'buddy = {value}', 'question = none'],
    ]),
  },
  'free.asking: a buddy, and words to find in the history': {
    after: ['prompt.answered h'],
    legal: asking('history', askArchive('waiting.forHistory', "history.show {value} ''"), {
      'prompt.answered two-words': askArchive('waiting.forHistory', 'history.show {value}'),
    }),
  },
  'free.asking: an id to block': {
    after: ['prompt.answered b'],
    legal: asking('block', BLOCK, NOT_IDS_TO_BLOCK, [say('blocked')]),
  },
  'free.asking: an id to block, while bob is blocked': {
    after: ['blocked.changed', 'prompt.answered b'],
    legal: {
      ...asking('block', BLOCK, NOT_IDS_TO_BLOCK, [say('blocked bob')]),
      'prompt.answered bob': UNBLOCK,
      'blocked.changed': ['stays', 'call-control <- callers.block bob'],
    },
  },

  'free.offering': { after: [...CHAT, 'chat.ended'], legal: offering(0) },
  'free.offering: a line may not have arrived': {
    after: [...CHAT, 'prompt.answered hello', 'message.unconfirmed', 'chat.ended'],
    legal: offering(1),
  },
};
