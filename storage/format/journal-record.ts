/**
 * The lines of a journal. A file begins like this:
 *
 *     im-journal 1
 *     1 0 REG alice f0e841fe
 *     2 0 REG bob 282fc211
 *     3 2 ADD alice bob c037d4c7
 *
 * The fields: the record's number, without gaps, continued from file to file; the number of the last record
 * that was durable when this one was written; the change, as in a request; and the CRC-32 of everything
 * before the last space, in eight hexadecimal digits.
 *
 * The second field distinguishes an interrupted write from damage: a bad record is torn unless a later one
 * says that it was durable.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { EffectiveChange } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, hasDigits, writeDigits } from './checksum.js';

/** The first line of a journal: the format and its version. */
export const JOURNAL_HEADER = 'im-journal 1';

const SPACE = 0x20;
const LF = 0x0a;

/** Most bytes in a line. Two numbers, an operation, two ids and a checksum need far fewer. */
export const MAX_RECORD_BYTES = 256;

export interface JournalRecord {
  /** This record's number, from 1. */
  readonly sequence: number;
  /** The last record that was durable when this one was written; 0 when there was none. */
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
  const ids = change.op === 'REG' ? change.id : `${change.id} ${change.buddy}`;
  let end = start + target.write(`${sequence} ${durable} ${change.op} ${ids}`, start, 'latin1');
  const checksum = crc32(target, start, end);
  target[end++] = SPACE;
  writeDigits(target, end, checksum);
  end += CHECKSUM_DIGITS;
  target[end++] = LF;
  return end;
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
  const fields = data.toString('latin1', start, bodyEnd).split(' ');
  const [sequenceText, durableText, op, id, buddy] = fields;
  const sequence = numberIn(sequenceText);
  const durable = numberIn(durableText);
  if (sequence === undefined || sequence < 1 || durable === undefined || !isStoredId(id)) return undefined;
  if (op === 'REG') return fields.length === 4 ? { sequence, durable, change: { op, id } } : undefined;
  if ((op !== 'ADD' && op !== 'DEL') || fields.length !== 5 || !isStoredId(buddy)) return undefined;
  return { sequence, durable, change: { op, id, buddy } };
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 && String(number) === text ? number : undefined;
}

/** True for an id in lower case, the form in which ids are stored. */
function isStoredId(text: string | undefined): text is UserId {
  return parseId(text) === text;
}
