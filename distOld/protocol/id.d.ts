/**
 * User ids: the one grammar for the names by which users, and nothing else, are known.
 */
/** Most characters in an id. */
export declare const MAX_ID_LENGTH = 64;
/** An id that passed {@link parseId}: folded to lower case, safe to print, store and compare. */
export type UserId = string & {
    readonly UserId: unique symbol;
};
/**
 * Reads an id from one token.
 *
 * @returns The id folded to lower case, or `undefined` when the token is not an id: 1 to 64
 * characters, the first a letter, digit or `_`, the rest letters, digits and `_ . @ + -`.
 */
export declare function parseId(token: string | undefined): UserId | undefined;
