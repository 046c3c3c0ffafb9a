/**
 * Writes answers to GET byte by byte, without a string for each buddy.
 */
import { MAX_BUDDY_LIST_BYTES } from './buddy-list.js';
import { STATUS_WORDS } from './status.js';
/** Most bytes in a line: an id, a status, an IPv6 address with a zone, a port. */
const MAX_LINE_BYTES = 256;
const SPACE = 0x20;
const DOT = 0x2e;
const LF = 0x0a;
const ZERO = 0x30;
const OFFLINE = Buffer.from(` 101 ${STATUS_WORDS[101]} unknown unknown\n`);
const ONLINE = Buffer.from(` 100 ${STATUS_WORDS[100]} `);
const AWAY = Buffer.from(` 102 ${STATUS_WORDS[102]} `);
export class BuddyListWriter {
    #bytes = Buffer.allocUnsafeSlow(MAX_BUDDY_LIST_BYTES + MAX_LINE_BYTES);
    #end = 0;
    #isFull = false;
    /** Adds a buddy who is offline. */
    addOffline(ids, user) {
        if (this.#isFull)
            return;
        this.#keep(copy(OFFLINE, this.#bytes, ids.copyId(this.#bytes, this.#end, user)));
    }
    /**
     * Adds a buddy who is there.
     *
     * @param address An IPv4 address as a number, as `packIpv4` makes it, or another one as text.
     */
    addPresent(ids, user, status, address, port) {
        if (this.#isFull)
            return;
        const bytes = this.#bytes;
        let at = ids.copyId(bytes, this.#end, user);
        at = copy(status === 100 ? ONLINE : AWAY, bytes, at);
        at =
            typeof address === 'number' ? writeIpv4(bytes, at, address) : at + bytes.write(address, at, 'latin1');
        bytes[at++] = SPACE;
        at = writeNumber(bytes, at, port);
        bytes[at++] = LF;
        this.#keep(at);
    }
    /** The answer, cut at a line boundary where it would pass {@link MAX_BUDDY_LIST_BYTES}; the next one begins. */
    take() {
        const answer = Buffer.from(this.#bytes.subarray(0, this.#end));
        this.#end = 0;
        this.#isFull = false;
        return answer;
    }
    /** Nothing follows a line that was cut off. */
    #keep(end) {
        if (end > MAX_BUDDY_LIST_BYTES)
            this.#isFull = true;
        else
            this.#end = end;
    }
}
// Of so few bytes, a loop copies faster than a call.
function copy(from, to, start) {
    let at = start;
    for (let index = 0; index < from.length; index++)
        to[at++] = from[index];
    return at;
}
function writeIpv4(bytes, start, address) {
    let at = writeNumber(bytes, start, address >>> 24);
    bytes[at++] = DOT;
    at = writeNumber(bytes, at, (address >>> 16) & 0xff);
    bytes[at++] = DOT;
    at = writeNumber(bytes, at, (address >>> 8) & 0xff);
    bytes[at++] = DOT;
    return writeNumber(bytes, at, address & 0xff);
}
/** Writes a number below 100,000. */
function writeNumber(bytes, start, number) {
    const end = start + (number < 10 ? 1 : number < 100 ? 2 : number < 1_000 ? 3 : number < 10_000 ? 4 : 5);
    let rest = number;
    for (let at = end - 1; at >= start; at--) {
        const tens = (rest / 10) | 0;
        bytes[at] = ZERO + rest - tens * 10;
        rest = tens;
    }
    return end;
}
