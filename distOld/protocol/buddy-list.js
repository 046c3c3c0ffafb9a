/**
 * The answer to a GET: one line per buddy, in the order they were added. BuddyListWriter writes it.
 */
import { parseAddress, parsePort } from './address.js';
import { tokensOf } from './ascii.js';
import { parseId } from './id.js';
import { parseStatus } from './status.js';
/** Most bytes in an answer: the largest payload of a UDP datagram over IPv4. */
export const MAX_BUDDY_LIST_BYTES = 65_507;
/**
 * Reads a buddy list from any server of this protocol. Lines that are no buddy are left out; a buddy
 * without a usable address and port has no endpoint.
 */
export function parseBuddyList(text) {
    const buddies = [];
    for (const line of text.split('\n')) {
        const [idToken, code, , addressToken, portToken] = tokensOf(line.replace(/\r$/, ''));
        const id = parseId(idToken);
        const status = parseStatus(code);
        if (id === undefined || status === undefined)
            continue;
        const address = parseAddress(addressToken);
        const port = parsePort(portToken);
        const callable = status !== 101 && address !== undefined && port !== undefined && port > 0;
        buddies.push({ id, status, endpoint: callable ? { address, port } : undefined });
    }
    return buddies;
}
