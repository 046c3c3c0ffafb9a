/**
 * Chat messages: one line each, UTF-8, at most 16 KiB.
 */
/** Most bytes of UTF-8 in a message, its line end not counted. */
export const MAX_MESSAGE_BYTES = 16 * 1024;
const LF = 0x0a;
/** Lines that are no messages: by them a client says that its user left. */
const FAREWELLS = ['q', 'BYE500'];
/** True for a line by which the other side leaves the chat. */
export function isFarewell(text) {
    return FAREWELLS.includes(text);
}
/**
 * Encodes one message with its LF.
 *
 * Text that the buddy would take for a farewell gets a space at its end: it looks the same, and is
 * a message to every client. Line ends inside the text become spaces.
 */
export function encodeMessage(text) {
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
 * Decodes a line. Bytes that are no UTF-8 become U+FFFD; of a cut line, a last character that the
 * cut tore is left out. The text is as foreign as the bytes were: it is not yet gated.
 */
export function decodeLine(line) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(line.bytes, { stream: line.cut });
}
function startOfCharacter(utf8, index) {
    let start = index;
    while (start > 0 && ((utf8[start] ?? 0) & 0xc0) === 0x80)
        start--;
    return start;
}
