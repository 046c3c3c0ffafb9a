/**
 * Files for tests that lie in memory, and may read and write as sparingly as any file is allowed to.
 */
import type { OpenFile } from '../../storage/files.js';
/** A file in memory. */
export interface BytesFile extends OpenFile {
    readonly bytes: Buffer;
}
/**
 * Makes a file of these bytes.
 *
 * @param most How many bytes a read or a write takes at most.
 */
export declare function bytesFile(content: Buffer | string, most?: number): BytesFile;
