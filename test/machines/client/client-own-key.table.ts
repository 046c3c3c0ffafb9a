/** The part of the client's table about the user's own key. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import { announce, anyTime, CALL_QUESTION, CLOSE, open, RING, say, show } from './client-rows.js';

const CHECKED = 'xstate.done.actor.0.client.waiting.forCheck';
const CHECK_FAILED = 'xstate.error.actor.0.client.waiting.forCheck';
const STOP = 'stop the invoked actor';

/** The samples with which bob signs in. A client with the input `CHECKING` then checks his key. */
const LOGIN = ['prompt.answered l', 'prompt.answered bob'];

const CHECKING = { user: undefined, checksKeys: true };

const SIGNED_OUT: Row = ['free.signedOut', 'archive <- blocked.get', say('menu'), open('menu')];

const RESTORE = 'terminal <- key-dialog.open restore bob';

/** The row of an event that ends the key dialog. The user is not signed in, and sees the menu. */
const DIALOG_LEFT: Row = [
  'free.signedOut',
  CLOSE,
  say('menu'),
  open('menu'),
  ...['candidate = none', 'keyDialog = none', 'question = menu'],
];

/** The samples for the states in this file. */
export const OWN_KEY_SAMPLES: NonNullable<LegalTable['samples']> = {
  [`${CHECKED} key`]: {
    actorId: '0.client.waiting.forCheck',
    output: { holds: 'key', remindsOfWords: true },
  },
  [`${CHECKED} nothing`]: { actorId: '0.client.waiting.forCheck', output: { holds: 'nothing' } },
  [`${CHECKED} keyless`]: {
    actorId: '0.client.waiting.forCheck',
    output: { holds: 'nothing', isNewlyKeyless: true },
  },
  [`${CHECKED} no-key`]: { actorId: '0.client.waiting.forCheck', output: { holds: 'no-key' } },
  [`${CHECKED} revoked`]: {
    actorId: '0.client.waiting.forCheck',
    output: { holds: 'no-key', isRevoked: true },
  },
  [`${CHECKED} unknown`]: {
    actorId: '0.client.waiting.forCheck',
    output: { holds: 'unknown', reason: 'it is busy' },
  },
  [CHECK_FAILED]: { actorId: '0.client.waiting.forCheck', error: new Error('no route') },
  'key-dialog.ended': {},
  'key-dialog.ended restored': { outcome: 'restored' },
};

/** The rows of the possible results of the key check that precedes a sign-in. */
function checked(isInteractive: boolean): Rows {
  const refused = (notice: string): Row => [
    'free.signedOut',
    STOP,
    say(notice),
    ...(isInteractive ? [say('menu')] : []),
    open('menu'),
    ...['candidate = none', 'question = menu'],
  ];
  const signedIn = (notices: readonly string[], isKeyed = false): Row => [
    'free.menu',
    STOP,
    ...announce('bob', 100, 'here'),
    say('signedIn bob'),
    ...notices,
    show('bob'),
    ...(isKeyed ? [say('menu isKeyed'), open('menu isKeyed')] : [say('menu'), open('menu')]),
    ...[
      'user = bob',
      ...(isInteractive ? ['isMenuKnown = true'] : []),
      'candidate = none',
      ...(isKeyed ? ['trust = none', 'question = menu isKeyed'] : ['question = menu']),
    ],
  ];
  return {
    [`${CHECKED} key`]: signedIn(isInteractive ? [say('wordsReminder bob')] : [], true),
    [`${CHECKED} nothing`]: signedIn([]),
    [`${CHECKED} keyless`]: signedIn([say('registration nothing keyless-server')]),
    [`${CHECKED} no-key`]: isInteractive
      ? ['free.keyDialog', STOP, say('keyMissing bob'), RESTORE, 'keyDialog = restore']
      : refused('keyMissing bob'),
    [`${CHECKED} revoked`]: isInteractive
      ? ['free.keyDialog', STOP, say('keyMissing bob isRevoked'), RESTORE, 'keyDialog = restore']
      : refused('keyMissing bob isRevoked'),
    [`${CHECKED} unknown`]: refused('keyUncertain it is busy'),
    [CHECK_FAILED]: refused('serverError no route'),
  };
}

export const OWN_KEY: LegalTable['states'] = {
  'waiting.forCheck': {
    given: CHECKING,
    start: SIGNED_OUT,
    after: LOGIN,
    legal: { ...anyTime({ exit: [STOP], isSignedOut: true }), ...checked(true) },
  },
  'waiting.forCheck: the user is a script': {
    given: { ...CHECKING, isInteractive: false },
    start: SIGNED_OUT,
    after: LOGIN,
    legal: { ...anyTime({ exit: [STOP], isSignedOut: true }), ...checked(false) },
  },
  'free.keyDialog': {
    given: CHECKING,
    start: SIGNED_OUT,
    after: [...LOGIN, `${CHECKED} no-key`],
    legal: {
      ...anyTime({ exit: [CLOSE], isSignedOut: true }),
      'terminal.opened': ['stays', CLOSE, show(), RESTORE],
      'prompt.answered *': ['stays'],
      'call.offered': [
        'busy.ringing',
        CLOSE,
        ...RING,
        ...[`question = ${CALL_QUESTION}`, 'offer = 1 bob 192.0.2.7'],
      ],
      'input.interrupted': DIALOG_LEFT,
      'key-dialog.ended': DIALOG_LEFT,
      'key-dialog.ended restored': ['waiting.forCheck', CLOSE, 'invoke checkSignIn bob', 'keyDialog = none'],
    },
  },
};
