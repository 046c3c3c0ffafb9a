/**
 * The journal's lines. A file on disk begins like this:
 *
 *     im-journal 1
 *     1 0 REG alice f0e841fe
 *     2 0 REG bob 282fc211
 *     3 2 ADD alice bob c037d4c7
 *
 * The fields: the record's number, counted on without gaps from file to file; the number of the last record that
 * was known to be on stable storage when this one was written; the change, as in a request; and the
 * CRC-32 of all before it, the last space not included, in eight hexadecimal digits.
 *
 * The second field tells an interrupted write from damage: a bad record is torn while no later one
 * knows it to be durable.
 */
import type { EffectiveChange } from './user-table.js';
/** The first line of a journal: its format and the format's version. */
export declare const JOURNAL_HEADER = "im-journal 1";
/** Most bytes in a line: two numbers, an operation, two ids and a checksum are well below. */
export declare const MAX_RECORD_BYTES = 256;
export interface JournalRecord {
    /** This record's number, from 1. */
    readonly sequence: number;
    /** The last record known durable when this one was written; 0 for none. */
    readonly durable: number;
    readonly change: EffectiveChange;
}
/** Encodes a record as one line, LF included. */
export declare function encodeRecord({ sequence, durable, change }: JournalRecord): string;
/**
 * Reads one line, LF not included.
 *
 * @returns `undefined` for anything that {@link encodeRecord} would not have written.
 */
export declare function parseRecord(data: Buffer, start: number, end: number): JournalRecord | undefined;
