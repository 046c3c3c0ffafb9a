/**
 * Users as lines of text: the id, then the buddies in the order of the list, separated by single spaces.
 */

import { MAX_ID_LENGTH } from '../../protocol/id.js';
import { MAX_BUDDIES } from '../store.js';
import type { FrozenUsers, UserTable } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, writeDigits } from './checksum.js';

/** Most bytes in a line: ids, a space after each, and a checksum. */
export const MAX_USER_LINE_BYTES = (MAX_ID_LENGTH + 1) * (MAX_BUDDIES + 1) + CHECKSUM_DIGITS;

/** How many bytes are encoded at a time, in one or two milliseconds. */
const SLICE_BYTES = 64 * 1024;

const SPACE = 0x20;
const LF = 0x0a;

/** Encodes all users of a frozen table, slice by slice. */
export class UserLines {
  readonly #frozen: FrozenUsers;
  readonly #table: UserTable;
  readonly #withChecksum: boolean;
  readonly #buffer = Buffer.allocUnsafe(SLICE_BYTES + MAX_USER_LINE_BYTES + 1);
  #user = 0;

  /** @param withChecksum True to end each line with a space and the checksum of the text before it. */
  constructor(frozen: FrozenUsers, table: UserTable, withChecksum: boolean) {
    this.#frozen = frozen;
    this.#table = table;
    this.#withChecksum = withChecksum;
  }

  /** Encodes the next lines. The buffer is valid until the next call, and empty at the end. */
  next(): Buffer {
    let end = 0;
    while (this.#user < this.#frozen.size && end < SLICE_BYTES) end = this.#encode(this.#user++, end);
    return this.#buffer.subarray(0, end);
  }

  #encode(user: number, begin: number): number {
    const buffer = this.#buffer;
    let end = this.#table.copyId(buffer, begin, user);
    for (const buddy of this.#frozen.readList(user)) {
      buffer[end++] = SPACE;
      end = this.#table.copyId(buffer, end, buddy);
    }
    if (this.#withChecksum) {
      const checksum = crc32(buffer, begin, end);
      buffer[end++] = SPACE;
      writeDigits(buffer, end, checksum);
      end += CHECKSUM_DIGITS;
    }
    buffer[end++] = LF;
    return end;
  }
}
