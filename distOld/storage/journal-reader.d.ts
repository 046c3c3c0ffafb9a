/**
 * Reading a journal back, and telling an interrupted write from damage.
 *
 * In the journal that was written to last, a bad record, and all after it, is *torn* while no good record after it
 * knows it to be durable: a crash interrupted the last write, and nobody was told that it was done. Everywhere else,
 * what is bad is *damaged*, and nothing but a backup can say what was there.
 */
import type { OpenFile } from './files.js';
import { type JournalRecord } from './journal-record.js';
/** How far a journal's file is good. */
export interface Scan {
    /** The last good record; one less than the first when there is none. */
    readonly last: number;
    readonly goodBytes: number;
    readonly totalBytes: number;
}
export interface JournalFile {
    readonly file: OpenFile;
    readonly path: string;
    /** The number that its first record must have. */
    readonly first: number;
    /** Of a sealed journal: how many bytes it has. Of one with more, the rest does not count. */
    readonly sealedBytes?: number;
}
/**
 * Reads a journal from its beginning as far as it is good.
 *
 * @param replay Given every record in order; returns false for one that cannot follow those before.
 * @throws StoreError `store.corrupt` when it is damaged, `store.unusable` when a newer version wrote it.
 */
export declare function scanJournal({ file, path, first, sealedBytes }: JournalFile, replay: (record: JournalRecord) => boolean): Promise<Scan>;
