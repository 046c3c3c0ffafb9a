/**
 * Changes for tests: written as a client sends them, or any at all.
 */
import fc from 'fast-check';
import { type UserId } from '../../protocol/id.js';
import { type Change } from '../../protocol/request.js';
import type { EffectiveChange } from '../../storage/user-table.js';
/** An id that is known to be one. */
export declare function id(token: string): UserId;
/** Reads request lines, such as `ADD alice bob`; a buddy may be missing or malformed. */
export declare function changes(...lines: readonly string[]): Change[];
/** Reads request lines of which none lacks its buddy: whether they change anything is not checked. */
export declare function effects(...lines: readonly string[]): EffectiveChange[];
/** Few ids, so that random changes meet; two of them are names that every object knows. */
export declare const KNOWN_IDS: UserId[];
/** Any change among {@link KNOWN_IDS}, and now and then one without a buddy. */
export declare const anyChange: fc.Arbitrary<Change>;
/** Changes in their order, cut into batches, some of them empty. */
export declare const anyBatches: fc.Arbitrary<Change[][]>;
