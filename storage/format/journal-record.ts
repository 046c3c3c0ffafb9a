/**
 * The journal's lines. A file on disk begins like this:
 *
 *     im-journal 1
 *     1 0 REG alice f0e841fe
 *     2 0 REG bob 282fc211
 *     3 2 ADD alice bob c037d4c7
 *
 * The fields: the record's number, counted on without gaps from file to file; the number of the last record
 * that was known to be on stable storage when this one was written; the change, as in a request; and the
 * CRC-32 of all before it, the last space not included, in eight hexadecimal digits.
 *
 * The second field tells an interrupted write from damage: a bad record is torn while no later one
 * knows it to be durable.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { EffectiveChange } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, crc32, hasDigits, writeDigits } from './checksum.js';

/** The first line of a journal: its format and the format's version. */
export const JOURNAL_HEADER = 'im-journal 1';

const SPACE = 0x20;
const LF = 0x0a;

/** Most bytes in a line: two numbers, an operation, two ids and a checksum are well below. */
export const MAX_RECORD_BYTES = 256;

export interface JournalRecord {
  /** This record's number, from 1. */
  readonly sequence: number;
  /** The last record known durable when this one was written; 0 for none. */
  readonly durable: number;
  readonly change: EffectiveChange;
}

/**
 * Writes a record into a buffer as one line, LF included; that has at most {@link MAX_RECORD_BYTES} bytes and
 * the LF.
 *
 * @returns Where it ends.
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
 * Reads one line, LF not included.
 *
 * @returns `undefined` for anything that {@link writeRecord} would not have written.
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

/** Ids are stored folded. */
function isStoredId(text: string | undefined): text is UserId {
  return parseId(text) === text;
}
