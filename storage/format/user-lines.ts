/**
 * Users as lines of text: the id, and then the buddies in their order, separated by single spaces.
 */

import { MAX_ID_LENGTH } from '../../protocol/id.js';
import { MAX_BUDDIES } from '../store.js';
import type { FrozenUsers, UserTable } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, writeDigits } from './checksum.js';

/** Most bytes in a line: ids, each with the space after it, and a checksum. */
export const MAX_USER_LINE_BYTES = (MAX_ID_LENGTH + 1) * (MAX_BUDDIES + 1) + CHECKSUM_DIGITS;

/** How many bytes are made at a time: one or two milliseconds' work. */
const SLICE_BYTES = 64 * 1024;

const SPACE = 0x20;
const LF = 0x0a;

/** All users of a table as it was at one moment, slice by slice. */
export class UserLines {
  readonly #frozen: FrozenUsers;
  readonly #table: UserTable;
  readonly #withChecksum: boolean;
  readonly #buffer = Buffer.allocUnsafe(SLICE_BYTES + MAX_USER_LINE_BYTES + 1);
  #user = 0;

  /** @param withChecksum Ends each line with a space and the checksum of what is before it. */
  constructor(frozen: FrozenUsers, table: UserTable, withChecksum: boolean) {
    this.#frozen = frozen;
    this.#table = table;
    this.#withChecksum = withChecksum;
  }

  /** The next lines, good until the next call; none at the end. */
  next(): Buffer {
    let end = 0;
    while (this.#user < this.#frozen.size && end < SLICE_BYTES) end = this.#encode(this.#user++, end);
    return this.#buffer.subarray(0, end);
  }

  #encode(user: number, begin: number): number {
    const buffer = this.#buffer;
    let end = this.#table.copyId(buffer, begin, user);
    for (const buddy of this.#frozen.take(user)) {
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
