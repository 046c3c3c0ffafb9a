/** The effects of each legal event of call control. All other events change nothing. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';

/** A connection that does not belong to the current call. */
const other = { id: 'other', sessionId: 'other' };

/**
 * The types of events that are about one call. Each type has two samples: `<type>` is about the current call,
 * and `<type> stale` is about a second call and its connection.
 */
const OF_A_CALL = [
  'call.accept',
  'call.reject',
  'call.dismiss',
  'call.placed',
  'place.failed',
  'call.ringing',
  'call.accepted',
  'call.refused',
  'call.failed',
  'call.barred',
  'call.replaced',
  'lines.resumed',
  'delivery.late',
  'chat.leave',
  'chat.abandon',
  'delivery.progressed',
  'chat.closed',
  'peer.left',
  'message.received',
  'message.sent',
  'message.failed',
  'message.lost',
  'reading.pause',
  'reading.resume',
];

const ringingTimer = 'xstate.after.patience.call-control.ringing';
const callingTimer = 'xstate.after.patience.call-control.calling';
const stallTimer = 'stall.passed';
const stalledTimer = 'xstate.after.stallPatience.call-control.talking.stalled';

const STOP_RINGING = 'cancel patience of ringing';
const STOP_CALLING = 'cancel patience of calling';
const STOP_STALL = 'cancel stall';
const STOP_STALLED = 'cancel stallPatience of talking.stalled';
const START_RINGING = 'start patience of ringing, 60000 ms';
const START_CALLING = 'start patience of calling, 60000 ms';
const START_STALL = 'start stall, 5000 ms';
const START_STALLED = 'start stallPatience of talking.stalled, 55000 ms';
/** Restarts the timer of a stalled chat: the buddy has read something, but a line is still under way. */
const RESTART_STALLED = 'start stallPatience of talking.stalled, 60000 ms';

/** The row of `calls.end` while there is no connection to close: call control is done immediately. */
const IDLE: Row = ['idle', 'owner <- calls.ended'];
/** The row of an event from which call control learns that a peer speaks dialect B. */
function learnsB(speakers: string, ...reports: readonly string[]): Row {
  return ['stays', ...reports, `emit speakers.changed ${speakers}`, `speakers = ${speakers}`];
}

const MISUNDERSTOOD = 'owner <- call.misunderstood 192.0.2.7';

/** The peer of the current call is bob. Call control records that he speaks dialect B at this port. */
const BOB_SPEAKS_B: Rows = { 'dialect.heard port': learnsB('192.0.2.7 bob 4000 600000') };

/** The rows of a state without a call, in which the next call gets the number `call`. */
function freeFor(call: number): Rows {
  const offered = (caller: string): string[] => [`owner <- call.offered ${call} ${caller}`, START_RINGING];
  const rings: Row = [
    'ringing',
    ...offered('bob 192.0.2.7'),
    `lastCall = ${call}`,
    `current = ${call} chat bob 192.0.2.7`,
    'caller = bob 192.0.2.7',
  ];
  return {
    'call.received': rings,
    'call.received soon': rings,
    'call.received later': rings,
    'call.received nameless': [
      'ringing',
      ...offered('192.0.2.9'),
      `lastCall = ${call}`,
      `current = ${call} other 192.0.2.9`,
      'caller = 192.0.2.9',
    ],
    'call.place': [
      'calling.dialling',
      `owner <- call.dialling ${call}`,
      `chats <- child.start outgoing ${call} alice bob 192.0.2.7 4000 call-control`,
      START_CALLING,
      `lastCall = ${call}`,
      `current = ${call} bob 192.0.2.7`,
    ],
    'calls.end': IDLE,
  };
}

/** The rows of reports about lines that call control does not list as under way: it passes them on. */
function ofNoLine(call: number): Rows {
  return {
    'message.sent': ['stays', `owner <- message.sent ${call} bob 192.0.2.7 hello`],
    'message.failed': ['stays', `owner <- message.unconfirmed ${call} hello closed`],
    'message.lost': ['stays', `owner <- message.unconfirmed ${call} hello lost`],
  };
}

/** The row of a line that the user sends in call 1 before this call is a chat. */
const NO_CHAT: Row = ['stays', 'owner <- message.unconfirmed 1 hello 7 closed'];

/** The rows of `ringing`. `unanswered`: the list of unanswered calls if this call, too, is not answered. */
function ringing(call: number, unanswered: string, nuisance = ''): Rows {
  const over = ['current = none', 'caller = none'];
  const counted = [...over, `unansweredCalls = ${unanswered}`];
  const hungUp: Row = [
    'free',
    STOP_RINGING,
    `owner <- call.withdrawn ${call}${nuisance} bob 192.0.2.7`,
    ...counted,
  ];
  return {
    ...ofNoLine(call),
    ...BOB_SPEAKS_B,
    'chat.closed': hungUp,
    'chat.closed cut': hungUp,
    'call.replaced': [
      'free',
      STOP_RINGING,
      `owner <- call.withdrawn ${call} isReplaced bob 192.0.2.7`,
      ...over,
    ],
    'call.foreign': [
      'free',
      STOP_RINGING,
      'owner <- call.cut callback 192.0.2.7 0',
      `owner <- call.withdrawn ${call}${nuisance} isCut bob 192.0.2.7`,
      ...counted,
    ],
    [ringingTimer]: [
      'free',
      STOP_RINGING,
      'chat <- call.reject',
      `owner <- call.missed ${call} bob 192.0.2.7`,
      ...counted,
    ],
    'calls.end': ['idle', STOP_RINGING, 'chat <- call.reject', 'owner <- calls.ended', ...over],
    'shutdown.requested': ['ended', STOP_RINGING],
  };
}

const CRASHED: Row = ['free', STOP_CALLING, 'owner <- chat.failed 1 crashed', 'current = none'];

/** The rows of an outgoing call for which the supervisor of connections cannot start a connection. */
const NOT_PLACED: Rows = {
  'place.failed': ['free', STOP_CALLING, 'owner <- chat.failed 1 too-many-calls', 'current = none'],
  'place.failed crashed': CRASHED,
};

/** The rows of an outgoing call that has a connection. */
const CONNECTED: Rows = {
  ...NOT_PLACED,
  ...ofNoLine(1),
  ...BOB_SPEAKS_B,
  'message.send': NO_CHAT,
  // Call control already knows the connection.
  'call.placed': ['stays'],
  'call.accepted': ['talking.flowing', STOP_CALLING, 'owner <- chat.opened 1 bob 192.0.2.7'],
  'call.refused': ['free', STOP_CALLING, 'owner <- chat.failed 1 refused', 'current = none'],
  'call.failed': [
    'free',
    STOP_CALLING,
    'owner <- chat.failed 1 unreachable the connection was cut',
    'current = none',
  ],
  'call.barred': ['free', STOP_CALLING, 'owner <- chat.failed 1 barred unproven', 'current = none'],
  'chat.closed': CRASHED,
  'chat.closed cut': CRASHED,
  'chat.leave': [
    'free',
    STOP_CALLING,
    'chat <- chat.leave',
    'current = none',
    'closing = chat 1 bob 192.0.2.7 chat',
  ],
  [callingTimer]: [
    'free',
    STOP_CALLING,
    'chat <- chat.leave',
    'owner <- chat.failed 1 unanswered',
    'current = none',
    'closing = chat 1 bob 192.0.2.7 chat',
  ],
  'calls.end': [
    'ending',
    STOP_CALLING,
    'chat <- chat.leave',
    'current = none',
    'closing = chat 1 bob 192.0.2.7 chat',
  ],
  'shutdown.requested': ['ended', STOP_CALLING],
};

const LINE = 'hello 7';
const CURRENT = 'current = 1 chat bob 192.0.2.7';
const SENT = 'owner <- message.sent 1 bob 192.0.2.7 7 hello';
const READING = 'owner <- peer.reading 1';
const FULL: Row = ['stays', 'owner <- message.unconfirmed 1 hello 7 full'];

/**
 * The rows of a chat. `stop`: the effects that stop its timers when the chat ends. `underWay`: the lines
 * under way. `held`: the held lines. `cause`: the reason why these lines fail if the connection closes.
 */
function talking({ stop = [], underWay = [], held = [], cause = 'closed' }: Talking = {}): Rows {
  const [oldest, ...rest] = underWay;
  const heldFailed = (why: string) => held.map((line) => `owner <- message.unconfirmed 1 ${line} ${why}`);
  const over = ['current = none', 'caller = none', ...held.map(() => 'held = none')];
  const closing = ['closing = chat 1 chat bob 192.0.2.7', ...underWay].join(' ');
  const key = oldest === undefined ? '' : ' 7';
  return {
    ...BOB_SPEAKS_B,
    'message.received': ['stays', 'owner <- message.received 1 hello'],
    'message.failed': [
      'stays',
      `owner <- message.unconfirmed 1 hello${key} ${cause}`,
      ...(oldest === undefined ? [] : [[CURRENT, ...rest].join(' ')]),
    ],
    'message.lost': ['stays', 'owner <- message.unconfirmed 1 hello lost'],
    'chat.closed': ['free', ...stop, ...heldFailed(cause), 'owner <- chat.ended 1 closed', ...over],
    'chat.closed cut': [
      'free',
      ...stop,
      ...heldFailed(cause),
      'owner <- chat.ended 1 the connection was cut',
      ...over,
    ],
    'peer.left': ['free', ...stop, ...heldFailed('closed'), 'owner <- peer.left 1', ...over, closing],
    'chat.leave': [
      'free',
      ...stop,
      ...heldFailed('closed'),
      'chat <- chat.leave',
      'owner <- chat.left 1',
      ...over,
      closing,
    ],
    'calls.end': ['ending', ...stop, ...heldFailed('closed'), 'chat <- chat.leave', ...over, closing],
    'lines.resumed': ['stays', 'owner <- lines.resumed 1 2'],
    'delivery.late': ['stays', 'owner <- delivery.late 1 2'],
    'reading.pause': ['stays', 'chat <- reading.pause'],
    'reading.resume': ['stays', 'chat <- reading.resume'],
    'shutdown.requested': ['ended', ...stop],
  };
}

interface Talking {
  readonly stop?: readonly string[];
  readonly underWay?: readonly string[];
  readonly held?: readonly string[];
  readonly cause?: 'closed' | 'stalled';
}

/** Every caller is refused, and the owner is not notified. */
const REFUSING: Rows = Object.fromEntries(
  ['*', 'nameless', 'blocked', 'blocked-address'].map((caller): [string, Row] => [
    `call.received ${caller}`,
    ['stays', '{chat} <- call.reject'],
  ]),
);

const CHAT = ['call.received', 'call.accept'];

const CUT: Row = ['stays', 'owner <- call.cut callback 192.0.2.7 0', 'cutCalls = 192.0.2.7 callback 0 0'];

export const CALL_CONTROL: LegalTable = {
  chart: 'call-control',
  given: { maxLines: 2, maxHeldLines: 1, blocked: ['eve', '198.51.100.1'] },
  samples: {
    ...Object.fromEntries(
      OF_A_CALL.flatMap((type) => [
        [type, {}],
        [`${type} stale`, { call: 2, chat: other }],
      ]),
    ),
    'chat.closed cut': { reason: 'the connection was cut' },
    'message.send': { key: 7 },
    'message.send stale': { key: 7, call: 2 },
    'place.failed crashed': { cause: 'crashed' },
    // The report comes from a connection other than that of the current call, so the peer's id is unknown.
    'dialect.heard': { chat: other },
    'dialect.heard port': {},
    'dialect.heard caller': { port: undefined },
    'dialect.heard mistaken': { port: undefined, speaksB: false },
    'call.foreign': {},
    'call.foreign stale': { chat: other },
    'call.foreign blocked': { address: '198.51.100.1', chat: other },
    'call.crowded': {},
    'call.crowded blocked': { address: '198.51.100.1' },
    'call.received': {},
    // An earlier call rang for 60 s. After its end, `soon` comes 59.999 s later, and `later` 60 s later.
    'call.received soon': { uptimeMs: 119_999 },
    'call.received later': { uptimeMs: 120_000 },
    'call.received nameless': { caller: undefined, address: '192.0.2.9', chat: other },
    'call.received blocked': { caller: 'eve', chat: other },
    'call.received blocked-address': { caller: undefined, address: '198.51.100.1', chat: other },
    [ringingTimer]: {},
    [callingTimer]: {},
    [stallTimer]: {},
    [stalledTimer]: {},
  },
  start: ['free'],
  everywhere: {
    'call.received *': ['stays', 'chat <- call.reject', 'owner <- call.busy bob 192.0.2.7'],
    'call.received nameless': ['stays', 'other <- call.reject', 'owner <- call.busy 192.0.2.9'],
    'call.received blocked': ['stays', 'other <- call.cut'],
    'call.received blocked-address': ['stays', 'other <- call.cut'],
    'dialect.heard *': learnsB('192.0.2.7 600000'),
    'dialect.heard caller': learnsB('192.0.2.7 600000', MISUNDERSTOOD),
    'dialect.heard mistaken': ['stays', MISUNDERSTOOD, 'emit speakers.changed'],
    'call.foreign *': CUT,
    'call.foreign blocked': ['stays'],
    'call.crowded blocked': ['stays'],
    'call.crowded': ['stays', 'owner <- call.cut crowded 192.0.2.7 0', 'cutCalls = 192.0.2.7 crowded 0 0'],
    'call.denied': ['stays', 'owner <- call.cut wrong-key bob 192.0.2.7 0', 'cutCalls = bob wrong-key 0 0'],
    'call.place': ['stays', 'owner <- place.refused'],
    'callers.block': ['stays', 'blocked = eve'],
    // The line is for a chat that is over.
    'message.send *': ['stays', 'owner <- message.unconfirmed {call} hello 7 closed isLate'],
    // The chat began before call control was restarted. Its reports waited in the mailbox.
    'message.sent *': ['stays', 'owner <- message.sent -1 hello isLate'],
    'message.failed *': ['stays', 'owner <- message.unconfirmed -1 hello closed isLate'],
    'message.lost *': ['stays', 'owner <- message.unconfirmed -1 hello lost isLate'],
    // These reports are about a call that was given up before its connection reported.
    'call.placed *': ['stays', '{chat} <- chat.leave'],
    'call.accepted *': ['stays', '{chat} <- chat.leave'],
    'shutdown.requested': ['ended'],
  },
  states: {
    free: { after: [], legal: freeFor(1) },
    'free: call control was restarted': { given: { lastCall: 7 }, after: [], legal: freeFor(8) },
    'free: the address of bob has three unanswered calls': {
      after: ['call.received', ringingTimer, 'call.received', ringingTimer, 'call.received', ringingTimer],
      legal: {
        ...freeFor(4),
        'call.received': ['stays', 'chat <- call.cut'],
        'call.received soon': ['stays', 'chat <- call.cut'],
        'call.foreign *': ['stays'],
        'call.denied': ['stays'],
        'call.crowded': ['stays'],
      },
    },
    'free: the user left a chat while a line was under way': {
      after: [...CHAT, 'message.send', 'chat.leave'],
      legal: {
        ...freeFor(2),
        'message.sent': ['stays', `${SENT} isLate`, 'closing = chat 1 chat bob 192.0.2.7'],
        'message.failed': [
          'stays',
          'owner <- message.unconfirmed 1 hello 7 closed isLate',
          'closing = chat 1 chat bob 192.0.2.7',
        ],
        'message.lost': ['stays', 'owner <- message.unconfirmed 1 hello lost isLate'],
        'chat.closed': ['stays', 'owner <- chat.closed 1', 'closing = none'],
        'chat.closed cut': ['stays', 'owner <- chat.closed 1 the connection was cut', 'closing = none'],
        'calls.end': ['ending'],
        'chat.abandon': ['stays', 'chat <- chat.abandon'],
      },
    },

    'free: bob answered ACCEPTED at his port for calls': {
      after: ['call.place', 'call.placed', 'dialect.heard port', 'call.refused'],
      legal: {
        ...freeFor(2),
        'dialect.heard *': learnsB('192.0.2.7 bob 4000 600000 192.0.2.7 600000'),
        'dialect.heard caller': learnsB('192.0.2.7 bob 4000 600000 192.0.2.7 600000', MISUNDERSTOOD),
        'dialect.heard mistaken': ['stays', MISUNDERSTOOD, 'emit speakers.changed', 'speakers = none'],
        // An entry says that bob speaks dialect B, so the call may begin without a greeting. Call control
        // removes this entry when it places the call, and adds a new entry if bob answers ACCEPTED.
        'call.place': [
          'calling.dialling',
          'owner <- call.dialling 2',
          'chats <- child.start outgoing 2 alice bob 192.0.2.7 4000 600000 call-control',
          'emit speakers.changed',
          START_CALLING,
          'speakers = none',
          'lastCall = 2',
          'current = 2 bob 192.0.2.7',
        ],
      },
    },
    ringing: {
      after: ['call.received'],
      legal: {
        ...ringing(1, '192.0.2.7'),
        'message.send': NO_CHAT,
        'call.accept': [
          'talking.flowing',
          STOP_RINGING,
          'chat <- call.accept',
          'owner <- chat.opened 1 bob 192.0.2.7',
        ],
        'call.reject': [
          'free',
          STOP_RINGING,
          'chat <- call.reject',
          'owner <- call.rejected 1',
          'current = none',
          'caller = none',
          'unansweredCalls = 192.0.2.7',
        ],
        'call.dismiss': [
          'free',
          STOP_RINGING,
          'chat <- call.reject',
          'owner <- call.rejected 1',
          'current = none',
          'caller = none',
        ],
      },
    },
    // Call 3 rings. The commands in the samples are for call 1, so call control ignores them.
    'ringing: the address of bob has two unanswered calls': {
      after: ['call.received', ringingTimer, 'call.received', ringingTimer, 'call.received'],
      legal: ringing(3, '192.0.2.7 192.0.2.7 192.0.2.7', ' isNuisance'),
    },

    'calling.dialling: the connection has not reported yet': {
      after: ['call.place'],
      legal: {
        ...NOT_PLACED,
        'message.send': NO_CHAT,
        'call.placed': ['stays', 'current = 1 bob 192.0.2.7 chat'],
        // There is no connection to close yet. When the connection reports, it gets `chat.leave`.
        'chat.leave': ['free', STOP_CALLING, 'current = none'],
        [callingTimer]: ['free', STOP_CALLING, 'owner <- chat.failed 1 unanswered', 'current = none'],
        'calls.end': ['idle', STOP_CALLING, 'owner <- calls.ended', 'current = none'],
        'shutdown.requested': ['ended', STOP_CALLING],
      },
    },
    'calling.dialling: the connection has reported': {
      after: ['call.place', 'call.placed'],
      legal: {
        ...CONNECTED,
        'call.ringing': ['calling.alerting', 'owner <- call.alerting 1'],
      },
    },
    'calling.alerting': { after: ['call.place', 'call.placed', 'call.ringing'], legal: CONNECTED },

    'talking.flowing: the network has taken all lines': {
      after: CHAT,
      legal: {
        ...talking({ stop: [STOP_STALL] }),
        'message.sent': ofNoLine(1)['message.sent'] as Row,
        'message.send': ['stays', 'chat <- message.send hello', START_STALL, `${CURRENT} ${LINE}`],
        [stallTimer]: ['talking.stalled', STOP_STALL, 'owner <- peer.stalled 1', START_STALLED],
      },
    },
    'talking.flowing: a line is under way': {
      after: [...CHAT, 'message.send'],
      legal: {
        ...talking({ stop: [STOP_STALL], underWay: [LINE] }),
        'delivery.progressed': ['stays', STOP_STALL, START_STALL],
        'message.send': ['stays', 'chat <- message.send hello', `${CURRENT} ${LINE} ${LINE}`],
        'message.sent': ['stays', SENT, STOP_STALL, CURRENT],
        [stallTimer]: ['talking.stalled', STOP_STALL, 'owner <- peer.stalled 1', START_STALLED],
      },
    },
    'talking.flowing: the maximum number of lines is under way': {
      after: [...CHAT, 'message.send', 'message.send'],
      legal: {
        ...talking({ stop: [STOP_STALL], underWay: [LINE, LINE] }),
        'delivery.progressed': ['stays', STOP_STALL, START_STALL],
        'message.send': FULL,
        'message.sent': ['stays', SENT, STOP_STALL, START_STALL, `${CURRENT} ${LINE}`],
        [stallTimer]: ['talking.stalled', STOP_STALL, 'owner <- peer.stalled 1', START_STALLED],
      },
    },
    'talking.stalled: one line is under way': {
      after: [...CHAT, 'message.send', stallTimer],
      legal: {
        ...talking({ stop: [STOP_STALLED], underWay: [LINE] }),
        'delivery.progressed': ['stays', STOP_STALLED, RESTART_STALLED],
        'message.send': ['stays', `held = ${LINE}`],
        'message.sent': ['talking.flowing', STOP_STALLED, SENT, READING, CURRENT],
        [stalledTimer]: ['talking.abandoned', STOP_STALLED, 'chat <- chat.abandon'],
      },
    },
    'talking.stalled: two lines are under way': {
      after: [...CHAT, 'message.send', 'message.send', stallTimer],
      legal: {
        ...talking({ stop: [STOP_STALLED], underWay: [LINE, LINE] }),
        'delivery.progressed': ['stays', STOP_STALLED, RESTART_STALLED],
        'message.send': FULL,
        'message.sent': ['stays', STOP_STALLED, SENT, RESTART_STALLED, `${CURRENT} ${LINE}`],
        [stalledTimer]: ['talking.abandoned', STOP_STALLED, 'chat <- chat.abandon'],
      },
    },
    'talking.stalled: a line is held': {
      after: [...CHAT, 'message.send', stallTimer, 'message.send'],
      legal: {
        ...talking({ stop: [STOP_STALLED], underWay: [LINE], held: [LINE] }),
        'delivery.progressed': ['stays', STOP_STALLED, RESTART_STALLED],
        'message.send': FULL,
        // The first line was sent. Call control sends the held line, so one line is still under way.
        'message.sent': [
          'stays',
          STOP_STALLED,
          SENT,
          'chat <- message.send hello',
          RESTART_STALLED,
          'held = none',
        ],
        [stalledTimer]: ['talking.abandoned', STOP_STALLED, 'chat <- chat.abandon'],
      },
    },
    'talking.abandoned': {
      after: [...CHAT, 'message.send', stallTimer, stalledTimer],
      legal: {
        ...talking({ underWay: [LINE], cause: 'stalled' }),
        'message.send': ['stays', `held = ${LINE}`],
        // The network may still take a line while the chat is being abandoned.
        'message.sent': ['stays', SENT, CURRENT],
      },
    },
    'talking.abandoned: a line is held': {
      after: [...CHAT, 'message.send', stallTimer, 'message.send', stalledTimer],
      legal: {
        ...talking({ underWay: [LINE], held: [LINE], cause: 'stalled' }),
        'message.send': FULL,
        'message.sent': ['stays', SENT, CURRENT],
      },
    },

    ending: {
      after: [...CHAT, 'message.send', 'calls.end'],
      legal: {
        ...REFUSING,
        'message.sent': ['stays', `${SENT} isLate`, 'closing = chat 1 chat bob 192.0.2.7'],
        'message.failed': [
          'stays',
          'owner <- message.unconfirmed 1 hello 7 closed isLate',
          'closing = chat 1 chat bob 192.0.2.7',
        ],
        'message.lost': ['stays', 'owner <- message.unconfirmed 1 hello lost isLate'],
        'chat.closed': ['idle', 'owner <- chat.closed 1', 'owner <- calls.ended', 'closing = none'],
        'chat.closed cut': [
          'idle',
          'owner <- chat.closed 1 the connection was cut',
          'owner <- calls.ended',
          'closing = none',
        ],
        'calls.abandon': ['stays', 'chat <- chat.abandon'],
        'chat.abandon': ['stays', 'chat <- chat.abandon'],
      },
    },
    idle: { after: ['calls.end'], legal: REFUSING },
    ended: { after: ['shutdown.requested'], legal: {} },
  },
};
