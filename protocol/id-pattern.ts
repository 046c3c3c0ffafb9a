/**
 * Patterns of ids: `*` stands for any number of characters, and `?` stands for exactly one character.
 */

import { MAX_ID_LENGTH, type UserId } from './id.js';

/** A pattern returned by {@link parseIdPattern}: in lower case, safe to print. */
export type IdPattern = string & { readonly IdPattern: unique symbol };

const PATTERN = new RegExp(`^[A-Za-z0-9_.@+*?-]{1,${2 * MAX_ID_LENGTH}}$`);

/** Parses a pattern of `*`, `?` and characters of ids. Returns `undefined` for any other or longer text. */
export function parseIdPattern(text: string): IdPattern | undefined {
  return PATTERN.test(text) ? (text.toLowerCase() as IdPattern) : undefined;
}

/**
 * Whether a pattern matches a whole id. A `*` first matches nothing, and then one more character each time
 * that the rest of the pattern fails. Only the last `*` is tried again, so the time is at most the product of
 * both lengths.
 */
export function matchesId(pattern: IdPattern, id: UserId): boolean {
  let at = 0;
  let star = -1;
  let afterStar = 0;
  for (let index = 0; index < id.length; ) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      afterStar = index;
    } else if (wanted === '?' || wanted === id[index]) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      at = star + 1;
      index = ++afterStar;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
