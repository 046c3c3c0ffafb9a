/**
 * Safety words: six words that stand for the key of a buddy. The buddy reads the words out, and the user
 * types them. The program compares the typed words with the expected words, because people overlook
 * differences.
 */

/** How many words a user types. */
export const SAFETY_WORDS = 6;

/** Bits of one word: a list has 2^11 words. */
const WORD_BITS = 11;

/** Words in a list. */
const LIST_WORDS = 2 ** WORD_BITS;

/** Bytes that hold the bits of all six words. */
export const SAFETY_BYTES = Math.ceil((SAFETY_WORDS * WORD_BITS) / 8);

/** The result of comparing typed words with the expected ones. */
export type SafetyComparison =
  | { readonly result: 'same' }
  /** The number of typed words is not {@link SAFETY_WORDS}. */
  | { readonly result: 'wrong-count'; readonly count: number }
  /** A typed word is not in the list, so it is a typo. `position` counts from 1. */
  | { readonly result: 'typo'; readonly position: number; readonly word: string }
  /** All typed words are in the list, but they are the words of another key, or are in another order. */
  | { readonly result: 'different' };

/**
 * The six words for the first 66 bits of some bytes.
 *
 * @param bytes At least {@link SAFETY_BYTES} bytes.
 * @param list 2048 words in lower case.
 */
export function safetyWords(bytes: Uint8Array, list: readonly string[]): readonly string[] {
  if (bytes.length < SAFETY_BYTES) throw new RangeError(`Safety words need ${SAFETY_BYTES} bytes.`);
  if (list.length !== LIST_WORDS) throw new RangeError(`A list has ${LIST_WORDS} words.`);
  let bits = 0n;
  for (const byte of bytes.subarray(0, SAFETY_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const spare = SAFETY_BYTES * 8 - SAFETY_WORDS * WORD_BITS;
  return Array.from({ length: SAFETY_WORDS }, (_, index) => {
    const shift = BigInt(spare + (SAFETY_WORDS - 1 - index) * WORD_BITS);
    return list[Number((bits >> shift) & BigInt(LIST_WORDS - 1))] as string;
  });
}

/** Splits typed text into words in lower case. Everything that is not a letter separates words. */
export function splitWords(typed: string): readonly string[] {
  return typed
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '');
}

/**
 * Compares typed words with the expected ones. Case, spaces and punctuation do not matter. A word outside the
 * list is reported as a typo. A word in the list is never corrected, and the result does not say which word
 * differs: with such hints, a user could change word after word until a forged key is accepted.
 */
export function compareSafetyWords(
  typed: string,
  expected: readonly string[],
  list: readonly string[],
): SafetyComparison {
  const words = splitWords(typed);
  const typo = words.findIndex((word) => !list.includes(word));
  const word = words[typo];
  if (word !== undefined) return { result: 'typo', position: typo + 1, word };
  if (words.length !== SAFETY_WORDS) return { result: 'wrong-count', count: words.length };
  return { result: words.every((one, index) => one === expected[index]) ? 'same' : 'different' };
}
