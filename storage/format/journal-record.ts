/**
 * The lines of a journal. A file begins like this:
 *
 *     im-journal 2 6ef737ee
 *     1 0 REG alice f0e841fe
 *     2 0 REG bob 282fc211
 *     3 2 ADD alice bob c037d4c7
 *
 * Each line begins with the number of the record. The numbers have no gaps, and continue from file to file.
 * Next comes the number of the last record that was durable when this record was written. Then come the
 * change, and the CRC-32 of everything before the last space, in eight hexadecimal digits. These are the
 * changes:
 *
 *     REG <id>                            ADD <id> <buddy>
 *     REG <id> <key> <serial> <floor>     DEL <id> <buddy>
 *     LOG <id> <serial> <floor>
 *     KEY <id> <key>                      KEY <id> -
 *     REMOVE <id> <ms>                    RESERVE <id> <ms>
 *     FREE <id>
 *     BAN id <id>                         BAN id <id> <ms>
 *     BAN address <address>               BAN address <address> <ms>
 *     UNBAN id <id>                       UNBAN address <address>
 *
 * The second number distinguishes an interrupted write from damage. If a later record says that a bad record
 * was durable, the bad record is damaged. Otherwise it counts as the rest of an interrupted write.
 *
 * The store also reads format 1. Its only changes were ADD, DEL, and REG without a key.
 */

import { parseKey } from '../../protocol/key.js';
import { parseBanTarget } from '../tables/ban-table.js';
import type { EffectiveChange } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, hasDigits, signedHeader, writeDigits } from './checksum.js';
import { isStoredId, parseBan, parseCount, parseDevice, textOfBan } from './fields.js';

/** The first line of a journal: the format and its version, and their checksum. */
export const JOURNAL_HEADER = signedHeader('im-journal 2');

/** The first line of a journal in the previous format. */
export const EARLIER_JOURNAL_HEADER = 'im-journal 1';

const SPACE = 0x20;
const LF = 0x0a;

/**
 * The maximum number of bytes in a line. Four numbers, an operation, an id, a key and a checksum need far
 * fewer.
 */
export const MAX_RECORD_BYTES = 256;

export interface JournalRecord {
  /** This record's number, from 1. */
  readonly sequence: number;
  /** The number of the last record that was durable when this record was written; 0 when there was none. */
  readonly durable: number;
  readonly change: EffectiveChange;
}

/**
 * Writes a record into a buffer as one line: at most {@link MAX_RECORD_BYTES} bytes and the LF.
 *
 * @returns The offset of its end.
 */
export function writeRecord(
  target: Buffer,
  start: number,
  { sequence, durable, change }: JournalRecord,
): number {
  let end = start + target.write(`${sequence} ${durable} ${textOf(change)}`, start, 'latin1');
  const checksum = crc32(target, start, end);
  target[end++] = SPACE;
  writeDigits(target, end, checksum);
  end += CHECKSUM_DIGITS;
  target[end++] = LF;
  return end;
}

function textOf(change: EffectiveChange): string {
  switch (change.op) {
    case 'REG': {
      const { id, device } = change;
      if (device === undefined) return `REG ${id}`;
      return `REG ${id} ${device.identity} ${device.serial} ${device.floor}`;
    }
    case 'ADD':
    case 'DEL':
      return `${change.op} ${change.id} ${change.buddy}`;
    case 'LOG':
      return `LOG ${change.id} ${change.serial} ${change.floor}`;
    case 'KEY':
      return `KEY ${change.id} ${change.key ?? '-'}`;
    case 'REMOVE':
    case 'RESERVE':
      return `${change.op} ${change.id} ${change.atMs}`;
    case 'FREE':
      return `FREE ${change.id}`;
    case 'BAN':
      return `BAN ${textOfBan(change.ban)}`;
    case 'UNBAN':
      return `UNBAN ${change.target.kind} ${change.target.name}`;
  }
}

/**
 * Parses one line, without its LF.
 *
 * @returns `undefined` for a line that {@link writeRecord} would not write.
 */
export function parseRecord(data: Buffer, start: number, end: number): JournalRecord | undefined {
  const bodyEnd = end - CHECKSUM_DIGITS - 1;
  if (end - start > MAX_RECORD_BYTES || bodyEnd <= start || data[bodyEnd] !== SPACE) return undefined;
  if (!hasDigits(data, bodyEnd + 1, crc32(data, start, bodyEnd))) return undefined;
  const [sequenceText, durableText, ...fields] = data.toString('latin1', start, bodyEnd).split(' ');
  const sequence = parseCount(sequenceText);
  const durable = parseCount(durableText);
  if (sequence === undefined || sequence < 1 || durable === undefined) return undefined;
  const change = parseChange(fields);
  return change === undefined ? undefined : { sequence, durable, change };
}

function parseChange(fields: readonly string[]): EffectiveChange | undefined {
  const [op, first, second, third, fourth] = fields;
  if (op === 'BAN') {
    const ban = parseBan(fields.slice(1));
    return ban && { op, ban };
  }
  if (op === 'UNBAN') {
    const target = parseBanTarget(first, second);
    return fields.length === 3 && target !== undefined ? { op, target } : undefined;
  }
  if (!isStoredId(first)) return undefined;
  switch (op) {
    case 'REG': {
      if (fields.length === 2) return { op, id: first };
      const device = parseDevice(second, third, fourth);
      return device === undefined || fields.length !== 5 ? undefined : { op, id: first, device };
    }
    case 'ADD':
    case 'DEL':
      return fields.length === 3 && isStoredId(second) ? { op, id: first, buddy: second } : undefined;
    case 'LOG': {
      const [serial, floor] = [parseCount(second), parseCount(third)];
      if (fields.length !== 4 || serial === undefined || floor === undefined) return undefined;
      return floor <= serial ? { op, id: first, serial, floor } : undefined;
    }
    case 'KEY': {
      const key = parseKey(second);
      const isKnown = key !== undefined || second === '-';
      return fields.length === 3 && isKnown ? { op, id: first, key } : undefined;
    }
    case 'REMOVE':
    case 'RESERVE': {
      const atMs = parseCount(second);
      return fields.length === 3 && atMs !== undefined ? { op, id: first, atMs } : undefined;
    }
    case 'FREE':
      return fields.length === 2 ? { op, id: first } : undefined;
    default:
      return undefined;
  }
}
