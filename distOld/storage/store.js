/**
 * The store contract: what the server asks of the thing that remembers users and buddy lists.
 *
 * Every store, whatever it is made of, passes the suite in test/storage/store-contract.ts.
 */
/** Most users in one store: what the 32-bit places and entries of storage/id-table.ts reach, with ids of any length. */
export const MAX_USERS = 60_000_000;
/** Most buddies on one list. */
export const MAX_BUDDIES = 10_000;
/** What a store fails with. Callers tell the kinds apart by `code`. */
export class StoreError extends Error {
    code;
    name = 'StoreError';
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }
}
