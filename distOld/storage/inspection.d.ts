/**
 * Looking at a database without opening it: it may be in use.
 */
import type { Files } from './files.js';
import { type Recovered } from './recovery.js';
/**
 * Reads the database of a directory as it is now.
 *
 * @throws StoreError `store.unusable` when there is none or a newer version wrote it, `store.corrupt`.
 */
export declare function readDatabase(files: Files, directory: string): Promise<Recovered>;
/** Describes what was read, a line for each file. */
export declare function describe(directory: string, { manifest, table, scan }: Recovered): string[];
