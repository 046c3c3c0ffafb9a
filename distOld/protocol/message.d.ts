/**
 * Chat messages: one line each, UTF-8, at most 16 KiB.
 */
import type { Line } from './line-splitter.js';
/** Most bytes of UTF-8 in a message, its line end not counted. */
export declare const MAX_MESSAGE_BYTES: number;
/** A message as it goes out, and whether it had to be cut at {@link MAX_MESSAGE_BYTES}. */
export interface EncodedMessage {
    readonly bytes: Uint8Array;
    readonly cut: boolean;
}
/** True for a line by which the other side leaves the chat. */
export declare function isFarewell(text: string): boolean;
/**
 * Encodes one message with its LF.
 *
 * Text that the buddy would take for a farewell gets a space at its end: it looks the same, and is
 * a message to every client. Line ends inside the text become spaces.
 */
export declare function encodeMessage(text: string): EncodedMessage;
/**
 * Decodes a line. Bytes that are no UTF-8 become U+FFFD; of a cut line, a last character that the
 * cut tore is left out. The text is as foreign as the bytes were: it is not yet gated.
 */
export declare function decodeLine(line: Line): string;
