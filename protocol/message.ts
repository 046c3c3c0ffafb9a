/**
 * Chat messages: one line each, UTF-8, at most 16 KiB.
 */

import type { Line } from './line-splitter.js';

/** The maximum number of bytes of UTF-8 in a message, not counting its line end. */
export const MAX_MESSAGE_BYTES = 16 * 1024;

/** The bytes of a message, and whether it was cut at {@link MAX_MESSAGE_BYTES}. */
export interface EncodedMessage {
  readonly bytes: Uint8Array;
  readonly cut: boolean;
}

const LF = 0x0a;

/** Lines that are not messages: a client sends one of them when its user leaves. */
const FAREWELLS: readonly string[] = ['q', 'BYE500'];

/** Whether a line means that the other side left the chat. */
export function isFarewell(text: string): boolean {
  return FAREWELLS.includes(text);
}

/**
 * Encodes one message with its LF.
 *
 * Appends a space to text that the buddy's client would read as a farewell. The text then looks the same, but
 * every client reads it as a message. Line ends inside the text become spaces.
 */
export function encodeMessage(text: string): EncodedMessage {
  const line = text.replace(/[\r\n]+/g, ' ');
  const utf8 = new TextEncoder().encode(isFarewell(line) ? `${line} ` : line);
  const cut = utf8.length > MAX_MESSAGE_BYTES;
  const kept = cut ? utf8.subarray(0, startOfCharacter(utf8, MAX_MESSAGE_BYTES)) : utf8;
  const bytes = new Uint8Array(kept.length + 1);
  bytes.set(kept);
  bytes[kept.length] = LF;
  return { bytes, cut };
}

/**
 * Decodes a line. Bytes that are not UTF-8 become U+FFFD. If the line was cut inside a character, that
 * character is omitted. The text is untrusted: it has not passed `toDisplayText` yet.
 */
export function decodeLine(line: Line): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(line.bytes, { stream: line.cut });
}

function startOfCharacter(utf8: Uint8Array, index: number): number {
  let start = index;
  while (start > 0 && ((utf8[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}
