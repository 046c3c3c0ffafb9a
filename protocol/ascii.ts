/**
 * Decodes ASCII lines and datagrams into text, and splits text into tokens.
 */

/** The characters that are allowed in a line. */
const PRINTABLE = /^[\t\x20-\x7e]*$/;

/** The maximum number of tokens that {@link firstTokens} returns. No request or datagram needs more. */
const FIRST = 5;

const FIRST_TOKENS = new RegExp(`^[ \\t]*([^ \\t]+)${'(?:[ \\t]+([^ \\t]+))?'.repeat(FIRST - 1)}`);

/**
 * Decodes bytes that must all be printable ASCII or tabs.
 *
 * @returns The text, or `undefined` if any byte is something else.
 */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('latin1');
  return PRINTABLE.test(text) ? text : undefined;
}

/** Splits text at runs of spaces and tabs. Ignores leading and trailing spaces and tabs. */
export function tokensOf(text: string): string[] {
  return text.match(/[^ \t]+/g) ?? [];
}

/**
 * A faster {@link tokensOf} that returns at most five tokens.
 *
 * @returns Index 0 is the matched text, indexes 1 to 5 are the tokens. A missing token is `undefined`.
 */
export function firstTokens(text: string): readonly (string | undefined)[] {
  return FIRST_TOKENS.exec(text) ?? [];
}
