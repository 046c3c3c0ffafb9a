/**
 * The reason of a network error, in words.
 */

import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up',
};

/** The words for a socket's error, or its code where there are none. */
export function networkReason({ code, message }: NodeJS.ErrnoException): DisplayText {
  return toDisplayText(REASONS[code ?? ''] ?? code ?? message);
}
