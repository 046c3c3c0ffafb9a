/**
 * The checksum at the end of each line: the CRC-32 that zlib, gzip and PNG use, in eight hexadecimal digits.
 *
 * Node's `zlib.crc32` would need a view of each line's bytes. Creating a view costs more than computing the
 * checksum.
 */

/** How many digits a checksum has. */
export const CHECKSUM_DIGITS = 8;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The checksum of the bytes from `start` to `end`, as a number. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let rest = -1;
  for (let at = start; at < end; at++) {
    rest = (TABLE[(rest ^ (bytes[at] as number)) & 0xff] as number) ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}

/** The checksum of an ASCII text, as digits. */
export function checksumOf(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return crc32(bytes, 0, bytes.length).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

/** The first line of a snapshot, a journal or an identity: the format, and the checksum of this text. */
export function signedHeader(format: string): string {
  return `${format} ${checksumOf(format)}`;
}

/** Writes the digits of a checksum into a buffer. */
export function writeDigits(buffer: Uint8Array, at: number, checksum: number): void {
  for (let digit = 0; digit < CHECKSUM_DIGITS; digit++) {
    buffer[at + digit] = digitOf((checksum >>> (28 - 4 * digit)) & 0xf);
  }
}

/** True when the buffer has the digits of a checksum at this offset. */
export function hasDigits(bytes: Uint8Array, at: number, checksum: number): boolean {
  for (let digit = 0; digit < CHECKSUM_DIGITS; digit++) {
    if (bytes[at + digit] !== digitOf((checksum >>> (28 - 4 * digit)) & 0xf)) return false;
  }
  return true;
}

function digitOf(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
