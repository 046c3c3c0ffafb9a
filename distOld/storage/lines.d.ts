/**
 * Reading a text file line by line, as bytes. Node's `readline` is slow, and takes a lone CR for a line's end.
 */
import type { OpenFile } from './files.js';
/**
 * A line without its LF: the bytes from `start` to `end` of `data`, which are good until the callback returns; and
 * where it begins in the file, in bytes.
 */
export type TakeLine = (data: Buffer, start: number, end: number, byte: number) => void;
export interface ReadLines {
    /** Most bytes in a line, its LF not included; of a longer one only its beginning is handed out, one byte more. */
    readonly maxLineBytes: number;
    /** Where to stop, in bytes. Default: the end of the file. */
    readonly until?: number;
    /** True when the last line may lack its LF; otherwise it is not handed out then. */
    readonly mayLackLastEnd?: boolean;
    /** Waited for now and then, when no line is held. */
    readonly pause?: () => Promise<void>;
}
/**
 * Hands out every line.
 *
 * @returns How many bytes were read.
 */
export declare function readLines(file: OpenFile, { maxLineBytes, until, mayLackLastEnd, pause }: ReadLines, take: TakeLine): Promise<number>;
/** Where a line ends without the CR that an editor may have put there. */
export declare function withoutCr(data: Buffer, end: number): number;
