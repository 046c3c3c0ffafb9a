/**
 * How a call begins: what the caller may say first, and what the called side may answer.
 *
 * Clients of this protocol fill the same gap in different ways (PROTOCOL.md names the dialects A
 * to E). These functions read all of them and write what each understands.
 */

import { parsePort } from './address.js';
import { tokensOf } from './ascii.js';
import { parseId, type UserId } from './id.js';

/**
 * The caller's first line: a `greeting` is answered with `OK` (dialect C), a `request` and a `message` with
 * `ACCEPT`. A `callback` (dialect E) names where the caller wants to be called back, and is never a message.
 * Any other line is already the first message.
 */
export type Opening =
  | { readonly kind: 'greeting'; readonly caller: UserId | undefined }
  | { readonly kind: 'request'; readonly caller: UserId | undefined }
  | { readonly kind: 'callback' }
  | { readonly kind: 'message' };

/** The called side's first line. Anything that is no known answer accepts, and is the first message. */
export type Answer = 'accepted' | 'refused' | 'message';

const ACCEPTANCE = /^(?:ACCEPT|ACCEPTED|OK|YES|Y|200(?:\s.*)?)$/is;
const REFUSAL = /^(?:REJECT|REJECTED|NO|N|BUSY)$/i;

/**
 * The line with which our caller introduces itself. Clients of all dialects take it: D closes on any other
 * word, and E breaks when a line of two words has no port.
 *
 * @param port Where the caller takes calls; 0 where it takes none.
 */
export function encodeGreeting(caller: UserId, port: number): string {
  return `REQUEST ${caller} ${port}\n`;
}

/** Reads the first line that a caller sent. */
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

/** Reads the first line that a called client sent. */
export function parseAnswer(line: string): Answer {
  const answer = line.trim();
  if (ACCEPTANCE.test(answer)) return 'accepted';
  if (REFUSAL.test(answer)) return 'refused';
  return 'message';
}

/** True for the answer by which only a client of dialect B accepts. */
export function isAcceptanceOfB(line: string): boolean {
  return /^ACCEPTED$/i.test(line.trim());
}

/**
 * The line that accepts a call, in the words that this caller expects.
 *
 * @param speaksB Whether a caller that said nothing speaks dialect B, as far as is known.
 */
export function encodeAcceptance(opening: Opening | undefined, speaksB = false): string {
  if (opening === undefined && speaksB) return 'ACCEPTED\n';
  return opening?.kind === 'greeting' ? 'OK\n' : 'ACCEPT\n';
}

/** The line that refuses a call. */
export const REFUSAL_LINE = 'REJECT\n';
