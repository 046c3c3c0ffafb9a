/**
 * Users and bans as lines of text, as in a snapshot and a dump:
 *
 *     alice bob dave
 *     bob key:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo:1764463200000:0
 *     - carol 1764463200000
 *     dave alice
 *     ! address 192.0.2.7 1893456000000
 *
 * The line of a user begins with the id. If the id has a key, the key follows, with its newest serial and its
 * floor. Then come the buddies in the order of the list. A line that begins with `-` is about a removed user:
 * it has the id, which stays reserved, and the time of the removal. In a snapshot, a line with only the `-`
 * is about a removed user whose id was freed. A line that begins with `!` is a ban.
 */

import type { Device } from '../../protocol/device.js';
import { MAX_ID_LENGTH } from '../../protocol/id.js';
import { KEY_CHARACTERS } from '../../protocol/key.js';
import { type Ban, MAX_BUDDIES, type Reservation } from '../store.js';
import { FREED } from '../tables/removed-users.js';
import type { FrozenUsers, UserTable } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, writeDigits } from './checksum.js';
import { isStoredId, parseCount, parseDevice, textOfBan } from './fields.js';

/** The beginning of a token that has a key. The colon distinguishes the token from an id. */
const KEY_MARK = 'key:';

/** The maximum number of digits of a serial or a floor. */
const MAX_DIGITS = 16;

const MAX_KEY_BYTES = KEY_MARK.length + KEY_CHARACTERS + 2 * (1 + MAX_DIGITS) + 1;

/** The maximum number of bytes in a line: ids, a key, a space after each, and a checksum. */
export const MAX_USER_LINE_BYTES = (MAX_ID_LENGTH + 1) * (MAX_BUDDIES + 1) + MAX_KEY_BYTES + CHECKSUM_DIGITS;

/** The first characters of the lines of removed users, and of the lines of bans. */
export const REMOVED_MARK = '-';
export const BAN_MARK = '!';

/** How many bytes are encoded at a time. This takes one or two milliseconds. */
const SLICE_BYTES = 64 * 1024;

const SPACE = 0x20;
const LF = 0x0a;

/** True for a token that begins like a key. */
export function isKeyToken(token: string | undefined): token is string {
  return token?.startsWith(KEY_MARK) === true;
}

/** Parses a token `key:<key>:<serial>:<floor>`. */
export function parseKeyToken(token: string): Device | undefined {
  const [key, serial, floor, ...rest] = token.slice(KEY_MARK.length).split(':');
  return rest.length === 0 ? parseDevice(key, serial, floor) : undefined;
}

/** Parses the fields after {@link REMOVED_MARK}. */
export function parseReservation([id, at, ...rest]: readonly string[]): Reservation | undefined {
  const atMs = parseCount(at);
  return isStoredId(id) && atMs !== undefined && rest.length === 0 ? { id, atMs } : undefined;
}

/** Encodes all users and bans of a frozen table, slice by slice. */
export class UserLines {
  readonly #frozen: FrozenUsers;
  readonly #table: UserTable;
  readonly #isSnapshot: boolean;
  readonly #buffer = Buffer.allocUnsafe(SLICE_BYTES + MAX_USER_LINE_BYTES + 1);
  #user = 0;
  #ban = 0;

  /**
   * @param isSnapshot True to end each line with a space and the checksum of the text before it, and to write
   * lines for removed users whose ids were freed.
   */
  constructor(frozen: FrozenUsers, table: UserTable, isSnapshot: boolean) {
    this.#frozen = frozen;
    this.#table = table;
    this.#isSnapshot = isSnapshot;
  }

  /**
   * Encodes the next lines. Returns an empty buffer when there are no more lines. The buffer is valid until
   * the next call.
   */
  next(): Buffer {
    const { size, bans } = this.#frozen;
    let end = 0;
    while (this.#user < size && end < SLICE_BYTES) end = this.#encode(this.#user++, end);
    for (; this.#ban < bans.length && end < SLICE_BYTES; this.#ban++) {
      end = this.#write(`${BAN_MARK} ${textOfBan(bans[this.#ban] as Ban)}`, end);
    }
    return this.#buffer.subarray(0, end);
  }

  #encode(user: number, begin: number): number {
    const buffer = this.#buffer;
    const { removed } = this.#frozen;
    const removedAtMs = removed.size === 0 ? undefined : removed.get(user);
    if (removedAtMs !== undefined) return this.#encodeRemoved(user, removedAtMs, begin);
    let end = this.#table.copyId(buffer, begin, user);
    const device = this.#frozen.readDevice(user);
    if (device !== undefined) {
      end += buffer.write(` ${KEY_MARK}${device.identity}:${device.serial}:${device.floor}`, end, 'latin1');
    }
    for (const buddy of this.#frozen.readList(user)) {
      buffer[end++] = SPACE;
      end = this.#table.copyId(buffer, end, buddy);
    }
    return this.#endLine(begin, end);
  }

  #encodeRemoved(user: number, atMs: number, begin: number): number {
    if (atMs === FREED) return this.#isSnapshot ? this.#write(REMOVED_MARK, begin) : begin;
    const start = begin + this.#buffer.write(`${REMOVED_MARK} `, begin, 'latin1');
    const idEnd = this.#table.copyId(this.#buffer, start, user);
    return this.#endLine(begin, idEnd + this.#buffer.write(` ${atMs}`, idEnd, 'latin1'));
  }

  #write(text: string, begin: number): number {
    return this.#endLine(begin, begin + this.#buffer.write(text, begin, 'latin1'));
  }

  #endLine(begin: number, bodyEnd: number): number {
    const buffer = this.#buffer;
    let end = bodyEnd;
    if (this.#isSnapshot) {
      const checksum = crc32(buffer, begin, end);
      buffer[end++] = SPACE;
      writeDigits(buffer, end, checksum);
      end += CHECKSUM_DIGITS;
    }
    buffer[end++] = LF;
    return end;
  }
}
