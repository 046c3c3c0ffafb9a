/**
 * Which record a file of the database ends with, whatever else is the matter with it.
 */
import { type Files } from './files.js';
import { type JournalRecord } from './journal-record.js';
/** The last record that is in a snapshot; -1 when its last line is missing or damaged, as in one that was not finished. */
export declare function lastInSnapshot(files: Files, path: string): Promise<number>;
/** The greatest number of a record in a journal; -1 when it has none. */
export declare function lastInJournal(files: Files, path: string): Promise<number>;
/** Hands out all lines of a journal, `undefined` for each that is no record. An editor may have ended them by CR LF. */
export declare function readRecords(files: Files, path: string, take: (record: JournalRecord | undefined, line: number, byte: number) => void): Promise<void>;
