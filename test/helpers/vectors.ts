/**
 * Published test vectors, as files in test/vectors/. Each file names its source.
 */

import { readFileSync } from 'node:fs';

/** Reads a file of vectors. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')) as T;
}

/** Bytes from hexadecimal digits. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}
