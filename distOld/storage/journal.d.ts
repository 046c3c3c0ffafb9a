/**
 * The journal that is being written: an append-only text file of changes (storage/journal-record.ts shows a sample).
 *
 * What is appended is on stable storage when the promise resolves. When a write fails, the file is
 * cut back to its last good length; when that fails too, or the sync does, nobody knows what is on
 * disk, and this file is written no more: a second sync would prove nothing, because Linux marks the
 * pages clean after the first.
 */
import { type Files, type OpenFile } from './files.js';
import type { EffectiveChange } from './user-table.js';
/** Nobody knows what is on disk: the journal must be put by a new one. */
export declare class BrokenError extends Error {
    readonly name = "BrokenError";
}
export declare class Journal {
    #private;
    private constructor();
    /**
     * Makes a journal, durable but for its name.
     *
     * @param first The number that its first record will have.
     */
    static create(files: Files, path: string, first: number): Promise<Journal>;
    /** Takes over a journal whose records, all of them, are durable. */
    static of(file: OpenFile, last: number, bytes: number): Journal;
    /** The number of the last record. */
    get last(): number;
    get bytes(): number;
    /**
     * Appends changes as one group and makes them durable.
     *
     * @param isOurs Whether nobody else may have written to the directory meanwhile.
     * @throws BrokenError when nobody knows what is on disk; any other error when nothing was appended.
     */
    append(changes: readonly EffectiveChange[], isOurs: () => Promise<boolean>): Promise<void>;
    close(): Promise<void>;
}
