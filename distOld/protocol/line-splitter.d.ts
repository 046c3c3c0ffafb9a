/**
 * Bounded line splitting: bytes in, whole lines out, never more than one line held.
 */
/** One line, without its LF and an optional CR before it. */
export interface Line {
    /** The line's bytes, at most the splitter's limit. */
    readonly bytes: Uint8Array;
    /** True when the line was longer than the limit: `bytes` is its beginning, the rest is dropped. */
    readonly cut: boolean;
}
/**
 * Splits a stream of bytes into lines of at most `limit` bytes.
 *
 * A line that passes the limit is handed out at once, cut, without waiting for its end; what
 * follows up to the next LF is dropped unread. So at most `limit` + 1 bytes are ever held (the one
 * more is the CR that may turn out to belong to the line's end), and none where every line comes whole.
 */
export declare class LineSplitter {
    #private;
    readonly limit: number;
    /** @param limit Most bytes in a line, the line's end not counted. */
    constructor(limit: number);
    /** Takes the next bytes of the stream and returns the lines that they complete or overfill. */
    push(chunk: Uint8Array): Line[];
    /**
     * Ends the stream: what is held is a line too.
     *
     * @returns The last line, or `undefined` when nothing followed the last LF.
     */
    end(): Line | undefined;
}
