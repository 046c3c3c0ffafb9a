/**
 * A line of history: one message, as one JSON object.
 *
 *     {"event":"message","at":"2026-11-25T14:05:09.120Z","id":"alice","buddy":"bob","text":"hello"}
 *     {"event":"sent","at":"2026-11-25T14:05:31.007Z","id":"alice","buddy":"bob","text":"hi!"}
 *
 * `id` is the user's own. A caller who gave no id has an `address` instead of a `buddy`. Any program may have
 * changed the file, so its lines pass the same checks as text from the network.
 */

import { parseAddress } from '../protocol/address.js';
import { type DisplayText, toDisplayText } from '../protocol/display-text.js';
import { parseId, type UserId } from '../protocol/id.js';

/**
 * The maximum number of bytes in a line, without its LF: a message of 16 KiB, which the text gate may make
 * three times as long, and the other fields.
 */
export const MAX_HISTORY_LINE_BYTES = 64 * 1024;

/** One message of a chat, from either side. */
export interface HistoryMessage {
  readonly isOwn: boolean;
  /** The user's own id; `undefined` when a call came in before the user signed in. */
  readonly own: UserId | undefined;
  readonly buddy: UserId | undefined;
  readonly address: DisplayText | undefined;
  readonly text: DisplayText;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Encodes a message as a line, without its LF. */
export function formatHistoryLine({ isOwn, own, buddy, address, text, atMs }: HistoryMessage): string {
  return JSON.stringify({
    event: isOwn ? 'sent' : 'message',
    at: new Date(atMs).toISOString(),
    id: own,
    buddy,
    ...(buddy === undefined && { address: address && toDisplayText(address) }),
    text: toDisplayText(text),
  });
}

/** Parses a line; `undefined` for one that is not a message. */
export function parseHistoryLine(line: string): HistoryMessage | undefined {
  const { event, at, id, buddy, address, text } = fieldsOf(line);
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if ((event !== 'sent' && event !== 'message') || Number.isNaN(atMs) || typeof text !== 'string') {
    return undefined;
  }
  return {
    isOwn: event === 'sent',
    own: idIn(id),
    buddy: idIn(buddy),
    address: addressIn(address),
    text: toDisplayText(text),
    atMs,
  };
}

function idIn(value: unknown): UserId | undefined {
  return typeof value === 'string' ? parseId(value) : undefined;
}

function addressIn(value: unknown): DisplayText | undefined {
  const address = typeof value === 'string' ? parseAddress(value) : undefined;
  return address === undefined ? undefined : toDisplayText(address);
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? { ...value } : {};
  } catch {
    return {}; // torn by a crash, or not a history line
  }
}
