/**
 * The journal's lines. A file on disk begins like this:
 *
 *     im-journal 1
 *     1 0 REG alice e0a5f5a0
 *     2 0 REG bob 6c7e1b1d
 *     3 2 ADD alice bob 0d3d9c41
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
import { parseId } from '../protocol/id.js';
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
  const bodyEnd = text.lastIndexOf(' ');
  const body = text.slice(0, Math.max(bodyEnd, 0));
  if (checksum(body) !== text.slice(bodyEnd + 1)) return undefined;
  const [sequence, durable, op, idToken, buddyToken, ...rest] = tokensOf(body);
  const id = parseId(idToken);
  const buddy = parseId(buddyToken);
  if (id === undefined || rest.length > 0) return undefined;
  const numbers = { sequence: Number(sequence), durable: Number(durable) };
  if (op === 'REG' && buddyToken === undefined) return { ...numbers, change: { op, id } };
  if ((op === 'ADD' || op === 'DEL') && buddy !== undefined) return { ...numbers, change: { op, id, buddy } };
  return undefined;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
