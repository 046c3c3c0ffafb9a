/**
 * Saving what can be saved of a damaged database.
 *
 * Every line that can be read counts, whatever is around it, and what it asks for is done if that is still possible. The
 * result is written as a new database. The files that there were are kept, under other names.
 */
import { type Files } from './files.js';
import { UserTable } from './user-table.js';
/** A line of which nothing could be saved. */
export interface DroppedLine {
    readonly path: string;
    /** From 1. */
    readonly line: number;
    /** Where it begins in the file. */
    readonly byte: number;
    readonly reason: string;
}
/** What could be read. */
export interface Salvage {
    readonly table: UserTable;
    /** The last record whose change is there. */
    readonly last: number;
}
/**
 * Reads what can be read of a directory.
 *
 * @throws StoreError `store.unusable` when a newer version wrote it.
 */
export declare function salvage(files: Files, directory: string, onDropped: (dropped: DroppedLine) => void): Promise<Salvage>;
/** Writes what was read as a new database; all files that there were are kept, under other names, which it returns. */
export declare function rewrite(files: Files, directory: string, { table, last }: Salvage): Promise<readonly string[]>;
