/**
 * The words of the client: texts for each notice, question and alert of its statechart. Scripts depend on
 * these words, so the words must not change. The compiler reports a notice without a text.
 */

import type { CallFailure } from '../machines/client/call-events.js';
import { callerName } from '../machines/client/callers.js';
import type { CutCause } from '../machines/client/cut-calls.js';
import type { SessionEnd } from '../machines/client/login-outcome.js';
import type { Alert, ArchiveTask, Notice, Question, WhyNotCallable } from '../machines/client/notices.js';
import type { Silence } from '../machines/client/silence.js';
import { type DisplayText, toDisplayText } from '../protocol/display-text.js';
import { MAX_ID_LENGTH, type UserId } from '../protocol/id.js';
import { replyCode } from '../protocol/reply.js';
import type { BanNotice } from '../protocol/reply-details.js';
import type { Change } from '../protocol/request.js';
import { banLine, deletedText } from './ban-words.js';
import type { Prompt } from './console.js';
import {
  addedLine,
  barredText,
  callerKeyLines,
  keyLine,
  protectionLine,
  sentence,
  verdictLine,
} from './key-words.js';
import { buddyListLines, callerLabel, clockDate, clockTime, hintOf, missedLines } from './presence-lines.js';
import { registrationLine } from './registration-line.js';

/** The notices whose words have no variable parts. */
export const SAY = {
  signInFirst: 'Register or log in first.',
  unknownChoice: 'Choose one of the letters above.',
  idHint:
    `An id is one word of at most ${MAX_ID_LENGTH} letters, digits and _ . @ + - ` +
    '(an empty line goes back).',
  serverSilent: 'The server does not answer: it is down, or you are not registered with it.',
  serverLost:
    'The server does not answer: it is down, or you are not registered with it. Trying again every 10 s.',
  serverFound: 'The server answers again.',
  callingFromMemory: 'The server does not answer. Calling where your buddy was last seen.',
  connecting: 'Attempting to connect...',
  ringing: 'Ringing: waiting for an answer, for 60 seconds at most.',
  gaveUp: 'You gave up the call.',
  accepted: 'Buddy accepted connection.',
  callAccepted: 'Connection accepted.',
  callRefused: 'Connection refused.',
  callUnanswered: 'Not answered within 60 seconds: connection refused.',
  callGone: 'The caller hung up.',
  chatHelp: 'Enter your text to send to buddy.  Enter q to quit.',
  chatClosed: 'Buddy connection closed.',
  delivering: 'Waiting until your last lines have arrived. Ctrl-C leaves at once.',
  buddyLeft: 'Buddy connection closed.',
  buddyDoesNotRead: '(Your buddy does not read at present. Wait, or enter q to quit.)',
  ownMessageCut: '(Your message was longer than 16 KiB: only its beginning was sent.)',
  buddysMessageCut: '(That message was longer than 16 KiB: this is its beginning.)',
  away: 'You are away.',
  back: 'You are back.',
  historySilent: 'The history cannot be read.',
  misrouted:
    'The server cannot announce you: your datagrams come from another address than your logins. ' +
    'A NAT or a VPN may be the cause.',
} as const satisfies Partial<Record<Notice['say'], string>>;

export const MENU: readonly string[] = [
  '',
  '  R - Register user id',
  '  L - Login as user id',
  '  A - Add buddy',
  '  D - Delete buddy',
  '  M - Message buddy',
  '  S - Buddy status',
  '  W - Away, or back again',
  '  H - History with buddy',
  '  B - Block or unblock caller',
  '  X - Exit application',
];

/** For each notice, a function that returns its lines. */
export type NoticeLines = {
  readonly [TSay in Notice['say']]: (notice: Extract<Notice, { readonly say: TSay }>) => readonly string[];
};

const LINES: Omit<NoticeLines, keyof typeof SAY> = {
  menu: () => MENU,
  menuHelp: () => MENU,
  signedIn: ({ user }) => [`Signed in as ${user}.`],
  keyMissing: (notice) => [
    keyMissingLine(notice),
    // No full stop after the command: it could be read as a part of the id.
    `Its 24 words bring it back: im-client key restore --user ${notice.user}`,
  ],
  keyUncertain: ({ reason }) => [toDisplayText(`You are not signed in: ${reason}.`)],
  wordsReminder: ({ user }) => [
    `You have not copied the 24 words of your key yet: im-client key words --user ${user} shows them.`,
  ],
  registration: ({ registration }) => [registrationLine(registration)],
  sessionEnded: ({ user, why, ban }) => [`${SESSION_ENDS[why](user, ban)} You are signed out here.`],
  // A reply without a code is marked, because it could look like a line of the client itself.
  reply: ({ op, line, why, added }) => [
    replyCode(line) === undefined ? `The server answered: ${line}` : line,
    ...hintLines(op, line),
    ...(why?.why === 'banned' ? [banLine(why.ban, why.user)] : []),
    ...(added === undefined ? [] : [addedLine(added.buddy, added.trust)]),
  ],
  serverError: ({ error }) => [
    `The server could not be asked: ${error instanceof Error ? error.message : String(error)}.`,
  ],
  buddies: ({ buddies, lastSeen, missed }) => [...buddyListLines(buddies, lastSeen), ...missedLines(missed)],
  notCallable: ({ buddy, why }) => [WHY_NOT_CALLABLE[why](buddy)],
  caller: (call) => [`Call from ${callerLabel(call)}.`, ...callerKeyLines(call)],
  busy: ({ untold, ...call }) => {
    const others = untold === 0 ? '' : ` (and ${untold} before it)`;
    return [`Refused a call from ${callerName(call)}${hintOf(call)}${others}: you are busy.`];
  },
  cut: ({ cause, untold, ...call }) => {
    const others = untold === 0 ? '' : ` (and ${untold} before it)`;
    return [`Refused a call from ${callerLabel(call)}${others}: ${WHY_CUT[cause]}.`];
  },
  misunderstood: (call) => [
    `${callerLabel(call)} did not understand the answer: its next call gets another one.`,
  ],
  nuisance: ({ address }) => [
    `${address} rings and hangs up again and again: its next calls are refused for up to a minute.`,
  ],
  callFailed: ({ buddy, failure }) => [callFailedLine(buddy, failure)],
  broken: ({ reason }) => [`Buddy connection broke: ${reason}.`],
  protection: ({ protection }) => [protectionLine(protection)],
  key: ({ buddy, became }) => [keyLine(buddy, became)],
  resumed: ({ count }) => [
    count === 1
      ? '(A line that may not have arrived is sent again.)'
      : `(${count} lines that may not have arrived are sent again.)`,
  ],
  late: ({ count }) => [
    count === 0
      ? '(Delivered.)'
      : `(Not delivered yet: ${count === 1 ? 'your last line' : `your last ${count} lines`}.)`,
  ],
  ownWords: ({ words, buddy }) => [
    `Ask ${buddy}, by telephone or in person, to read out the six words of ${buddy}'s key.`,
    `Your own six words, which ${buddy} asks for: ${words.join(' ')}`,
  ],
  verdict: ({ buddy, verdict }) => [verdictLine(buddy, verdict)],
  notSent: ({ text }) => [toDisplayText(`(Not sent: ${text})`)],
  notConfirmed: ({ text }) => [toDisplayText(`(Not delivered, as far as is known: ${text})`)],
  history: ({ buddy, search, messages }) => {
    const what =
      search === '' ? `History with ${buddy}` : `"${toDisplayText(search)}" in the history with ${buddy}`;
    if (messages.length === 0) return [`${what}: nothing.`];
    const rows = messages.map(
      ({ name, text, atMs }) => `  ${clockDate(atMs)} ${clockTime(atMs)} ${name}: ${text}`,
    );
    return [`${what}:`, ...rows];
  },
  archiveFailed: ({ task, reason }) => [`${ARCHIVE_FAILURES[task]}: ${reason}.`],
  otherClient: ({ user, pid, host }) => {
    const process = `process ${pid}${host === undefined ? '' : ` on ${host}`}`;
    const last = 'buddies call the one that announced itself last';
    return [`${user} is signed in in another client, too (${process}): ${last}.`];
  },
  blocked: ({ names }) => [names.length === 0 ? 'Nobody is blocked.' : `Blocked: ${names.join(', ')}.`],
};

const SESSION_ENDS: Readonly<Record<SessionEnd, (user: UserId, ban?: BanNotice) => string>> = {
  banned: (user, ban) => banLine(ban ?? { banned: 'id' }, user),
  unregistered: (user) => `${deletedText(user)}.`,
  elsewhere: (user) => `${user} has signed in elsewhere.`,
  denied: (user) => `THE SERVER NO LONGER ACCEPTS THE KEY OF ${user}: its operator may have reset the id.`,
  changed: () => 'This is not the server that was known here, so nothing more is sent.',
  revoked: (user) => `This machine was shut out for ${user}: the 24 words of the key bring it back.`,
  'no-key': (user) => `The key of ${user} is not on this machine: its 24 words bring it back.`,
};

export const WHY_CUT: Readonly<Record<CutCause, string>> = {
  changed: 'KEY CHANGED: the server names another key than the known one; verify or forget it',
  damaged: 'KEY NOT READABLE: the stored key of this buddy is damaged; verify or forget it',
  'wrong-key': 'the caller does not have the known key of this buddy',
  'in-clear': 'it was in clear, and this buddy has a key',
  'server-silent': 'it was in clear, and the server does not say whether this buddy has a key',
  'not-private': 'it was in clear',
  crowded: 'too many calls at once',
  callback: 'its program cannot be answered here, because it wants to be called back',
};

const WHY_NOT_CALLABLE: Readonly<Record<WhyNotCallable, (buddy: UserId) => string>> = {
  unlisted: (buddy) => `${buddy} is not on your buddy list.`,
  beyondCut: (buddy) =>
    `${buddy} is not on the part of your buddy list that the server sent: the list may be cut.`,
  offline: (buddy) => `${buddy} is offline.`,
};

const ARCHIVE_FAILURES: Readonly<Record<ArchiveTask, string>> = {
  'history.write': 'History cannot be written',
  'history.read': 'History cannot be read',
  'blocked.write': 'The block list cannot be written',
  'blocked.read': 'The block list cannot be read',
};

const PROMPTS: Readonly<Record<Exclude<Question['ask'], 'callAgain'>, Prompt>> = {
  menu: { text: 'Your choice: ', kind: 'key', keys: 'rladmswhbx?', hasStatus: true },
  userId: { text: 'Enter user id: ', kind: 'line', draft: 'user id' },
  buddyId: { text: 'Enter buddy id: ', kind: 'line', draft: 'buddy id' },
  history: {
    text: 'Enter buddy id, and words to search for if you like: ',
    kind: 'line',
    draft: 'history',
  },
  block: { text: 'Enter id or address to block, or to unblock: ', kind: 'line', draft: 'block' },
  call: {
    text: 'Do you want to accept an incoming connection (y/n)? ',
    kind: 'key',
    keys: 'yn',
    isSudden: true,
  },
  calling: { text: '(q gives up) ', kind: 'key', keys: 'q', isSudden: true },
  message: { text: '> ', kind: 'line', isMessage: true },
  words: { text: 'Enter the six words: ', kind: 'line' },
};

/** Says why the key of an id cannot be used on this machine. */
export function keyMissingLine({ user, isRevoked }: Extract<Notice, { say: 'keyMissing' }>): string {
  return isRevoked
    ? `This machine was shut out for ${user}, so nothing was sent.`
    : `${user} has a key, which is not on this machine, so nothing was sent.`;
}

/** The lines of a notice for scripts and plain mode. terminal-words.ts has other words for some notices. */
export function linesOf(notice: Notice): readonly string[] {
  if (isSilence(notice) && notice.silence.cause === 'banned')
    return [SAY[notice.say], banLine(notice.silence.ban, notice.user)];
  if (notice.say in SAY) return [SAY[notice.say as keyof typeof SAY]];
  return linesBy(LINES, notice) ?? [];
}

function isSilence(notice: Notice): notice is Extract<Notice, { silence: Silence }> {
  return 'silence' in notice;
}

/** Calls the function for a notice, if there is one, and returns its lines. */
export function linesBy(lines: Partial<NoticeLines>, notice: Notice): readonly string[] | undefined {
  // The cast is needed: the compiler does not see that the function found by `say` takes this notice.
  return (lines[notice.say] as ((notice: Notice) => readonly string[]) | undefined)?.(notice);
}

/** The prompt for a question. Equal questions give equal prompts, so an open prompt stays open. */
export function promptOf(question: Question): Prompt {
  if (question.ask !== 'callAgain') return PROMPTS[question.ask];
  const { buddy, lines } = question;
  const what = lines === 1 ? 'the line' : `the ${lines} lines`;
  const resend = lines === 0 ? '' : ` and send ${what} that may not have arrived`;
  return { text: `Call ${buddy} again${resend} (y/n)? `, kind: 'key', keys: 'yn', isSudden: true };
}

/** An alert as one line of text. */
export function alertText(alert: Alert): DisplayText {
  return toDisplayText(
    alert.alert === 'call' ? `${callerName(alert)}${hintOf(alert)} calls` : `${alert.from}: ${alert.text}`,
  );
}

function callFailedLine(buddy: UserId | undefined, failure: CallFailure): string {
  switch (failure.cause) {
    case 'refused':
      return 'Buddy refused connection.';
    case 'unanswered':
      return 'Buddy did not answer within 60 seconds.';
    case 'crashed':
      return SAY.chatClosed;
    case 'too-many-calls':
      return `${buddy} could not be called: too many calls are being closed.`;
    case 'unreachable':
      return `${buddy} could not be reached: ${failure.reason}.`;
    case 'barred':
      return sentence(barredText(buddy ?? ('your buddy' as UserId), failure.why));
  }
}

/** Explains a reply 201, which does not say what is wrong with the request. Empty for other replies. */
function hintLines(op: Change['op'], reply: string): string[] {
  if (!reply.startsWith('201')) return [];
  if (op === 'REG') return [SAY.idHint];
  if (op === 'ADD') return ['That is no id, or yourself, or on your list already.'];
  return ['That is no id, or yourself.'];
}
