/**
 * The layer below every ASCII line and datagram: bytes to text, text to tokens.
 */

const TAB = 0x09;
const SPACE = 0x20;
const TILDE = 0x7e;

/**
 * Decodes bytes that must all be printable ASCII or tabs.
 *
 * @returns The text, or `undefined` as soon as one byte is anything else.
 */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if ((byte < SPACE || byte > TILDE) && byte !== TAB) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Splits text at any run of spaces and tabs; leading and trailing ones do not count. */
export function tokensOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((token) => token !== '');
}
