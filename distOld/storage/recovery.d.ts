/**
 * Reading a data directory into memory.
 */
import { type Files } from './files.js';
import { type Scan } from './journal-reader.js';
import { type Manifest } from './manifest.js';
import { UserTable } from './user-table.js';
/** The one file of a database from before there were manifests. */
export declare const EARLIEST_JOURNAL = "journal.txt";
export declare function journalName(number: number): string;
export declare function snapshotName(number: number): string;
/** A database as it was read. */
export interface Recovered {
    readonly manifest: Manifest;
    readonly table: UserTable;
    /** Of the journal that was written to last. */
    readonly scan: Scan;
}
/** The number in the name of a file of the database; `undefined` for any other name. */
export declare function fileNumberOf(name: string): number | undefined;
/**
 * Finds out what a directory has.
 *
 * @returns `undefined` for a directory that has no database yet.
 * @throws StoreError `store.corrupt` or `store.unusable`.
 */
export declare function findManifest(files: Files, directory: string): Promise<Manifest | undefined>;
/**
 * Reads everything that a manifest lists.
 *
 * @throws StoreError `store.corrupt`, which says where, or `store.unusable`.
 */
export declare function recover(files: Files, directory: string, manifest: Manifest): Promise<Recovered>;
