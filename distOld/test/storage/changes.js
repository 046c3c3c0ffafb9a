/**
 * Changes for tests: written as a client sends them, or any at all.
 */
import fc from 'fast-check';
import { parseId } from '../../protocol/id.js';
import { parseRequest } from '../../protocol/request.js';
/** An id that is known to be one. */
export function id(token) {
    const parsed = parseId(token);
    if (parsed === undefined)
        throw new Error(`no id: ${token}`);
    return parsed;
}
/** Reads request lines, such as `ADD alice bob`; a buddy may be missing or malformed. */
export function changes(...lines) {
    return lines.map((line) => {
        const change = parseRequest(Buffer.from(line));
        if (change === undefined)
            throw new Error(`no change: ${line}`);
        return change;
    });
}
/** Reads request lines of which none lacks its buddy: whether they change anything is not checked. */
export function effects(...lines) {
    return changes(...lines);
}
/** Few ids, so that random changes meet; two of them are names that every object knows. */
export const KNOWN_IDS = ['a', 'b', 'c', '__proto__', 'constructor'].map(id);
// Says what differed, not only which input made it differ.
fc.configureGlobal({ includeErrorInReport: true });
const anyId = fc.constantFrom(...KNOWN_IDS);
/** Any change among {@link KNOWN_IDS}, and now and then one without a buddy. */
export const anyChange = fc.oneof(fc.record({ op: fc.constant('REG'), id: anyId }, { noNullPrototype: true }), fc.record({
    op: fc.constantFrom('ADD', 'ADD', 'DEL'),
    id: anyId,
    buddy: fc.option(anyId, { nil: undefined, freq: 10 }),
}, { noNullPrototype: true }));
/** Changes in their order, cut into batches, some of them empty. */
export const anyBatches = fc.array(fc.array(anyChange, { maxLength: 8, size: 'max' }), {
    maxLength: 8,
    size: 'max',
});
