/**
 * Presence datagrams over UDP: SET, which has no answer, and GET, answered by a buddy list.
 */
import { parsePort } from './address.js';
import { decodeAscii, firstTokens } from './ascii.js';
import { parseId } from './id.js';
import { parseStatus, STATUS_WORDS } from './status.js';
/** Most bytes in a datagram from a client; a longer one is no SET or GET. */
export const MAX_DATAGRAM_BYTES = 512;
/**
 * Reads one datagram; a trailing CR or LF is ignored, and so are tokens past the last one needed.
 *
 * @returns `undefined` for whatever breaks the grammar: it is dropped without an answer.
 */
export function parseDatagram(bytes) {
    if (bytes.length > MAX_DATAGRAM_BYTES)
        return undefined;
    const text = decodeAscii(withoutLineEnd(bytes));
    if (text === undefined)
        return undefined;
    const [operation, first, second, third, fourth] = firstTokens(text);
    const id = parseId(first);
    if (operation === undefined || id === undefined)
        return undefined;
    switch (operation.toUpperCase()) {
        case 'GET':
            return { op: 'GET', id };
        case 'SET':
            return parseAnnouncement(id, second, third, fourth);
        default:
            return undefined;
    }
}
/** The datagram that announces a user's status. */
export function encodeAnnouncement(id, status, port) {
    return `SET ${id} ${status} ${STATUS_WORDS[status]} ${port}`;
}
/** The datagram that asks for the presence of a user's buddies. */
export function encodeQuery(id) {
    return `GET ${id}`;
}
/** The word may be left out; then the port stands in its place. */
function parseAnnouncement(id, code, word, last) {
    const status = parseStatus(code);
    if (status === undefined)
        return undefined;
    const port = parsePort(word?.toUpperCase() === STATUS_WORDS[status] ? last : word);
    if (port === undefined || (port === 0 && status !== 101))
        return undefined;
    return { op: 'SET', id, status, port };
}
function withoutLineEnd(bytes) {
    let end = bytes.length;
    while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d))
        end--;
    return end === bytes.length ? bytes : bytes.subarray(0, end);
}
