/**
 * The words of the client. People and scripts know them, so they stay as they are.
 */

import type { Buddy } from '../../protocol/buddy-list.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { MAX_ID_LENGTH, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { type Caller, nameOf } from './callers.js';
import type { ArchiveNews, ArchiveTask, Prompt } from './events.js';
import { clockDate, clockTime } from './presence-view.js';

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

/** The menu for those who have seen it: in capitals what to press. */
export const MENU_REMINDER = 'Register Login Add Delete Message Status aWay History Block eXit';

export const MENU_PROMPT: Prompt = {
  text: 'Your choice: ',
  kind: 'key',
  keys: 'rladmswhbx',
  hasStatus: true,
};

export const USER_ID_PROMPT: Prompt = { text: 'Enter user id: ', kind: 'line', draft: 'user id' };

export const BUDDY_ID_PROMPT: Prompt = { text: 'Enter buddy id: ', kind: 'line', draft: 'buddy id' };

export const HISTORY_PROMPT: Prompt = {
  text: 'Enter buddy id, and words to search for if you like: ',
  kind: 'line',
  draft: 'history',
};

export const BLOCK_PROMPT: Prompt = {
  text: 'Enter id or address to block, or to unblock: ',
  kind: 'line',
  draft: 'block',
};

export const CALL_PROMPT: Prompt = {
  text: 'Do you want to accept an incoming connection (y/n)? ',
  kind: 'key',
  keys: 'yn',
  isSudden: true,
};

export const CALLING_PROMPT: Prompt = { text: '(q gives up) ', kind: 'key', keys: 'q', isSudden: true };

export const CHAT_PROMPT: Prompt = { text: '> ', kind: 'line', isMessage: true };

/** What is said in words that never change. */
export const SAY = {
  signInFirst: 'Register or log in first.',
  unknownChoice: 'Choose one of the letters above.',
  idHint: `An id is one word of at most ${MAX_ID_LENGTH} letters, digits and _ . @ + - (an empty line goes back).`,
  serverSilent: 'The server does not answer: it is down, or you are not registered with it.',
  serverLost:
    'The server does not answer: it is down, or you are not registered with it. Trying again every 10 s.',
  serverFound: 'The server answers again.',
  callingFromMemory: 'The server does not answer. Calling where your buddy was last seen.',
  connecting: 'Attempting to connect...',
  ringing: 'Ringing: waiting for an answer, for 60 seconds at most.',
  gaveUp: 'You gave up the call.',
  accepted: 'Buddy accepted connection.',
  refused: 'Buddy refused connection.',
  unanswered: 'Buddy did not answer within 60 seconds.',
  callAccepted: 'Connection accepted.',
  callRefused: 'Connection refused.',
  callUnanswered: 'Not answered within 60 seconds: connection refused.',
  callGone: 'The caller hung up.',
  chatHelp: 'Enter your text to send to buddy.  Enter q to quit.',
  chatClosed: 'Buddy connection closed.',
  buddyDoesNotRead: '(Your buddy does not read at present. Wait, or enter q to quit.)',
  ownMessageCut: '(Your message was longer than 16 KiB: only its beginning was sent.)',
  buddysMessageCut: '(That message was longer than 16 KiB: this is its beginning.)',
  away: 'You are away.',
  back: 'You are back.',
  historySilent: 'The history cannot be read.',
} as const;

/** Why a buddy cannot be called; `undefined` when it can. */
export function notCallable(id: UserId, buddies: readonly Buddy[]): string | undefined {
  const buddy = buddies.find((other) => other.id === id);
  if (buddy === undefined) return `${id} is not on your buddy list.`;
  return buddy.endpoint === undefined ? `${id} is offline.` : undefined;
}

/** Who calls. */
export function callerLine({ caller, address }: Caller): string {
  return caller === undefined ? `Call from ${address}.` : `Call from ${caller} (${address}).`;
}

/** The same, for a user who does not look. */
export function callNotice(call: Caller): DisplayText {
  return toDisplayText(`${nameOf(call)} calls`);
}

/** A call that was refused because only one buddy can be talked to at a time, and how many before it. */
export function busyLine(call: Caller, before: number): string {
  const others = before === 0 ? '' : ` (and ${before} before it)`;
  return `Refused a call from ${nameOf(call)}${others}: you are busy.`;
}

/** Somebody whose calls are not asked about any more. */
export function nuisanceLine({ address }: Caller): string {
  return `${address} rings and hangs up again and again: its calls are refused for a minute.`;
}

/** A call of ours that did not get through. */
export function callFailedLine(buddy: UserId | undefined, reason: DisplayText): string {
  return `${buddy} could not be reached: ${reason}.`;
}

/** A line of the user's own that did not go out. */
export function notSentLine(text: string): string {
  return toDisplayText(`(Not sent: ${text})`);
}

/** A line of the user's own that went out, and of which nobody knows whether it arrived. */
export function lostLine(text: string): string {
  return toDisplayText(`(Not delivered, as far as is known: ${text})`);
}

/** A chat that nobody closed. */
export function brokenLine(reason: DisplayText): string {
  return `Buddy connection broke: ${reason}.`;
}

/** Whether to call again, and what becomes of the lines that did not go out. */
export function callAgainPrompt(name: UserId, lines: number): Prompt {
  const what = lines === 1 ? 'the line' : `the ${lines} lines`;
  const resend = lines === 0 ? '' : ` and send ${what} that may not have arrived`;
  return { text: `Call ${name} again${resend} (y/n)? `, kind: 'key', keys: 'yn', isSudden: true };
}

/** What was said to a buddy and by it, or that nothing was. */
export function historyLines({
  buddy,
  search,
  messages,
}: Extract<ArchiveNews, { type: 'history.found' }>): string[] {
  const what =
    search === '' ? `History with ${buddy}` : `"${toDisplayText(search)}" in the history with ${buddy}`;
  if (messages.length === 0) return [`${what}: nothing.`];
  const rows = messages.map(
    ({ name, text, atMs }) => `  ${clockDate(atMs)} ${clockTime(atMs)} ${name}: ${text}`,
  );
  return [`${what}:`, ...rows];
}

const ARCHIVE_FAILURES: Readonly<Record<ArchiveTask, string>> = {
  'history.write': 'History cannot be written',
  'history.read': 'History cannot be read',
  'blocked.write': 'The block list cannot be written',
  'blocked.read': 'The block list cannot be read',
};

/** What the local files could not do. */
export function archiveFailedLine({
  task,
  reason,
}: Extract<ArchiveNews, { type: 'archive.failed' }>): string {
  return `${ARCHIVE_FAILURES[task]}: ${reason}.`;
}

/** Who is blocked. */
export function blockedLine(names: readonly string[]): string {
  return names.length === 0 ? 'Nobody is blocked.' : `Blocked: ${names.join(', ')}.`;
}

/** A reply, as received where it has a code: without one, it could be taken for a line of the client's own. */
export function replyLine(reply: string): string {
  return replyCode(reply) === undefined ? `The server answered: ${reply}` : reply;
}

/** What a reply means that says little by itself; nothing for the others. */
export function hintLines(op: 'REG' | 'ADD' | 'DEL' | undefined, reply: string): string[] {
  if (!reply.startsWith('201')) return [];
  if (op === 'REG') return [SAY.idHint];
  if (op === 'ADD') return ['That is no id, or yourself, or on your list already.'];
  return ['That is no id, or yourself.'];
}

/** Why the server could not be asked. */
export function serverErrorLine(error: unknown): string {
  return `The server could not be asked: ${error instanceof Error ? error.message : String(error)}.`;
}
