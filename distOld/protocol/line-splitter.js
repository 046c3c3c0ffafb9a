/**
 * Bounded line splitting: bytes in, whole lines out, never more than one line held.
 */
const LF = 0x0a;
const CR = 0x0d;
/**
 * Splits a stream of bytes into lines of at most `limit` bytes.
 *
 * A line that passes the limit is handed out at once, cut, without waiting for its end; what
 * follows up to the next LF is dropped unread. So at most `limit` + 1 bytes are ever held (the one
 * more is the CR that may turn out to belong to the line's end), and none where every line comes whole.
 */
export class LineSplitter {
    limit;
    #held;
    #length = 0;
    #dropping = false;
    /** @param limit Most bytes in a line, the line's end not counted. */
    constructor(limit) {
        this.limit = limit;
    }
    /** Takes the next bytes of the stream and returns the lines that they complete or overfill. */
    push(chunk) {
        const lines = [];
        let start = 0;
        while (start < chunk.length) {
            const lineFeed = chunk.indexOf(LF, start);
            const part = chunk.subarray(start, lineFeed === -1 ? chunk.length : lineFeed);
            if (lineFeed === -1) {
                if (!this.#dropping)
                    this.#hold(part, lines);
                break;
            }
            if (this.#dropping)
                this.#dropping = false;
            else
                lines.push(this.#complete(part));
            start = lineFeed + 1;
        }
        return lines;
    }
    /**
     * Ends the stream: what is held is a line too.
     *
     * @returns The last line, or `undefined` when nothing followed the last LF.
     */
    end() {
        return this.#length === 0 ? undefined : this.#complete(NOTHING);
    }
    /** Keeps the beginning of a line, unless it is too long already. */
    #hold(part, lines) {
        const held = this.#append(part);
        const beyond = part.length > held;
        const full = this.#length > this.limit && this.#held?.[this.limit] !== CR;
        if (!beyond && !full)
            return;
        lines.push(this.#complete(NOTHING, true));
        this.#dropping = true;
    }
    /** The line that ends with this part of it. */
    #complete(part, isCut = false) {
        let line = part;
        let cut = isCut;
        if (this.#length > 0) {
            cut ||= part.length > this.#append(part);
            line = this.#held.subarray(0, this.#length);
            this.#length = 0;
        }
        const end = !cut && line[line.length - 1] === CR ? line.length - 1 : line.length;
        cut ||= end > this.limit;
        // A copy: neither what is held nor the chunk stays as it is.
        return { bytes: copyOf(line, Math.min(end, this.limit)), cut };
    }
    /** Holds as much as there is room for; returns how much. */
    #append(part) {
        this.#held ??= new Uint8Array(this.limit + 1);
        const kept = part.subarray(0, this.#held.length - this.#length);
        this.#held.set(kept, this.#length);
        this.#length += kept.length;
        return kept.length;
    }
}
const NOTHING = new Uint8Array(0);
/** A Buffer's own `slice` would be a view. */
function copyOf(bytes, end) {
    return Uint8Array.prototype.slice.call(bytes, 0, end);
}
