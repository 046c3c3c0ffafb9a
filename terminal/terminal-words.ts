/**
 * The words for a user at a terminal. They replace some of the words in words.ts, which cannot be improved
 * because scripts depend on them. The words in this file say the name of the buddy, name one cause where
 * words.ts leaves two possible, and say how to fill an empty list.
 */

import type { Notice, Question } from '../machines/client/notices.js';
import type { WhyRefused } from '../machines/client/refusals.js';
import type { Silence } from '../machines/client/silence.js';
import { type DisplayText, toDisplayText } from '../protocol/display-text.js';
import { MAX_ID_LENGTH, type UserId } from '../protocol/id.js';
import { REPLY_WORDS } from '../protocol/reply.js';
import { banLine, deletedText } from './ban-words.js';
import type { Prompt } from './console.js';
import { lookAlikeLines, protectionWords } from './key-words.js';
import { clipLine } from './layout.js';
import { buddyListLines, callerLabel, missedLines } from './presence-lines.js';
import { keyMissingLine, linesBy, linesOf, MENU, type NoticeLines, promptOf, SAY } from './words.js';

/** The maximum number of columns of the buddy's name in the prompt of a chat. */
const MAX_PROMPT_NAME_COLUMNS = 16;

/** The maximum number of columns of an invalid id that are shown. */
const MAX_TYPED_COLUMNS = 40;

const ID_RULE =
  `An id is one word of at most ${MAX_ID_LENGTH} letters, digits and _ . @ + -, ` +
  'and begins with a letter, digit or _.';

/** What each letter of the menu does. */
export const MENU_HELP: readonly string[] = [
  '  R - registers a new id with the server, and signs you in',
  '  L - signs you in under an id',
  '  A - puts a registered user on your buddy list',
  '  D - takes a buddy off your list',
  '  M - calls a buddy; each line you type is sent, and a line with just q leaves',
  '  S - shows your buddies as the server has them now, and your missed calls',
  '  W - says that you are away, or back again',
  '  H - shows your latest messages with a buddy, or searches them',
  '  B - refuses the calls of an id or an address, or accepts them again',
  '  X - leaves; so do Ctrl-C at the menu, and Ctrl-D',
];

/** The additional line of the menu for a user who has a key, and the explanation of that line. */
const VERIFY = '  V - Verify the key of a buddy';
const VERIFY_HELP = '  V - verifies the key of a buddy: you compare six words by telephone or in person';

const LINES: Partial<NoticeLines> = {
  menu: ({ isKeyed }) => [...MENU, ...(isKeyed ? [VERIFY] : []), '  ? - Explain these letters'],
  menuHelp: ({ isKeyed }) => [...MENU_HELP, ...(isKeyed ? [VERIFY_HELP] : [])],
  caller: (call) => {
    const words = protectionWords(call);
    if (words === '') return linesOf(call);
    return [`${callerLabel(call)} wants to chat (${words}).`, ...lookAlikeLines(call)];
  },
  keyMissing: (notice) => [keyMissingLine(notice), 'Its 24 words bring it back.'],
  sessionEnded: (notice) => [...linesOf(notice), ...sessionEndHints(notice)],
  idHint: ({ typed }) => [notAnId(typed), SAY.idHint],
  reply: (notice) => {
    const [reply = ''] = linesOf(notice);
    return notice.why === undefined ? linesOf(notice) : [reply, ...whyLines(notice.why)];
  },
  serverSilent: ({ silence, user }) => [silenceLine(silence, user)],
  serverLost: ({ silence, user }) => [`${silenceLine(silence, user)} Trying again every 10 s.`],
  buddyLeft: ({ name }) => [`${name} left.`],
  buddies: ({ buddies, lastSeen, missed, trust }) => [
    ...buddyListLines(buddies, lastSeen, trust),
    ...(buddies.length === 0 ? ['(It is empty. Press A to add a buddy.)'] : []),
    ...(missed.length === 0 ? ['(No missed calls. Calls that you do not answer are listed here.)'] : []),
    ...missedLines(missed),
  ],
  history: (notice) => {
    const [first = ''] = linesOf(notice);
    if (notice.messages.length > 0) return linesOf(notice);
    return [
      notice.search === ''
        ? `${first} Messages of your chats are kept in the history, unless you use --no-history.`
        : `${first} Enter the id alone to see the latest messages.`,
    ];
  },
  blocked: (notice) =>
    notice.names.length > 0
      ? linesOf(notice)
      : ['No caller is blocked. To refuse the calls of an id or an address, enter it under B.'],
};

/** The lines of a notice. */
export function terminalLinesOf(notice: Notice): readonly string[] {
  return linesBy(LINES, notice) ?? linesOf(notice);
}

/** The prompt for a question. */
export function terminalPromptOf(question: Question): Prompt {
  const prompt = promptOf(question);
  switch (question.ask) {
    case 'message':
      return { ...prompt, text: `${clipLine(toDisplayText(question.name), MAX_PROMPT_NAME_COLUMNS)}> ` };
    case 'call':
      return { ...prompt, lead: terminalLinesOf({ ...question, say: 'caller' }) };
    case 'menu':
      return question.isKeyed && prompt.kind === 'key' ? { ...prompt, keys: `${prompt.keys}v` } : prompt;
    case 'calling':
      return { ...prompt, lead: [`Calling ${question.buddy ?? 'your buddy'}.`] };
    default:
      return prompt;
  }
}

/** What the user can do now that the session has ended. */
function sessionEndHints({ user, why }: Extract<Notice, { say: 'sessionEnded' }>): string[] {
  switch (why) {
    case 'elsewhere':
      return [
        'Press L to sign in here again.',
        `If it was not you, shut out all other machines: im-client key revoke --user ${user}`,
      ];
    case 'revoked':
    case 'no-key':
      return ['Press L to type the words.'];
    case 'denied':
    case 'banned':
    case 'changed':
    case 'unregistered':
      return [];
  }
}

function silenceLine(silence: Silence, user: UserId | undefined): string {
  switch (silence.cause) {
    case 'banned':
      return banLine(silence.ban, user);
    case 'unregistered':
      if (silence.wasKnown && user !== undefined) return `${deletedText(user)}.`;
      return `${user ?? 'This id'} is not registered with the server. Press R to register.`;
    case 'down':
      return 'The server is down: nothing listens there.';
    case 'unreachable':
      return `The server cannot be reached: ${silence.reason}.`;
    case 'datagrams':
      return 'The server answers over TCP, but its UDP answers do not arrive: a firewall may block them.';
    case 'refusing':
      return `The server answers only ${silence.code} ${REPLY_WORDS[silence.code]} just now.`;
    case 'unknown':
      return SAY.serverSilent;
  }
}

function whyLines(refused: WhyRefused): string[] {
  switch (refused.why) {
    case 'banned':
      return [banLine(refused.ban, toDisplayText(refused.user))];
    case 'notAnId':
      return [notAnId(refused.typed), ID_RULE];
    case 'yourself':
      return ['That is you: you cannot be your own buddy.'];
    case 'listed':
      return [`${refused.buddy} is on your list already.`];
    case 'listedOrFull':
      return [`${refused.buddy} is on your list already, or your list is full.`];
    case 'buddyUnregistered':
      return [`${refused.buddy} is not registered with the server.`];
    case 'someoneUnregistered':
      return [
        toDisplayText(
          `${refused.buddy} is not registered with the server, or you (${refused.user}) are not.`,
        ),
      ];
  }
}

function notAnId(typed: DisplayText): string {
  return `"${clipLine(typed, MAX_TYPED_COLUMNS)}" is not a valid id.`;
}
