/**
 * Opening a database: what is on disk becomes a table in memory and a journal to write to.
 */
import { type Files } from './files.js';
import { Journal } from './journal.js';
import { type Manifest } from './manifest.js';
import { UserTable } from './user-table.js';
/** An interrupted write that was left out, and where it was kept. */
export interface TornTail {
    readonly bytes: number;
    readonly keptIn: string;
}
export interface Opened {
    readonly manifest: Manifest;
    readonly table: UserTable;
    readonly journal: Journal;
    readonly tornTail: TornTail | undefined;
}
/**
 * Reads what there is, and begins to write: always in a new file. What was read back of the last journal is written
 * anew, and synced: it may have come from memory, and not be on disk, after a sync that failed.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, or what the file system throws.
 */
export declare function openDatabase(files: Files, directory: string): Promise<Opened>;
/**
 * Removes files of the database that are not listed: something was interrupted before they were, or after. What only
 * has such a name is left alone.
 */
export declare function removeLeftovers(files: Files, directory: string, manifest: Manifest): Promise<void>;
/**
 * Files that were begun after the manifest, and have more than what it lists: it is from another time than they.
 *
 * @param known The last record in what it lists; as good as can be told, by default.
 */
export declare function newerThan(files: Files, directory: string, manifest: Manifest, known?: number): Promise<string[]>;
/** A number that no file has which a manifest lists. */
export declare function nextNumber(manifest: Manifest): number;
