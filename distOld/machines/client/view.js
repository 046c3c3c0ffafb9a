/**
 * The words of the client. People and scripts know them, so they stay as they are.
 */
import { toDisplayText } from '../../protocol/display-text.js';
import { MAX_ID_LENGTH } from '../../protocol/id.js';
import { STATUS_WORDS } from '../../protocol/status.js';
export const MENU = [
    '',
    '  R - Register user id',
    '  L - Login as user id',
    '  A - Add buddy',
    '  D - Delete buddy',
    '  M - Message buddy',
    '  S - Buddy status',
    '  X - Exit application',
];
export const MENU_PROMPT = { text: 'Your choice: ', kind: 'key', keys: 'rladmsx' };
export const USER_ID_PROMPT = { text: 'Enter user id: ', kind: 'line', draft: 'user id' };
export const BUDDY_ID_PROMPT = { text: 'Enter buddy id: ', kind: 'line', draft: 'buddy id' };
export const CALL_PROMPT = {
    text: 'Do you want to accept an incoming connection (y/n)? ',
    kind: 'key',
    keys: 'yn',
};
export const CHAT_PROMPT = { text: '> ', kind: 'line' };
/** What is said in words that never change. */
export const SAY = {
    signInFirst: 'Register or log in first.',
    unknownChoice: 'Choose one of the letters above.',
    idHint: `An id is one word of at most ${MAX_ID_LENGTH} letters, digits and _ . @ + - (an empty line goes back).`,
    serverSilent: 'The server does not answer: it is down, or you are not registered with it.',
    serverLost: 'The server does not answer: it is down, or you are not registered with it. Trying again every 10 s.',
    serverFound: 'The server answers again.',
    callingFromMemory: 'The server does not answer. Calling where your buddy was last seen.',
    connecting: 'Attempting to connect...',
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
};
/** The buddy list as the server gave it, a line each, fields separated by tabs. */
export function buddyListLines(buddies) {
    const rows = buddies.map(({ id, status, endpoint }) => [id, STATUS_WORDS[status], endpoint?.address ?? 'unknown', endpoint?.port ?? 'unknown'].join('\t'));
    return ['My buddy list:', ...rows];
}
/** Why a buddy cannot be called; `undefined` when it can. */
export function notCallable(id, buddies) {
    const buddy = buddies.find((other) => other.id === id);
    if (buddy === undefined)
        return `${id} is not on your buddy list.`;
    return buddy.endpoint === undefined ? `${id} is offline.` : undefined;
}
/** Who calls. */
export function callerLine({ caller, address }) {
    return caller === undefined ? `Call from ${address}.` : `Call from ${caller} (${address}).`;
}
/** A call that was refused because only one buddy can be talked to at a time. */
export function busyLine({ caller, address }) {
    return `Refused a call from ${caller ?? address}: you are busy.`;
}
/** A call of ours that did not get through. */
export function callFailedLine(buddy, reason) {
    return `${buddy} could not be reached: ${reason}.`;
}
/** A message, and a note where it was cut. */
export function messageLines({ text, cut }) {
    return cut
        ? [`B: ${text}`, '(That message was longer than 16 KiB: this is its beginning.)']
        : [`B: ${text}`];
}
/** A line of the user's own that did not go out. */
export function notSentLine(text) {
    return toDisplayText(`(Not sent: ${text})`);
}
/** What a reply means that says little by itself; nothing for the others. */
export function hintLines(op, reply) {
    if (!reply.startsWith('201'))
        return [];
    if (op === 'REG')
        return [SAY.idHint];
    if (op === 'ADD')
        return ['That is no id, or yourself, or on your list already.'];
    return ['That is no id, or yourself.'];
}
/** Why the server could not be asked. */
export function serverErrorLine(error) {
    return `The server could not be asked: ${error instanceof Error ? error.message : String(error)}.`;
}
