/**
 * The journal's lines. A file on disk begins like this:
 *
 *     im-journal 1
 *     1 0 REG alice f0e841fe
 *     2 0 REG bob 282fc211
 *     3 2 ADD alice bob c037d4c7
 *
 * The fields: the record's number, counted from 1 without gaps; the number of the last record that
 * was known to be on stable storage when this one was written; the change, as in a request; and the
 * CRC-32 of all before it, the last space not included, in eight hexadecimal digits.
 *
 * The second field tells an interrupted write from damage: a bad record is torn while no later one
 * knows it to be durable.
 */

import { crc32 } from 'node:zlib';
import { decodeAscii, tokensOf } from '../protocol/ascii.js';
import { parseId, type UserId } from '../protocol/id.js';
import type { EffectiveChange } from './user-table.js';

/** The first line of a journal: its format and the format's version. */
export const JOURNAL_HEADER = 'im-journal 1';

/** Most bytes in a line: two numbers, an operation, two ids and a checksum are well below. */
export const MAX_RECORD_BYTES = 256;

export interface JournalRecord {
  /** This record's number, from 1. */
  readonly sequence: number;
  /** The last record known durable when this one was written; 0 for none. */
  readonly durable: number;
  readonly change: EffectiveChange;
}

/** Encodes a record as one line, LF included. */
export function encodeRecord({ sequence, durable, change }: JournalRecord): string {
  const ids = change.op === 'REG' ? change.id : `${change.id} ${change.buddy}`;
  const body = `${sequence} ${durable} ${change.op} ${ids}`;
  return `${body} ${checksum(body)}\n`;
}

/**
 * Reads one line, LF not included.
 *
 * @returns `undefined` for anything that {@link encodeRecord} would not have written.
 */
export function parseRecord(line: Uint8Array): JournalRecord | undefined {
  const text = decodeAscii(line);
  if (text === undefined) return undefined;
  const [sequenceToken, durableToken, op, idToken, buddyToken] = tokensOf(text);
  const sequence = Number(sequenceToken);
  const durable = Number(durableToken);
  const change = parseChange(op, parseId(idToken), parseId(buddyToken));
  if (!Number.isSafeInteger(sequence) || sequence < 1) return undefined;
  if (!Number.isSafeInteger(durable) || durable < 0 || change === undefined) return undefined;
  const record = { sequence, durable, change };
  // There is one way to write a record: whatever differs from it, checksum included, is damaged.
  return encodeRecord(record) === `${text}\n` ? record : undefined;
}

function parseChange(
  op: string | undefined,
  id: UserId | undefined,
  buddy: UserId | undefined,
): EffectiveChange | undefined {
  if (id === undefined) return undefined;
  if (op === 'REG') return { op, id };
  return (op === 'ADD' || op === 'DEL') && buddy !== undefined ? { op, id, buddy } : undefined;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
