/** Effects and rows that the tables of the client's statechart share. */

import type { Row, Rows } from '../../helpers/legal-table.js';

export const CLOSE = 'terminal <- prompt.close';
/** The effects when the user leaves the program. */
export const END_CALLS: readonly [string, string] = [
  'call-control <- calls.end',
  'start departure of departing.waiting, 1000 ms',
];
export const GET_BUDDIES = 'heartbeat <- buddies.get';
export const open = (question: string) => `terminal <- prompt.open ${question}`;
export const say = (notice: string) => `terminal <- notice.say ${notice}`;
export const show = (...status: readonly string[]) =>
  ['terminal <- status.show', ...status.filter(Boolean)].join(' ');

/** The effects that announce a user. Buddies see the status: 100 if the user is `here`, otherwise 102. */
export const announce = (user: string, status: 100 | 102, attendance: 'here' | 'away' | 'idle') => [
  `heartbeat <- presence.set ${user} ${status}`,
  `archive <- user.claim ${user}`,
  `emit user.announced ${user} ${attendance}`,
];

/** Opens the menu prompt, for a user at a terminal who has already seen the menu. */
export const MENU = [open('menu'), 'question = menu'];

/** A buddy list with bob, and the same list with the time when bob was last seen. */
export const BOB = 'bob 100 192.0.2.7 4000';
export const BOB_SEEN = `${BOB} bob`;

/** The context changes at the sign-out of a user who had bob on the buddy list. */
const FORGETS_BOB = ['buddies = none', 'lastSeen = none'];

/** The caller of the missed call. */
const MISSED = 'bob 192.0.2.7';

/** What is known about the key of bob, for a user who has a key. */
export const PINNED = 'bob pinned';

/** The question whether to accept the call. */
export const CALL_QUESTION = 'call bob 192.0.2.7';

/** The effects that show the caller and ask the user. */
export const RING = [
  say('caller bob 192.0.2.7'),
  'terminal <- alert.raise call bob 192.0.2.7',
  open(CALL_QUESTION),
];

/** The effects for a line that was sent to bob: it is shown, and recorded in the history. */
export const SHOWN = 'terminal <- message.show alice isOwn hello';
export const RECORDED = 'archive <- message.record alice bob isOwn hello';

/** Records a sent line of a chat that began before call control was restarted: its peer is unknown. */
export const RECORDED_OF_OLDER = 'archive <- message.record alice isOwn hello';

/** The properties that the rows of a state depend on, beyond the state itself. */
export interface Look {
  /** The open question. */
  readonly question?: string;
  /** The effects of leaving the state. If absent: an open question is closed. */
  readonly exit?: readonly string[];
  /** The notices about the lines in the outbox, if a shutdown ends the client. */
  readonly unfinished?: readonly string[];
  /** The context changes when the user leaves the program during a call or a chat. */
  readonly forgotten?: readonly string[];
  /** Whether the client already has the buddy list with bob. */
  readonly knowsBob?: boolean;
  /** Whether the user missed a call from bob. */
  readonly hasMissed?: boolean;
  readonly isAway?: boolean;
  readonly isSignedOut?: boolean;
  /** Whether the user has a key, and bob is pinned. */
  readonly isKeyed?: boolean;
}

/** The rows that all states have. They differ only in the status, the question and the exit effects. */
export function anyTime(look: Look = {}): Rows {
  const {
    question,
    unfinished = [],
    forgotten = [],
    knowsBob = false,
    hasMissed = false,
    isAway = false,
    isSignedOut = false,
    isKeyed = false,
  } = look;
  const { exit = question === undefined ? [] : [CLOSE] } = look;
  const user = [isSignedOut ? '' : 'alice', isAway ? 'isAway' : ''];
  const before = hasMissed ? MISSED : '';
  const pinned = isKeyed ? PINNED : '';
  const status = [knowsBob ? BOB_SEEN : '', pinned, before];
  const missed = [show(...user, ...status, MISSED), ['log =', before, MISSED, '0'].filter(Boolean).join(' ')];
  const asked = question === undefined ? [] : ['question = none'];
  // The client first tells call control to end the calls, and then to abandon them.
  const leaving: Row = [
    'departing.abandoning',
    ...exit,
    END_CALLS[0],
    'call-control <- calls.abandon',
    ...asked,
    ...forgotten,
  ];
  const signedOut = [say('sessionEnded alice elsewhere'), show(isAway ? 'isAway' : '', before)];
  const forgets = [...(knowsBob ? FORGETS_BOB : []), ...(isKeyed ? ['trust = none'] : [])];
  const endsInPlace: Row = ['stays', ...signedOut, 'user = none', 'isMenuKnown = false', ...forgets];
  const departing: Row = ['departing.waiting', ...exit, ...END_CALLS, ...asked, ...forgotten];
  return {
    'terminal.opened': [
      'stays',
      show(...user, ...status),
      ...(question === undefined ? [] : [open(question)]),
    ],
    'buddies.received': [
      'stays',
      show(...user, BOB_SEEN, pinned, before),
      ...(knowsBob ? [] : [`buddies = ${BOB}`, 'lastSeen = bob']),
    ],
    'buddies.received offline': [
      'stays',
      show(...user, 'bob 101', knowsBob ? 'bob' : '', pinned, before),
      'buddies = bob 101',
    ],
    'buddies.received empty': [
      'stays',
      show(...user, pinned, before),
      ...(knowsBob ? ['buddies = none', 'lastSeen = none'] : []),
    ],
    'trust.reported': [
      'stays',
      show(...user, knowsBob ? BOB_SEEN : '', PINNED, before),
      ...(question === 'menu' ? [open('menu isKeyed')] : []),
      ...(isKeyed ? [] : [`trust = ${PINNED}`]),
      ...(question === 'menu' ? ['question = menu isKeyed'] : []),
    ],
    'call.withdrawn replaced': ['stays', show(...user, ...status)],
    'call.withdrawn': ['stays', say('callGone'), ...missed],
    'call.withdrawn nuisance': ['stays', say('callGone'), say('nuisance 192.0.2.7'), ...missed],
    'call.withdrawn cut': ['stays', ...missed],
    'call.missed': ['stays', say('callUnanswered'), ...missed],
    ...(isSignedOut ? {} : { 'session.ended': endsInPlace }),
    'input.interrupted': departing,
    'input.ended': departing,
    'leave.requested': leaving,
    'shutdown.requested': ['left', ...exit, ...unfinished, ...asked],
    ...(isAway || isSignedOut ? {} : { 'user.idled': idled(status) }),
    ...(isSignedOut ? SIGNED_OUT_ROWS : {}),
  };
}

/** The questions that a menu choice asks. While one of them is open, the context has a `purpose`. */
const PURPOSEFUL = ['userId', 'buddyId', 'history', 'block'];

/** The row of `session.ended` in a state from which the user then returns to the menu. */
export function sessionEnded(look: Look = {}): Rows {
  const { question, knowsBob = false, hasMissed = false, isAway = false, isSignedOut = false } = look;
  const { exit = question === undefined ? [] : [CLOSE], isKeyed = false } = look;
  if (isSignedOut) return {};
  return {
    'session.ended': [
      'free.signedOut',
      ...exit,
      say('sessionEnded alice elsewhere'),
      show(isAway ? 'isAway' : '', hasMissed ? MISSED : ''),
      say('menu'),
      open('menu'),
      'user = none',
      ...(PURPOSEFUL.includes(question ?? '') ? ['purpose = none'] : []),
      'isMenuKnown = false',
      ...(knowsBob ? FORGETS_BOB : []),
      ...(isKeyed ? ['trust = none'] : []),
      ...(question === 'menu' && !isKeyed ? [] : ['question = menu']),
    ],
  };
}

function idled(status: readonly string[]): Row {
  return ['stays', ...announce('alice', 102, 'idle'), show('alice isAway', ...status), 'attendance = idle'];
}

/** The rows of a signed-out user. A line that is sent after the sign-out is shown with the name `you`. */
const SIGNED_OUT_ROWS: Rows = {
  'server.lost': ['stays', say('serverLost down')],
  'message.sent': [
    'stays',
    'terminal <- message.show you isOwn hello',
    'archive <- message.record bob isOwn hello',
  ],
  'message.sent late': [
    'stays',
    'terminal <- message.show you isOwn hello',
    say('ownMessageCut'),
    'archive <- message.record bob isOwn hello',
  ],
  'message.sent older': [
    'stays',
    'terminal <- message.show you isOwn hello',
    'archive <- message.record isOwn hello',
  ],
};
