/**
 * The layer below every ASCII line and datagram: bytes to text, text to tokens.
 */
/**
 * Decodes bytes that must all be printable ASCII or tabs.
 *
 * @returns The text, or `undefined` when one byte is anything else.
 */
export declare function decodeAscii(bytes: Uint8Array): string | undefined;
/** Splits text at any run of spaces and tabs; leading and trailing ones do not count. */
export declare function tokensOf(text: string): string[];
/** As {@link tokensOf}, but quicker, and five at most; `undefined` in place of those that are not there. */
export declare function firstTokens(text: string): readonly (string | undefined)[];
