/**
 * Compares the ledgers with what the server answers, and with what is on the disk.
 */
import type { Store } from '../../storage/store.js';
import type { Ledger } from './ledger.js';
import type { Tally } from './tally.js';
/** Has the running server tell everything that it acknowledged. */
export declare function verifyServer(port: number, ledgers: readonly Ledger[], tally: Tally): Promise<void>;
/** Has a store, opened anew, tell everything that was acknowledged. */
export declare function verifyStore(store: Store, ledgers: readonly Ledger[], tally: Tally): Promise<void>;
