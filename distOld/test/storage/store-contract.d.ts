/**
 * What every store does, whatever it is made of: one suite, run against each of them.
 *
 * The order of checks is that of part 1.1 of the protocol. That a request without any id is 201 is
 * the parser's to say: no such change reaches a store.
 */
import { type ExecutionContext } from 'ava';
import { type Store } from '../../storage/store.js';
/** Opens a new, empty store; what it leaves behind is removed when the test ends. */
export type OpenStore = (t: ExecutionContext) => Promise<Store>;
/** Registers the suite for one store. */
export declare function testStoreContract(name: string, open: OpenStore): void;
