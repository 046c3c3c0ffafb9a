/**
 * The opening lines of a call: the caller's first line, and the called side's answer.
 *
 * Clients differ in these lines (PROTOCOL.md names the dialects A to E). These functions parse the lines of
 * every dialect, and encode lines that clients of each dialect understand.
 */

import { parsePort } from './address.js';
import { tokensOf } from './ascii.js';
import { parseId, type UserId } from './id.js';

/**
 * The caller's first line. To accept a `greeting` (dialect C), the called client sends `OK`. To accept a
 * `request` or a `message`, the called client sends `ACCEPT`. A `callback` (dialect E) gives the address at
 * which the caller wants to be called back, and is never a message. Any other line is a `message`: the first
 * message of the chat.
 */
export type Opening =
  | { readonly kind: 'greeting'; readonly caller: UserId | undefined }
  | { readonly kind: 'request'; readonly caller: UserId | undefined }
  | { readonly kind: 'callback' }
  | { readonly kind: 'message' };

/**
 * The called side's first line. A line that neither accepts nor refuses the call is a `message`: it accepts
 * the call, and is the first message of the chat.
 */
export type Answer = 'accepted' | 'refused' | 'message';

const ACCEPTANCE = /^(?:ACCEPT|ACCEPTED|OK|YES|Y|200(?:\s.*)?)$/is;
const REFUSAL = /^(?:REJECT|REJECTED|NO|N|BUSY)$/i;

/**
 * Encodes the first line that our client sends as a caller. Clients of all dialects can handle this line.
 * Clients of dialect D close the connection if the first word is not `REQUEST`. Clients of dialect E break if
 * a line has two words and the second word is not a port.
 *
 * @param port The port on which the caller accepts calls; 0 if it accepts none.
 */
export function encodeGreeting(caller: UserId, port: number): string {
  return `REQUEST ${caller} ${port}\n`;
}

/** Parses the first line from a caller. */
export function parseOpening(line: string): Opening {
  const tokens = tokensOf(line);
  const [word = '', id] = tokens;
  if (/^HELLO$/i.test(word)) return { kind: 'greeting', caller: parseId(id) };
  if (/^REQUEST$/i.test(word)) return { kind: 'request', caller: parseId(id) };
  if (tokens.length === 2 && isIpv4(word) && (parsePort(id) ?? 0) > 0) return { kind: 'callback' };
  return { kind: 'message' };
}

function isIpv4(word: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(word) && word.split('.').every((part) => Number(part) <= 255);
}

/** Parses the first line from a called client. */
export function parseAnswer(line: string): Answer {
  const answer = line.trim();
  if (ACCEPTANCE.test(answer)) return 'accepted';
  if (REFUSAL.test(answer)) return 'refused';
  return 'message';
}

/** Whether a line is `ACCEPTED`, which only clients of dialect B send. */
export function isAcceptanceOfB(line: string): boolean {
  return /^ACCEPTED$/i.test(line.trim());
}

/**
 * Encodes the line that accepts a call, in the dialect of the caller.
 *
 * @param speaksB Whether a caller that sent no first line is believed to speak dialect B.
 */
export function encodeAcceptance(opening: Opening | undefined, speaksB = false): string {
  if (opening === undefined && speaksB) return 'ACCEPTED\n';
  return opening?.kind === 'greeting' ? 'OK\n' : 'ACCEPT\n';
}

/** The line that refuses a call. */
export const REFUSAL_LINE = 'REJECT\n';
