/**
 * Who is online, where, and until when. In memory only: after a restart it fills again with the
 * clients' next announcements.
 *
 * Users are numbers, and a record is a row of columns outside of JavaScript's heap: 23 bytes, which exist where
 * somebody was online. A row says until when it holds, so an expired one needs no timer, and nobody looks for it.
 */
import { packIpv4 } from '../../protocol/address.js';
/** How long a record lives that was set once, and the longest that any record lives. */
export const LONGEST_LIFE_MS = 10 * 60_000;
/** The shortest that a record lives after its second announcement. */
export const SHORTEST_LIFE_MS = 35_000;
/** How many times the longest recent gap between announcements a record lives. */
const LIFE_IN_GAPS = 3.5;
/** How many gaps count as recent. */
const RECENT_GAPS = 4;
/** Gaps are remembered in this many milliseconds; the longest that can be is far beyond the longest that matters. */
const GAP_UNIT_MS = 10;
const MAX_GAP = 0xffff;
/** Rows in a page. */
const PAGE_BITS = 12;
const PAGE_ROWS = 1 << PAGE_BITS;
const ROW_MASK = PAGE_ROWS - 1;
/** In place of an IPv4 address: it is another kind of address, which is kept as text. */
const OTHER = 0;
class Page {
    /** 0 where nobody is. */
    expiresAtMs = new Float64Array(PAGE_ROWS);
    /** The latest gaps between announcements, newest first; 0 where there was none. */
    gaps = new Uint16Array(PAGE_ROWS * RECENT_GAPS);
    addresses = new Uint32Array(PAGE_ROWS);
    ports = new Uint16Array(PAGE_ROWS);
    statuses = new Uint8Array(PAGE_ROWS);
}
/** At most one record per registered user, who are themselves limited. Times are monotonic. */
export class PresenceTable {
    #pages = [];
    /** Addresses that are no IPv4 addresses, by user. */
    #others = new Map();
    /** Takes note of an announcement. 101 ends the record at once. */
    set(user, status, address, port, nowMs) {
        const page = this.#pageFor(user);
        const row = user & ROW_MASK;
        if (status === 101) {
            page.expiresAtMs[row] = 0;
            this.#others.delete(user);
            return;
        }
        const lifeMs = this.#noteGap(page, row, nowMs);
        page.expiresAtMs[row] = nowMs + lifeMs;
        page.statuses[row] = status;
        page.ports[row] = port;
        const packed = packIpv4(address) ?? OTHER;
        page.addresses[row] = packed;
        if (packed === OTHER)
            this.#others.set(user, address);
        else if (this.#others.size > 0)
            this.#others.delete(user);
    }
    /** Tells the visitor where a user is. */
    visit(user, nowMs, visitor) {
        const page = this.#pages[user >>> PAGE_BITS];
        const row = user & ROW_MASK;
        if (page === undefined || nowMs >= page.expiresAtMs[row])
            return visitor.offline(user);
        const packed = page.addresses[row];
        const address = packed === OTHER ? this.#others.get(user) : packed;
        visitor.present(user, page.statuses[row], address, page.ports[row]);
    }
    #pageFor(user) {
        const at = user >>> PAGE_BITS;
        // Never a hole: an array with holes is a slow one.
        while (this.#pages.length <= at)
            this.#pages.push(undefined);
        this.#pages[at] ??= new Page();
        return this.#pages[at];
    }
    /** Takes note of the gap that an announcement ends; returns how long the record lives from now on. */
    #noteGap({ gaps, expiresAtMs }, row, nowMs) {
        const newest = row * RECENT_GAPS;
        const expires = expiresAtMs[row];
        const isThere = nowMs < expires;
        const gapMs = isThere ? nowMs - (expires - lifeMs(gaps, newest)) : 0;
        for (let at = newest + RECENT_GAPS - 1; at > newest; at--)
            gaps[at] = isThere ? gaps[at - 1] : 0;
        gaps[newest] = isThere ? Math.min(Math.max(Math.ceil(gapMs / GAP_UNIT_MS), 1), MAX_GAP) : 0;
        return lifeMs(gaps, newest);
    }
}
/** How long a record lives whose announcements came with these gaps. */
function lifeMs(gaps, newest) {
    let longest = 0;
    for (let at = newest; at < newest + RECENT_GAPS; at++)
        longest = Math.max(longest, gaps[at]);
    if (longest === 0)
        return LONGEST_LIFE_MS;
    return Math.min(Math.max(LIFE_IN_GAPS * longest * GAP_UNIT_MS, SHORTEST_LIFE_MS), LONGEST_LIFE_MS);
}
