/** The client's table, part `busy`: a call rings, the user calls, or the user is in a chat. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import {
  anyTime,
  CALL_QUESTION,
  CLOSE,
  END_CALLS,
  type Look,
  MENU,
  open,
  RECORDED,
  SHOWN,
  say,
  show,
} from './client-rows.js';

const MISSED = show('alice bob 192.0.2.7');
const NOT_MISSED = show('alice');
const LOG = 'log = bob 192.0.2.7 0';
const LEAVE = 'call-control <- chat.leave 1';

/** The rows while bob's call rings. If no chat follows, `next` is the next state, and `question` opens. */
function ringing(next: string, question: string): Rows {
  const asked = open(question);
  const over = [`question = ${question}`, 'offer = none'];
  const opened = (buddy: string) => [
    say('callAccepted'),
    say('chatHelp'),
    open(`message ${buddy}`),
    `question = message ${buddy}`,
    'offer = none',
  ];
  const refused: Row = [next, CLOSE, 'call-control <- call.reject 1', say('callRefused'), asked, ...over];
  return {
    ...anyTime({ question: CALL_QUESTION }),
    // The same call is already ringing.
    'call.offered': ['stays'],
    'call.withdrawn': [next, CLOSE, say('callGone'), MISSED, asked, LOG, ...over],
    'call.withdrawn nuisance': [
      next,
      CLOSE,
      say('callGone'),
      say('nuisance 192.0.2.7'),
      MISSED,
      asked,
      LOG,
      ...over,
    ],
    'call.withdrawn cut': [next, CLOSE, MISSED, asked, LOG, ...over],
    'call.withdrawn replaced': [next, CLOSE, NOT_MISSED, asked, ...over],
    'call.missed': [next, CLOSE, say('callUnanswered'), MISSED, asked, LOG, ...over],
    'prompt.answered y': ['stays', 'call-control <- call.accept 1'],
    'prompt.answered n': refused,
    'input.interrupted': refused,
    'prompt.answered *': ['stays', say('caller bob 192.0.2.7'), open(CALL_QUESTION)],
    'chat.opened': ['busy.chatting.composing', CLOSE, ...opened('bob'), 'call = 1', 'peer = bob 192.0.2.7'],
    'chat.opened nameless': [
      'busy.chatting.composing',
      CLOSE,
      ...opened('192.0.2.7'),
      'call = 1',
      'peer = 192.0.2.7',
    ],
  };
}

/** What follows a failed call: the menu opens. */
const AT_MENU: Ending = {
  next: 'free.menu',
  effects: [open('menu')],
  changes: ['question = menu', 'call = none'],
};

interface Ending {
  readonly next: string;
  readonly effects: readonly string[];
  readonly changes: readonly string[];
}

/** The rows of an outgoing call that call control has begun. The `Ending` follows if the call fails. */
function calling(look: Look, { next, effects, changes }: Ending): Rows {
  const over = (...before: readonly string[]): Row => [next, CLOSE, ...before, ...effects, ...changes];
  const opened = (buddy: string) => [
    say('accepted'),
    say('chatHelp'),
    open(`message ${buddy}`),
    `question = message ${buddy}`,
  ];
  const forgotten = changes.filter((change) => !change.startsWith('question'));
  return {
    ...anyTime({ ...look, exit: [CLOSE], knowsBob: true, forgotten }),
    // The client already knows the call.
    'call.dialling': ['stays'],
    // An incoming call came first. No sample before this one reports that call, so it does not ring here.
    'place.refused': over(),
    'input.exhausted': [
      'departing.waiting',
      CLOSE,
      ...END_CALLS,
      ...(look.question === undefined ? [] : ['question = none']),
      ...forgotten,
    ],
    'chat.opened': ['busy.chatting.composing', CLOSE, ...opened('bob'), 'peer = bob 192.0.2.7'],
    'chat.opened nameless': ['busy.chatting.composing', CLOSE, ...opened('192.0.2.7'), 'peer = 192.0.2.7'],
    'chat.failed': over(say('callFailed bob chat.failed 1 refused')),
    ...(look.question === undefined
      ? {}
      : {
          'call.alerting': ['stays', say('ringing')],
          'prompt.answered *': over(LEAVE, say('gaveUp')),
          'input.interrupted': over(LEAVE, say('gaveUp')),
        }),
  };
}

/** The properties that the rows of a chat depend on. */
interface Chat extends Look {
  /** The lines in the outbox. Held lines have `isHeld`. */
  readonly outbox?: readonly string[];
  /** Whether there is already a line that may not have arrived. */
  readonly hasUndelivered?: boolean;
  /** Whether the user is a script, which is not asked whether to call again. */
  readonly isScript?: boolean;
  /** Whether the caller gave no id. The client can then neither call it again nor keep lines for it. */
  readonly isNameless?: boolean;
}

/** The rows that all states of a chat share. */
function chatting({
  outbox = [],
  isScript = false,
  isNameless = false,
  hasUndelivered = false,
  ...look
}: Chat): Rows {
  const { question } = look;
  const buddy = isNameless ? '192.0.2.7' : 'bob';
  const received = `terminal <- message.show ${buddy} hello`;
  const noted = [
    `archive <- message.record alice ${buddy} hello`,
    `terminal <- alert.raise message ${buddy} hello`,
  ];
  const left = (lines: readonly string[]) =>
    lines.length === outbox.length ? [] : [`outbox = ${lines.join(' ') || 'none'}`];
  const others = left(outbox.filter((line) => line !== 'hello'));
  const kept = isNameless ? [] : [`undelivered = bob hello${hasUndelivered ? ' hello' : ''} 0`];
  const keptElsewhere = isNameless ? [] : [`undelivered = bob${hasUndelivered ? ' hello' : ''} 1`];
  const dropped = hasUndelivered ? ['undelivered = none'] : [];
  const menu = [open('menu'), 'question = menu', 'call = none', ...dropped, ...left([])];
  const callAgain = `callAgain bob ${hasUndelivered ? 1 : 0}`;
  const again = [open(callAgain), `question = ${callAgain}`, 'call = none', ...left([])];
  const broken = say('broken the connection was cut');
  return {
    ...anyTime({ ...look, exit: [CLOSE], forgotten: ['call = none', ...left([])] }),
    'input.interrupted': [
      'busy.leaving',
      CLOSE,
      LEAVE,
      ...(question === undefined ? [] : ['question = none']),
    ],
    'message.received': ['stays', received, ...noted],
    'message.received cut': ['stays', received, say('buddysMessageCut'), ...noted],
    'message.sent': [
      'stays',
      SHOWN,
      RECORDED,
      ...left(outbox.slice(1).map((line) => line.replace(' isHeld', ''))),
    ],
    'message.unconfirmed': ['stays', say('notSent hello'), ...kept, ...others],
    'message.unconfirmed lost': ['stays', say('notConfirmed hello'), ...kept],
    'message.unconfirmed full': ['stays', say('notSent hello'), ...others],
    'message.unconfirmed kept': ['stays', say('notConfirmed hello'), ...keptElsewhere],
    'lines.resumed': ['stays', say('resumed 2')],
    'delivery.late': ['stays', say('late 2')],
    'peer.stalled': [
      'busy.chatting.stalled',
      say('buddyDoesNotRead'),
      open(`message ${buddy}`),
      ...(question === undefined ? [`question = message ${buddy}`] : []),
    ],
    'peer.left': ['free.menu', CLOSE, say(`buddyLeft ${buddy}`), ...menu],
    'chat.ended':
      isScript || isNameless
        ? ['free.menu', CLOSE, broken, ...menu]
        : ['free.offering', CLOSE, broken, ...again],
  };
}

/** The rows of a chat while the prompt for the user's next line is open. */
function composing(chat: Chat = {}): Rows {
  const { outbox = [] } = chat;
  const send = (text: string): Row => [
    'busy.chatting.sending',
    `call-control <- message.send 1 ${text}`,
    'question = none',
    ['outbox =', ...outbox, text].join(' '),
  ];
  return {
    ...chatting({ ...chat, question: `message ${chat.isNameless ? '192.0.2.7' : 'bob'}` }),
    'prompt.answered *': send('{value}'),
    'prompt.answered quoted-q': send('q'),
    'prompt.answered q': ['busy.leaving', CLOSE, LEAVE, 'question = none'],
  };
}

/** The rows while the buddy does not read. The user may type one more line. A script then waits. */
function stalled(chat: Chat): Rows {
  const { outbox = [], isScript = false } = chat;
  const hold = (text: string): Row => {
    const held = ['outbox =', ...outbox, text, 'isHeld'].join(' ');
    const send = `call-control <- message.send 1 ${text}`;
    return isScript
      ? ['busy.chatting.sending', send, 'question = none', held]
      : ['stays', send, open('message bob'), held];
  };
  const rows = chatting({ ...chat, question: 'message bob' });
  return {
    ...rows,
    // The buddy is reported as stalled again.
    'peer.stalled': ['stays', ...(rows['peer.stalled'] as Row).slice(1)],
    'prompt.answered *': hold('{value}'),
    'prompt.answered quoted-q': hold('q'),
    'prompt.answered q': ['busy.leaving', CLOSE, LEAVE, 'question = none'],
  };
}

const CHAT = ['call.offered', 'prompt.answered y', 'chat.opened'];
const CALL = ['prompt.answered m', 'prompt.answered bob', 'buddies.received', 'call.dialling'];
const UNDELIVERED = [...CHAT, 'prompt.answered hello', 'message.unconfirmed', 'chat.ended'];
const HELLO = { outbox: ['hello'], unfinished: [say('notConfirmed hello')] };
const HELLO_AND_MORE = {
  outbox: ['hello', 'bob isHeld'],
  unfinished: [say('notConfirmed hello'), say('notSent bob')],
};
const CHAT_CLOSED: Row = ['free.menu', say('chatClosed'), ...MENU, 'call = none'];

export const BUSY: LegalTable['states'] = {
  'busy.ringing': { after: ['call.offered'], legal: ringing('free.menu', 'menu') },
  'busy.ringing: another question was open when the call came': {
    after: ['prompt.answered a', 'call.offered'],
    legal: {
      ...ringing('free.asking', 'buddyId'),
      'session.ended': [
        'stays',
        say('sessionEnded alice elsewhere'),
        show(),
        ...['user = none', 'purpose = none', 'isMenuKnown = false'],
      ],
    },
  },
  'busy.ringing: the user was asked whether to call bob again': {
    after: [...UNDELIVERED, 'call.offered'],
    legal: {
      ...ringing('free.offering', 'callAgain bob 1'),
      // The id of a caller proves nothing, so undelivered lines are resent only in outgoing calls.
      'chat.opened': [
        'busy.chatting.composing',
        CLOSE,
        say('callAccepted'),
        say('chatHelp'),
        open('message bob'),
        ...['question = message bob', 'offer = none', 'call = 1'],
      ],
    },
  },

  'busy.calling.abortable': { after: CALL, legal: calling({ question: 'calling bob' }, AT_MENU) },
  'busy.calling.abortable: the user calls bob again to resend a line': {
    after: [...UNDELIVERED, 'prompt.answered y', 'buddies.received', 'call.dialling'],
    legal: {
      ...calling(
        { question: 'calling bob' },
        {
          next: 'free.offering',
          effects: [open('callAgain bob 1')],
          changes: ['question = callAgain bob 1', 'call = none', 'isResending = false'],
        },
      ),
      'chat.opened': [
        'busy.chatting.composing',
        CLOSE,
        say('accepted'),
        say('chatHelp'),
        ...['call-control <- message.send 1 hello', open('message bob'), 'question = message bob'],
        ...['undelivered = none', 'isResending = false', 'outbox = hello'],
      ],
    },
  },
  'busy.calling.unattended': {
    given: { isInteractive: false },
    after: CALL,
    legal: calling({}, AT_MENU),
  },

  'busy.chatting.composing': { after: CHAT, legal: composing() },
  'busy.chatting.composing: the caller gave no id': {
    after: ['call.offered', 'prompt.answered y', 'chat.opened nameless'],
    legal: composing({ isNameless: true }),
  },
  'busy.chatting.composing: the user is a script': {
    given: { isInteractive: false },
    after: CHAT,
    legal: composing({ isScript: true }),
  },
  'busy.chatting.composing: a line is being resent': {
    after: [...UNDELIVERED, 'prompt.answered y', 'buddies.received', 'call.dialling', 'chat.opened'],
    legal: composing({ ...HELLO, knowsBob: true }),
  },
  'busy.chatting.sending': {
    after: [...CHAT, 'prompt.answered hello'],
    legal: {
      ...chatting(HELLO),
      'message.sent': [
        'busy.chatting.composing',
        SHOWN,
        RECORDED,
        open('message bob'),
        ...['question = message bob', 'outbox = none'],
      ],
    },
  },
  // Call control is about to report the end of the chat.
  'busy.chatting.sending: the line may not have arrived': {
    after: [...CHAT, 'prompt.answered hello', 'message.unconfirmed'],
    legal: chatting({ hasUndelivered: true }),
  },
  'busy.chatting.sending: the line of a script may not have arrived': {
    given: { isInteractive: false },
    after: [...CHAT, 'prompt.answered hello', 'message.unconfirmed'],
    legal: chatting({ hasUndelivered: true, isScript: true }),
  },
  'busy.chatting.sending: a line of a script is held': {
    given: { isInteractive: false },
    after: [...CHAT, 'prompt.answered hello', 'peer.stalled', 'prompt.answered bob'],
    legal: chatting({ ...HELLO_AND_MORE, isScript: true }),
  },
  'busy.chatting.stalled': {
    after: [...CHAT, 'prompt.answered hello', 'peer.stalled'],
    legal: {
      ...stalled(HELLO),
      // The same prompt stays open.
      'message.sent': ['busy.chatting.composing', SHOWN, RECORDED, open('message bob'), 'outbox = none'],
    },
  },
  'busy.chatting.stalled: a line is held': {
    after: [...CHAT, 'prompt.answered hello', 'peer.stalled', 'prompt.answered bob'],
    legal: stalled(HELLO_AND_MORE),
  },
  'busy.chatting.stalled: the user is a script': {
    given: { isInteractive: false },
    after: [...CHAT, 'prompt.answered hello', 'peer.stalled'],
    legal: {
      ...stalled({ ...HELLO, isScript: true }),
      'message.sent': ['busy.chatting.composing', SHOWN, RECORDED, open('message bob'), 'outbox = none'],
    },
  },

  'busy.leaving': {
    after: [...CHAT, 'prompt.answered q'],
    legal: {
      ...anyTime({ forgotten: ['call = none'] }),
      'chat.left': CHAT_CLOSED,
      'peer.left': CHAT_CLOSED,
      'chat.ended': CHAT_CLOSED,
    },
  },
};
