/**
 * In-memory files for tests. They can make every read and write short.
 */

import type { OpenFile } from '../../storage/files/files.js';

/** A file in memory. */
export interface BytesFile extends OpenFile {
  readonly bytes: Buffer;
}

/**
 * Makes a file of these bytes.
 *
 * @param most The maximum number of bytes that a single read or write transfers.
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
