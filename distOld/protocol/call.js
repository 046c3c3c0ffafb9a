/**
 * How a call begins: what the caller may say first, and what the called side may answer.
 *
 * Clients of this protocol fill the same gap in different ways (PROTOCOL.md names the dialects A
 * to E). These functions read all of them and write what each understands.
 */
import { tokensOf } from './ascii.js';
import { parseId } from './id.js';
const ACCEPTANCE = /^(?:ACCEPT|ACCEPTED|OK|YES|Y|200(?:\s.*)?)$/is;
const REFUSAL = /^(?:REJECT|REJECTED|NO|N|BUSY)$/i;
/** The line with which our caller introduces itself. */
export function encodeGreeting(caller) {
    return `HELLO ${caller}\n`;
}
/** Reads the first line that a caller sent. */
export function parseOpening(line) {
    const [word = '', id] = tokensOf(line);
    if (/^HELLO$/i.test(word))
        return { kind: 'greeting', caller: parseId(id) };
    if (/^REQUEST$/i.test(word))
        return { kind: 'request', caller: parseId(id) };
    return { kind: 'message' };
}
/** Reads the first line that a called client sent. */
export function parseAnswer(line) {
    const answer = line.trim();
    if (ACCEPTANCE.test(answer))
        return 'accepted';
    if (REFUSAL.test(answer))
        return 'refused';
    return 'message';
}
/** The line that accepts a call, in the words that this caller expects. */
export function encodeAcceptance(opening) {
    return opening?.kind === 'greeting' ? 'OK\n' : 'ACCEPT\n';
}
/** The line that refuses a call. */
export const REFUSAL_LINE = 'REJECT\n';
