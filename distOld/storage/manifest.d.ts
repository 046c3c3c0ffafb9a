/**
 * The manifest: which files of a data directory are the database, in their order.
 *
 *     im-manifest 1
 *     snapshot snapshot-3.txt 5 101
 *     journal journal-2.txt 6 9 116
 *     journal journal-4.txt 10
 *     checksum d157c94b
 *
 * A snapshot has the state up to the record of that number, in so many bytes. A journal has the records from that
 * number on; a sealed one up to another number, in so many bytes; the last one is still written to. Numbers in names
 * tell files apart, and say nothing of their order. The last line has the checksum of all before it.
 *
 * It is never changed, but replaced as a whole, by renaming: what it lists is the database, before and after.
 */
import { type Files } from './files.js';
import { StoreError } from './store.js';
/** The manifest's name in the data directory. */
export declare const MANIFEST_FILE = "manifest.txt";
export interface SnapshotEntry {
    readonly name: string;
    /** The last record whose change is in it. */
    readonly last: number;
    readonly bytes: number;
}
export interface SealedEntry {
    readonly name: string;
    readonly first: number;
    readonly last: number;
    readonly bytes: number;
}
export interface ActiveEntry {
    readonly name: string;
    readonly first: number;
}
export interface Manifest {
    readonly snapshot?: SnapshotEntry | undefined;
    readonly sealed: readonly SealedEntry[];
    readonly active: ActiveEntry;
}
/** The names of all files that a manifest lists. */
export declare function namesIn({ snapshot, sealed, active }: Manifest): string[];
/** Encodes a manifest as the text of its file. */
export declare function encodeManifest({ snapshot, sealed, active }: Manifest): string;
/**
 * Reads a manifest's text.
 *
 * @returns `undefined` for anything that {@link encodeManifest} would not have written.
 */
export declare function parseManifest(text: string): Manifest | undefined;
/**
 * Reads the manifest of a directory.
 *
 * @returns `undefined` when there is none.
 * @throws StoreError `store.corrupt` when it is damaged, `store.unusable` when a newer version wrote it.
 */
export declare function readManifest(files: Files, directory: string): Promise<Manifest | undefined>;
/**
 * The error of a file that is not as it was written.
 *
 * @param what What is the matter with it, as the rest of a sentence.
 */
export declare function damagedFile(path: string, what: string): StoreError;
/** The error of a file that a newer version wrote. */
export declare function newerFormat(path: string, header: string): StoreError;
/** A new manifest may be there or not: what it lists, and what the one before lists, must both stay. */
export declare class UncertainError extends Error {
    readonly name = "UncertainError";
}
/**
 * Puts a manifest in the place of the one there is. What it lists must be durable, but for its names.
 *
 * @throws UncertainError when it may have taken its place, or not; any other error when it has not.
 */
export declare function swapManifest(files: Files, directory: string, manifest: Manifest): Promise<void>;
