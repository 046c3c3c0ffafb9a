/**
 * The grammar of user ids.
 */

/** The maximum number of characters in an id. */
export const MAX_ID_LENGTH = 64;

/** An id returned by {@link parseId}: folded to lower case, safe to print, store and compare. */
export type UserId = string & { readonly UserId: unique symbol };

const ID = new RegExp(`^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,${MAX_ID_LENGTH - 1}}$`);

/**
 * Parses an id from one token. A valid id has 1 to 64 characters: the first is a letter, digit or `_`, the
 * rest are letters, digits and `_ . @ + -`.
 *
 * @returns The id folded to lower case, or `undefined` if the token is not a valid id.
 */
export function parseId(token: string | undefined): UserId | undefined {
  return token !== undefined && ID.test(token) ? (token.toLowerCase() as UserId) : undefined;
}
