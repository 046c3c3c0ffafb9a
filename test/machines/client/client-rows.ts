/** Effects and rows that the tables of the client's statechart share. */

import type { Row, Rows } from '../../helpers/legal-table.js';

export const CLOSE = 'terminal <- prompt.close';
/** The user leaves the program: the effects. */
export const END_CALLS: readonly [string, string] = [
  'call-control <- calls.end',
  'start departure of departing.waiting, 1000 ms',
];
export const GET_BUDDIES = 'heartbeat <- buddies.get';
export const open = (question: string) => `terminal <- prompt.open ${question}`;
export const say = (notice: string) => `terminal <- notice.say ${notice}`;
export const show = (...status: readonly string[]) =>
  ['terminal <- status.show', ...status.filter(Boolean)].join(' ');

/** Buddies see `100` of a user who is here, and `102` of any other. */
export const announce = (user: string, status: 100 | 102, attendance: 'here' | 'away' | 'idle') => [
  `heartbeat <- presence.set ${user} ${status}`,
  `archive <- user.claim ${user}`,
  `emit user.announced ${user} ${attendance}`,
];

/** The menu, of which a user at a terminal who has seen it is not told again. */
export const MENU = [open('menu'), 'question = menu'];

/** A buddy list with bob; and with when bob was last seen, as it is shown. */
export const BOB = 'bob 100 192.0.2.7 4000';
export const BOB_SEEN = `${BOB} bob`;

/** The call that was missed. */
const MISSED = 'bob 192.0.2.7';

/** Whether to take the call. */
export const CALL_QUESTION = 'call bob 192.0.2.7';

/** The caller is shown, and asked about. */
export const RING = [
  say('caller bob 192.0.2.7'),
  'terminal <- alert.raise call bob 192.0.2.7',
  open(CALL_QUESTION),
];

/** A line of the user's own that was sent. */
export const SHOWN = 'terminal <- message.show alice isOwn hello';
export const RECORDED = 'archive <- message.record alice bob isOwn hello';

/** Whom a chat was with is unknown where it is older than call control. */
export const RECORDED_OF_OLDER = 'archive <- message.record alice isOwn hello';

/** What the rows of a state depend on that is not the state's own. */
export interface Look {
  /** The question that is open. */
  readonly question?: string;
  /** What the states do when they are left. */
  readonly exit?: readonly string[];
  /** What the user is told of the outbox when the client ends at once. */
  readonly unfinished?: readonly string[];
  /** What changes when the user leaves the program in the middle of a call or a chat. */
  readonly forgotten?: readonly string[];
  /** Whether the buddy list with bob is known already. */
  readonly knowsBob?: boolean;
  /** Whether a call of bob's was missed. */
  readonly hasMissed?: boolean;
  readonly isAway?: boolean;
  readonly isSignedOut?: boolean;
}

/** The rows that states differ in only by what is shown, asked and closed. */
export function anyTime(look: Look = {}): Rows {
  const {
    question,
    unfinished = [],
    forgotten = [],
    knowsBob = false,
    hasMissed = false,
    isAway = false,
    isSignedOut = false,
  } = look;
  const { exit = question === undefined ? [] : [CLOSE] } = look;
  const user = [isSignedOut ? '' : 'alice', isAway ? 'isAway' : ''];
  const before = hasMissed ? MISSED : '';
  const status = [knowsBob ? BOB_SEEN : '', before];
  const missed = [show(...user, ...status, MISSED), ['log =', before, MISSED, '0'].filter(Boolean).join(' ')];
  const asked = question === undefined ? [] : ['question = none'];
  // The calls are told to end first, then to be cut.
  const leaving: Row = [
    'departing.abandoning',
    ...exit,
    END_CALLS[0],
    'call-control <- calls.abandon',
    ...asked,
    ...forgotten,
  ];
  const departing: Row = ['departing.waiting', ...exit, ...END_CALLS, ...asked, ...forgotten];
  return {
    'terminal.opened': [
      'stays',
      show(...user, ...status),
      ...(question === undefined ? [] : [open(question)]),
    ],
    'buddies.received': [
      'stays',
      show(...user, BOB_SEEN, before),
      ...(knowsBob ? [] : [`buddies = ${BOB}`, 'lastSeen = bob']),
    ],
    'buddies.received offline': [
      'stays',
      show(...user, 'bob 101', knowsBob ? 'bob' : '', before),
      'buddies = bob 101',
    ],
    'buddies.received empty': [
      'stays',
      show(...user, before),
      ...(knowsBob ? ['buddies = none', 'lastSeen = none'] : []),
    ],
    'call.withdrawn': ['stays', say('callGone'), ...missed],
    'call.withdrawn nuisance': ['stays', say('callGone'), say('nuisance 192.0.2.7'), ...missed],
    'call.withdrawn cut': ['stays', ...missed],
    'call.missed': ['stays', say('callUnanswered'), ...missed],
    'input.interrupted': departing,
    'input.ended': departing,
    'leave.requested': leaving,
    'shutdown.requested': ['left', ...exit, ...unfinished, ...asked],
    ...(isAway || isSignedOut ? {} : { 'user.idled': idled(status) }),
    ...(isSignedOut ? SIGNED_OUT_ROWS : {}),
  };
}

function idled(status: readonly string[]): Row {
  return ['stays', ...announce('alice', 102, 'idle'), show('alice isAway', ...status), 'attendance = idle'];
}

/** A late line of a user who is no longer signed in is shown as `you`. */
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
