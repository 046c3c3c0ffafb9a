/**
 * User ids: the one grammar for the names by which users, and nothing else, are known.
 */
/** Most characters in an id. */
export const MAX_ID_LENGTH = 64;
const ID = new RegExp(`^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,${MAX_ID_LENGTH - 1}}$`);
/**
 * Reads an id from one token.
 *
 * @returns The id folded to lower case, or `undefined` when the token is not an id: 1 to 64
 * characters, the first a letter, digit or `_`, the rest letters, digits and `_ . @ + -`.
 */
export function parseId(token) {
    return token !== undefined && ID.test(token) ? token.toLowerCase() : undefined;
}
