/**
 * Limits how many questions about callers the client sends to the server. Each question (WHO) costs a TLS
 * handshake, which the server counts against the handshake budget of the user's own address. One limit
 * applies to each source (an IPv4 address, or the first 64 bits of an IPv6 address), and one limit to all
 * sources together. Durations are measured by the monotonic clock.
 */

import { networkOf } from '../../protocol/address.js';

/** How long a question counts against the limits, in milliseconds. */
export const QUESTION_MS = 60_000;

/** The maximum number of questions within {@link QUESTION_MS} about the callers of one source. */
export const MAX_QUESTIONS_PER_SOURCE = 5;

/**
 * The maximum number of questions within {@link QUESTION_MS} about all callers. A server allows an address 20
 * handshakes at once.
 */
export const MAX_QUESTIONS = 10;

export class CallerQuestions {
  /** The questions that still count, oldest first. */
  #recent: readonly { readonly source: string; readonly uptimeMs: number }[] = [];

  /** Counts a question about a caller. Returns false if a limit is reached: do not send the question then. */
  tryAsk(address: string, uptimeMs: number): boolean {
    const source = networkOf(address);
    const recent = this.#recent.filter((question) => question.uptimeMs > uptimeMs - QUESTION_MS);
    const ofSource = recent.filter((question) => question.source === source);
    const isAllowed = recent.length < MAX_QUESTIONS && ofSource.length < MAX_QUESTIONS_PER_SOURCE;
    this.#recent = isAllowed ? [...recent, { source, uptimeMs }] : recent;
    return isAllowed;
  }
}
