/**
 * The checksum at the end of each line: CRC-32, as zlib, gzip and PNG have it, in eight hexadecimal digits.
 *
 * zlib's own would need a view of each line's bytes, which costs more than the sum.
 */
/** How many digits it has. */
export declare const CHECKSUM_DIGITS = 8;
/** The checksum of the bytes from `start` to `end`, as a number. */
export declare function crc32(bytes: Uint8Array, start: number, end: number): number;
/** The checksum of a text of ASCII characters, as its digits. */
export declare function checksumOf(text: string): string;
/** Writes the digits of a checksum into a buffer. */
export declare function writeDigits(buffer: Uint8Array, at: number, checksum: number): void;
/** True when the digits of a checksum are there. */
export declare function hasDigits(bytes: Uint8Array, at: number, checksum: number): boolean;
