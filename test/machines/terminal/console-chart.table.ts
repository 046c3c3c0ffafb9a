/** The effects of each legal event of the console. All other events change nothing. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';

const MENU = { kind: 'key', keys: 'rx' };
const CALL = { kind: 'key', keys: 'yn', isSudden: true };
const ID = { kind: 'line', draft: 'id' };
// In this client, the prompt of a chat has no draft. The chart could keep a separate draft for each chat.
const CHAT = { kind: 'line', isMessage: true };
const OTHER_CHAT = { kind: 'line', draft: 'carl', isMessage: true };

const MENU_ASKED = 'prompt = key rx';
const CALL_ASKED = 'prompt = key yn isSudden';
const ID_ASKED = 'prompt = line id';
const CHAT_ASKED = 'prompt = line isMessage';
const OTHER_CHAT_ASKED = 'prompt = line carl isMessage';

const CALL_OPENED: Row = ['quiet.asked', 'openPrompt', 'dropAhead', 'startQuietTimer', CALL_ASKED];

/**
 * The rows of a prompt that opens while no prompt is open. Keys that were typed ahead answer this prompt,
 * unless the prompt is sudden.
 */
const FIRST_ASKED: Rows = {
  'prompt.asked menu': ['asked.key', 'openPrompt', 'deliverAhead', MENU_ASKED],
  'prompt.asked menu stale': ['asked.key', 'openPrompt', 'deliverAhead', MENU_ASKED],
  'prompt.asked menu text': ['asked.key', 'openPrompt', 'deliverAhead', MENU_ASKED],
  'prompt.asked call': CALL_OPENED,
  'prompt.asked call stale': CALL_OPENED,
  'prompt.asked call fresh': CALL_OPENED,
  'prompt.asked call typing': CALL_OPENED,
  'prompt.asked id': ['asked.text.line', 'openPrompt', 'deliverAhead', ID_ASKED],
  'prompt.asked id fresh': ['asked.text.line', 'openPrompt', 'deliverAhead', ID_ASKED],
  'prompt.asked id typing': ['asked.text.line', 'openPrompt', 'deliverAhead', ID_ASKED],
  'prompt.asked chat': ['asked.text.message', 'openPrompt', 'deliverAhead', CHAT_ASKED],
  'prompt.asked chat stale': ['asked.text.message', 'openPrompt', 'deliverAhead', CHAT_ASKED],
  'prompt.asked chat other': ['asked.text.message', 'openPrompt', 'deliverAhead', OTHER_CHAT_ASKED],
};

/**
 * The rows of a prompt that opens after the user has answered the prompt of a chat. Keys that were typed
 * since that answer are only for the same chat.
 */
const ASKED_AFTER_CHAT: Rows = {
  'prompt.asked menu': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', MENU_ASKED],
  'prompt.asked menu stale': [
    'quiet.asked',
    'openPrompt',
    'reportUnsentAhead',
    'startQuietTimer',
    MENU_ASKED,
  ],
  'prompt.asked menu text': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', MENU_ASKED],
  'prompt.asked call': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', CALL_ASKED],
  'prompt.asked call stale': [
    'quiet.asked',
    'openPrompt',
    'reportUnsentAhead',
    'startQuietTimer',
    CALL_ASKED,
  ],
  'prompt.asked call fresh': [
    'quiet.asked',
    'openPrompt',
    'reportUnsentAhead',
    'startQuietTimer',
    CALL_ASKED,
  ],
  'prompt.asked call typing': [
    'quiet.asked',
    'openPrompt',
    'reportUnsentAhead',
    'startQuietTimer',
    CALL_ASKED,
  ],
  'prompt.asked id': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', ID_ASKED],
  'prompt.asked id fresh': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', ID_ASKED],
  'prompt.asked id typing': ['quiet.asked', 'openPrompt', 'reportUnsentAhead', 'startQuietTimer', ID_ASKED],
  'prompt.asked chat': ['asked.text.message', 'openPrompt', 'deliverAllAhead'],
  'prompt.asked chat stale': ['asked.text.message', 'openPrompt', 'deliverAllAhead'],
  'prompt.asked chat other': ['asked.text.message', 'openPrompt', 'deliverAllAhead', OTHER_CHAT_ASKED],
};

/** The rows of a prompt that opens in a quiet time without an open prompt. The quiet time starts again. */
const ASKED_IN_QUIET: Rows = {
  'prompt.asked menu': ['quiet.asked', 'openPrompt', 'startQuietTimer', MENU_ASKED],
  'prompt.asked menu stale': ['quiet.asked', 'openPrompt', 'startQuietTimer', MENU_ASKED],
  'prompt.asked menu text': ['quiet.asked', 'openPrompt', 'startQuietTimer', MENU_ASKED],
  'prompt.asked call': ['quiet.asked', 'openPrompt', 'startQuietTimer', CALL_ASKED],
  'prompt.asked call stale': ['quiet.asked', 'openPrompt', 'startQuietTimer', CALL_ASKED],
  'prompt.asked call fresh': ['quiet.asked', 'openPrompt', 'startQuietTimer', CALL_ASKED],
  'prompt.asked call typing': ['quiet.asked', 'openPrompt', 'startQuietTimer', CALL_ASKED],
  'prompt.asked chat': ['quiet.asked', 'openPrompt', 'startQuietTimer', CHAT_ASKED],
  'prompt.asked chat stale': ['quiet.asked', 'openPrompt', 'startQuietTimer', CHAT_ASKED],
  'prompt.asked chat other': ['quiet.asked', 'openPrompt', 'startQuietTimer', OTHER_CHAT_ASKED],
};

/**
 * The rows of a prompt that opens during a paste and does not belong to the chat of the paste. The rest of
 * the paste is dropped. A line with text, or in which the user is typing, is not forgotten.
 */
const ASKED_INSTEAD: Rows = {
  'prompt.asked menu': givenUp(MENU_ASKED),
  'prompt.asked menu stale': givenUp(MENU_ASKED),
  'prompt.asked menu text': givenUpInUse(MENU_ASKED),
  'prompt.asked call': givenUp(CALL_ASKED),
  'prompt.asked call stale': givenUp(CALL_ASKED),
  'prompt.asked call fresh': givenUp(CALL_ASKED),
  'prompt.asked call typing': givenUpInUse(CALL_ASKED),
  'prompt.asked id': givenUp(ID_ASKED),
  'prompt.asked id fresh': givenUp(ID_ASKED),
  'prompt.asked id typing': givenUpInUse(ID_ASKED),
  'prompt.asked chat other': givenUp(OTHER_CHAT_ASKED),
};

function givenUp(asked: string): Row {
  return ['quiet.asked', 'interruptLine', 'forgetLine', 'openPrompt', 'startQuietTimer', asked];
}

function givenUpInUse(asked: string): Row {
  return ['quiet.asked', 'interruptLine', 'openPrompt', 'startQuietTimer', asked];
}

/** The rows of the prompt with which the chat asks for the next line during a paste. */
function chatAsked(row: Row): Rows {
  return { 'prompt.asked chat': row, 'prompt.asked chat stale': row };
}

/** The rows of Ctrl-C at a prompt without typed text. */
const INTERRUPTED: Rows = {
  'interrupt.pressed': ['interrupted', 'interruptInput'],
  'interrupt.pressed ahead': ['interrupted', 'interruptInput'],
};

/**
 * The rows of a line on the screen. `kept`: the context change if the client closes the prompt while the line
 * has text or the user is typing. If the line has a draft, it then still takes the keys.
 */
function line(...kept: readonly string[]): Rows {
  const inUse: Row = ['quiet.unasked', 'interruptLine', 'startQuietTimer', ...kept];
  return {
    ...INTERRUPTED,
    'key.pressed *': ['stays', 'pressShown'],
    'end.pressed text': ['stays', 'pressShown'],
    'paste.received *': ['stays', 'insertShown'],
    'answer.given *': ['unasked', 'deliverAnswer'],
    'prompt.dropped': ['quiet.unasked', 'interruptLine', 'forgetLine', 'startQuietTimer'],
    'prompt.dropped text': inUse,
    'prompt.dropped typing': inUse,
  };
}

/** The rows after Ctrl-C at the prompt `asked`. Keys that are typed after Ctrl-C are for the next prompt. */
function interruptedBy(asked: string): Rows {
  const next = (state: string, prompt: string): Row => [
    state,
    'openPrompt',
    ...(prompt === asked ? [] : [prompt]),
  ];
  return {
    'key.pressed *': ['stays', 'typeAhead'],
    'paste.received *': ['stays', 'typeAhead'],
    ...Object.fromEntries(
      ['', ' stale', ' text'].map((more) => [`prompt.asked menu${more}`, next('asked.key', MENU_ASKED)]),
    ),
    ...Object.fromEntries(
      ['', ' stale', ' fresh', ' typing'].map((more) => [`prompt.asked call${more}`, CALL_OPENED]),
    ),
    ...Object.fromEntries(
      ['', ' fresh', ' typing'].map((more) => [`prompt.asked id${more}`, next('asked.text.line', ID_ASKED)]),
    ),
    'prompt.asked chat': next('asked.text.message', CHAT_ASKED),
    'prompt.asked chat stale': next('asked.text.message', CHAT_ASKED),
    'prompt.asked chat other': next('asked.text.message', OTHER_CHAT_ASKED),
  };
}

/** The row of a line prompt that opens in a quiet time, and ends it: the line takes the keys immediately. */
function lineAsked(next: string, asked: string): Row {
  return [next, 'stopQuietTimer', 'forgetLine', 'openPrompt', asked];
}

/** The rows that end the quiet time. `next`: the state after it. `forgotten`: the context changes. */
function quietPassed(next: string, ...forgotten: readonly string[]): Rows {
  return {
    'quiet.passed': [next, 'stopQuietTimer', 'forgetLine', ...forgotten],
    'console.closed': ['closed', 'stopQuietTimer', 'forgetLine', ...forgotten],
  };
}

/** The rows of a quiet time in which no line takes the keys. */
const QUIET: Rows = {
  'interrupt.pressed': ['stays', 'startQuietTimer', 'ringBell'],
  'interrupt.pressed ahead': ['stays', 'startQuietTimer', 'ringBell'],
  'interrupt.pressed text': ['stays', 'startQuietTimer', 'ringBell'],
  'end.pressed *': ['stays', 'startQuietTimer', 'ringBell'],
  'key.pressed *': ['stays', 'startQuietTimer', 'ringBell'],
  'paste.received *': ['stays', 'startQuietTimer', 'ringBell'],
  'answer.given *': ['stays', 'ringBell'],
};

/** The rows of a quiet time in which an interrupted line is not on the screen, but still takes the keys. */
const QUIET_WITH_LINE: Rows = {
  'interrupt.pressed': ['stays', 'startQuietTimer', 'ringBell'],
  'interrupt.pressed ahead': ['stays', 'startQuietTimer', 'ringBell'],
  'interrupt.pressed text': ['stays', 'startQuietTimer', 'clearLine'],
  'end.pressed': ['stays', 'startQuietTimer', 'ringBell'],
  'key.pressed *': ['stays', 'startQuietTimer', 'pressKept'],
  'end.pressed text': ['stays', 'startQuietTimer', 'pressKept'],
  'paste.received *': ['stays', 'startQuietTimer', 'insertKept'],
  'answer.given *': ['stays', 'ringBell'],
};

/** The rows while pasted lines are being sent: they answer the prompts of the chat. */
const SENDING: Rows = {
  ...ASKED_INSTEAD,
  'key.pressed *': ['stays', 'pressKept'],
  'end.pressed text': ['stays', 'pressKept'],
  'paste.received *': ['stays', 'insertKept'],
  'answer.given *': ['stays', 'ringBell'],
  'console.closed': ['closed', 'interruptLine'],
};

/** The rows while pasted lines wait until the buddy reads, and the prompt is open. */
const WAITING: Rows = {
  'key.pressed *': ['stays', 'pressShown'],
  'end.pressed text': ['stays', 'pressShown'],
  'paste.received *': ['stays', 'insertShown'],
  'answer.given q': ['unasked', 'reportUnsentPaste', 'deliverAnswer', 'prompt = none'],
  'answer.given *': ['stays', 'ringBell'],
  'console.closed': ['closed', 'interruptLine'],
};

const LINE_SENT: Row = ['pasting.sending.sent'];
const REOPENED: Row = ['asked.text.message', 'reopenLine'];

const CONFIRM = ['prompt.asked chat', 'paste.received lines'];
const PASTE = [...CONFIRM, 'answer.given y'];
/** A line of the paste was sent, and the chat asks for the next line. */
const NEXT = ['line.sent', 'prompt.asked chat'];

export const CONSOLE: LegalTable = {
  chart: 'console',
  samples: {
    'prompt.asked menu': { prompt: MENU },
    'prompt.asked menu stale': { prompt: MENU, ahead: 'stale' },
    'prompt.asked menu text': { prompt: MENU, hasText: true },
    'prompt.asked call': { prompt: CALL },
    'prompt.asked call stale': { prompt: CALL, ahead: 'stale' },
    'prompt.asked call fresh': { prompt: CALL, ahead: 'fresh' },
    'prompt.asked call typing': { prompt: CALL, isTyping: true },
    'prompt.asked id': { prompt: ID },
    'prompt.asked id fresh': { prompt: ID, ahead: 'fresh' },
    'prompt.asked id typing': { prompt: ID, isTyping: true },
    'prompt.asked chat': { prompt: CHAT },
    'prompt.asked chat stale': { prompt: CHAT, ahead: 'stale' },
    'prompt.asked chat other': { prompt: OTHER_CHAT },
    'prompt.dropped': { hasText: false },
    'prompt.dropped text': { hasText: true },
    'prompt.dropped typing': { hasText: false, isTyping: true },
    'key.pressed y': { text: 'y' },
    'key.pressed N': { text: 'N' },
    'key.pressed m': { text: 'm' },
    'key.pressed arrow': { text: undefined },
    'interrupt.pressed': { isAgain: false },
    'interrupt.pressed text': { isAgain: false, hasText: true },
    'interrupt.pressed ahead': { isAgain: false, ahead: 'fresh' },
    'interrupt.pressed again': { isAgain: true, hasText: true, ahead: 'fresh' },
    'end.pressed': {},
    'end.pressed text': { hasText: true },
    'paste.received': { lineCount: 1 },
    'paste.received lines': { lineCount: 3 },
    'answer.given y': { value: 'y' },
    'answer.given Y': { value: 'Y' },
    'answer.given n': { value: 'n' },
    'answer.given q': { value: 'q' },
    'answer.given hello': { value: 'hello' },
    'answer.given empty': { value: '' },
  },
  start: ['unasked'],
  everywhere: {
    'interrupt.pressed again': ['stays', 'endInput'],
    'interrupt.pressed text': ['stays', 'clearLine'],
    'interrupt.pressed *': ['stays', 'interruptInput'],
    'end.pressed *': ['stays', 'endInput'],
    'console.closed': ['closed'],
  },
  states: {
    'unasked: the user left the chat': {
      after: ['prompt.asked chat', 'answer.given q'],
      legal: {
        ...FIRST_ASKED,
        'key.pressed *': ['stays', 'typeAhead'],
        'interrupt.pressed text': ['stays', 'interruptInput'],
        'interrupt.pressed ahead': ['stays', 'dropAhead'],
        'paste.received *': ['stays', 'typeAhead'],
      },
    },
    unasked: {
      after: [],
      legal: {
        ...FIRST_ASKED,
        'key.pressed *': ['stays', 'typeAhead'],
        'interrupt.pressed text': ['stays', 'interruptInput'],
        'interrupt.pressed ahead': ['stays', 'dropAhead'],
        'paste.received *': ['stays', 'typeAhead'],
      },
    },
    'unasked: the user answered the prompt of a chat': {
      after: ['prompt.asked chat', 'answer.given hello'],
      legal: {
        ...ASKED_AFTER_CHAT,
        'key.pressed *': ['stays', 'typeAhead'],
        'interrupt.pressed text': ['stays', 'interruptInput'],
        'interrupt.pressed ahead': ['stays', 'dropAhead'],
        'paste.received *': ['stays', 'typeAhead'],
      },
    },

    'asked.key': {
      after: ['prompt.asked menu'],
      legal: {
        ...INTERRUPTED,
        'key.pressed *': ['stays', 'pressShown'],
        'paste.received *': ['stays', 'ringBell'],
        'answer.given *': ['unasked', 'deliverAnswer'],
        'prompt.dropped *': ['quiet.unasked', 'closePrompt', 'startQuietTimer'],
      },
    },
    'asked.key: the prompt is sudden': {
      after: ['prompt.asked call', 'quiet.passed'],
      legal: {
        ...INTERRUPTED,
        'key.pressed y': ['stays', 'pressShown'],
        'key.pressed N': ['stays', 'pressShown'],
        // The key may belong to something else that the user is typing.
        'key.pressed *': ['quiet.asked', 'ringBell', 'startQuietTimer'],
        'paste.received *': ['stays', 'ringBell'],
        'answer.given *': ['unasked', 'deliverAnswer'],
        'prompt.dropped *': ['quiet.unasked', 'closePrompt', 'startQuietTimer'],
      },
    },
    'asked.text.line': { after: ['prompt.asked id'], legal: line('keptDraft = id') },
    'asked.text.message': {
      after: ['prompt.asked chat'],
      legal: {
        ...line(),
        'answer.given q': ['unasked', 'deliverAnswer', 'prompt = none'],
        'paste.received': ['stays', 'insertShown'],
        'paste.received lines': ['asked.text.confirming', 'askAboutPaste', 'linesLeft = 3'],
        // An empty line is not a message.
        'answer.given empty': ['stays', 'ringBell'],
      },
    },
    'asked.text.confirming': {
      after: CONFIRM,
      legal: {
        ...line(),
        'end.pressed text': ['stays', 'endInput'],
        'interrupt.pressed': ['asked.text.message', 'refusePaste'],
        'interrupt.pressed text': ['asked.text.message', 'refusePaste'],
        'interrupt.pressed ahead': ['asked.text.message', 'refusePaste'],
        'paste.received *': ['stays', 'ringBell'],
        'answer.given y': [
          'pasting.sending.underWay',
          ...['agreeToPaste', 'setLineAside', 'sendLine', 'linesLeft = 2'],
        ],
        'answer.given Y': [
          'pasting.sending.underWay',
          ...['agreeToPaste', 'setLineAside', 'sendLine', 'linesLeft = 2'],
        ],
        'answer.given *': ['asked.text.message', 'refusePaste'],
      },
    },

    'interrupted: the prompt asked for a key': {
      after: ['prompt.asked menu', 'interrupt.pressed'],
      legal: {
        ...interruptedBy(MENU_ASKED),
        'prompt.dropped *': ['unasked', 'closePrompt', 'prompt = none'],
      },
    },
    'interrupted: the prompt asked for a line': {
      after: ['prompt.asked id', 'interrupt.pressed'],
      legal: {
        ...interruptedBy(ID_ASKED),
        'prompt.dropped *': ['unasked', 'interruptLine', 'forgetLine', 'prompt = none'],
      },
    },

    'quiet.unasked': {
      after: ['prompt.asked id', 'prompt.dropped text'],
      legal: {
        ...ASKED_IN_QUIET,
        ...QUIET_WITH_LINE,
        ...quietPassed('unasked', 'keptDraft = none'),
        // The client asks again for the interrupted line.
        'prompt.asked id': [
          'asked.text.line',
          ...['stopQuietTimer', 'forgetLine', 'openPrompt', 'keptDraft = none'],
        ],
        'prompt.asked id fresh': [
          'asked.text.line',
          ...['stopQuietTimer', 'forgetLine', 'openPrompt', 'keptDraft = none'],
        ],
        'prompt.asked id typing': [
          'asked.text.line',
          ...['stopQuietTimer', 'forgetLine', 'openPrompt', 'keptDraft = none'],
        ],
      },
    },
    'quiet.unasked: no line was interrupted': {
      after: ['prompt.asked call', 'prompt.dropped'],
      legal: {
        ...ASKED_IN_QUIET,
        ...QUIET,
        ...quietPassed('unasked'),
        'prompt.asked call': ['quiet.asked', 'openPrompt', 'startQuietTimer'],
        'prompt.asked call stale': ['quiet.asked', 'openPrompt', 'startQuietTimer'],
        'prompt.asked call fresh': ['quiet.asked', 'openPrompt', 'startQuietTimer'],
        'prompt.asked call typing': ['quiet.asked', 'openPrompt', 'startQuietTimer'],
        // The closed prompt asked for a key, and the new one asks for a line.
        'prompt.asked id': lineAsked('asked.text.line', ID_ASKED),
        'prompt.asked id fresh': lineAsked('asked.text.line', ID_ASKED),
        'prompt.asked id typing': ['quiet.asked', 'openPrompt', 'startQuietTimer', ID_ASKED],
        'prompt.asked chat': lineAsked('asked.text.message', CHAT_ASKED),
        'prompt.asked chat stale': lineAsked('asked.text.message', CHAT_ASKED),
        'prompt.asked chat other': lineAsked('asked.text.message', OTHER_CHAT_ASKED),
      },
    },
    'quiet.asked': {
      after: ['prompt.asked call'],
      legal: {
        ...QUIET,
        'key.pressed y': ['stays', 'startQuietTimer', 'askForKeyAgain'],
        'key.pressed N': ['stays', 'startQuietTimer', 'askForKeyAgain'],
        ...quietPassed('asked.key'),
        'prompt.dropped *': ['quiet.unasked', 'closePrompt'],
      },
    },
    'quiet.asked: a call interrupted a line': {
      after: ['prompt.asked id', 'prompt.dropped text', 'prompt.asked call'],
      legal: {
        ...QUIET_WITH_LINE,
        ...quietPassed('asked.key', 'keptDraft = none'),
        'prompt.dropped *': ['quiet.unasked', 'closePrompt'],
      },
    },
    'quiet.asked: the line of a chat interrupted another line': {
      after: ['prompt.asked id', 'prompt.dropped text', 'prompt.asked chat other'],
      legal: {
        ...QUIET_WITH_LINE,
        ...quietPassed('asked.text.message', 'keptDraft = none'),
        'prompt.dropped *': ['quiet.unasked', 'interruptLine', 'startQuietTimer', 'keptDraft = carl'],
      },
    },

    'pasting.sending.underWay': {
      after: PASTE,
      legal: {
        ...SENDING,
        // The buddy does not read.
        ...chatAsked(['pasting.waiting.underWay', 'reopenLine']),
        'line.sent': LINE_SENT,
      },
    },
    'pasting.sending.underWay: the last line of the paste is under way': {
      after: [...PASTE, ...NEXT, ...NEXT],
      legal: { ...SENDING, ...chatAsked(REOPENED), 'line.sent': LINE_SENT },
    },
    'pasting.sending.sent': {
      after: [...PASTE, 'line.sent'],
      legal: { ...SENDING, ...chatAsked(['pasting.sending.underWay', 'sendLine', 'linesLeft = 1']) },
    },
    'pasting.sending.sent: the last line of the paste was sent': {
      after: [...PASTE, ...NEXT, ...NEXT, 'line.sent'],
      legal: { ...SENDING, ...chatAsked(REOPENED) },
    },
    'pasting.waiting.underWay': {
      after: [...PASTE, 'prompt.asked chat'],
      legal: {
        ...WAITING,
        'line.sent': ['pasting.waiting.sent'],
        'prompt.dropped *': ['pasting.sending.underWay', 'setLineAside'],
      },
    },
    'pasting.waiting.sent': {
      after: [...PASTE, 'prompt.asked chat', 'line.sent'],
      legal: {
        ...WAITING,
        'prompt.repeated': ['pasting.sending.underWay', 'setLineAside', 'sendLine', 'linesLeft = 1'],
        'prompt.dropped *': ['pasting.sending.sent', 'setLineAside'],
      },
    },

    closed: { after: ['console.closed'], legal: {} },
  },
};
