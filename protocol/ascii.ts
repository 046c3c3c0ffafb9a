/**
 * The layer below every ASCII line and datagram: bytes to text, text to tokens.
 */

/** What a line may consist of. */
const PRINTABLE = /^[\t\x20-\x7e]*$/;

/** How many tokens {@link firstTokens} finds: no request or datagram has more that count. */
const FIRST = 5;

const FIRST_TOKENS = new RegExp(`^[ \\t]*([^ \\t]+)${'(?:[ \\t]+([^ \\t]+))?'.repeat(FIRST - 1)}`);

/**
 * Decodes bytes that must all be printable ASCII or tabs.
 *
 * @returns The text, or `undefined` when one byte is anything else.
 */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('latin1');
  return PRINTABLE.test(text) ? text : undefined;
}

/** Splits text at any run of spaces and tabs; leading and trailing ones do not count. */
export function tokensOf(text: string): string[] {
  return text.match(/[^ \t]+/g) ?? [];
}

/**
 * As {@link tokensOf}, but quicker, and five at most.
 *
 * @returns At 0 the part of the text that they are; from 1 on the tokens, `undefined` in place of those that
 *   are not there.
 */
export function firstTokens(text: string): readonly (string | undefined)[] {
  return FIRST_TOKENS.exec(text) ?? [];
}
