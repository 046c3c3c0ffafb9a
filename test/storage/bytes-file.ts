/**
 * Files for tests that lie in memory, and may read and write as sparingly as any file is allowed to.
 */

import type { OpenFile } from '../../storage/files/files.js';

/** A file in memory. */
export interface BytesFile extends OpenFile {
  readonly bytes: Buffer;
}

/**
 * Makes a file of these bytes.
 *
 * @param most How many bytes a read or a write takes at most.
 */
export function bytesFile(content: Buffer | string, most = Number.POSITIVE_INFINITY): BytesFile {
  let bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return {
    get bytes() {
      return bytes;
    },
    async read(buffer, position) {
      return bytes.copy(
        buffer,
        0,
        position,
        Math.min(bytes.length, position + Math.min(buffer.length, most)),
      );
    },
    async write(from, position) {
      const written = Math.min(from.length, most);
      const longer = Buffer.alloc(Math.max(bytes.length, position + written));
      bytes.copy(longer);
      from.copy(longer, position, 0, written);
      bytes = longer;
      return written;
    },
    async truncate(length) {
      bytes = bytes.subarray(0, length);
    },
    async datasync() {},
    async isInPlace() {
      return true;
    },
    async close() {},
  };
}
