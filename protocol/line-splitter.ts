/**
 * Splits a byte stream into lines, and buffers at most one line.
 */

/** One line, without its LF and without an optional CR before the LF. */
export interface Line {
  /** The line's bytes, at most the splitter's limit. */
  readonly bytes: Uint8Array;
  /** True if the line was longer than the limit: `bytes` is its beginning, and the rest is dropped. */
  readonly cut: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits a stream of bytes into lines of at most `limit` bytes.
 *
 * A line that passes the limit is returned at once, cut, without waiting for its end. The bytes up to the
 * next LF are dropped. Therefore the splitter buffers at most `limit` + 1 bytes: the extra byte is a CR that
 * may belong to the end of the line. The splitter buffers nothing if every line arrives in one chunk.
 */
export class LineSplitter {
  #held: Uint8Array | undefined;
  #length = 0;
  #dropping = false;

  /** @param limit The maximum number of bytes in a line, not counting its end. */
  constructor(readonly limit: number) {}

  /** Reads the next bytes of the stream. Returns the lines that became complete or too long. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    while (start < chunk.length) {
      const lineFeed = chunk.indexOf(LF, start);
      const part = chunk.subarray(start, lineFeed === -1 ? chunk.length : lineFeed);
      if (lineFeed === -1) {
        if (!this.#dropping) this.#hold(part, lines);
        break;
      }
      if (this.#dropping) this.#dropping = false;
      else lines.push(this.#complete(part));
      start = lineFeed + 1;
    }
    return lines;
  }

  /**
   * Ends the stream. Bytes that are still buffered are a line too.
   *
   * @returns The last line, or `undefined` if nothing followed the last LF.
   */
  end(): Line | undefined {
    return this.#length === 0 ? undefined : this.#complete(NOTHING);
  }

  /** Buffers the beginning of a line. If the line is already too long, cuts it and adds it to `lines`. */
  #hold(part: Uint8Array, lines: Line[]): void {
    const held = this.#append(part);
    const beyond = part.length > held;
    const full = this.#length > this.limit && this.#held?.[this.limit] !== CR;
    if (!beyond && !full) return;
    lines.push(this.#complete(NOTHING, true));
    this.#dropping = true;
  }

  /** Builds the line whose last part is `part`. */
  #complete(part: Uint8Array, isCut = false): Line {
    let line = part;
    let cut = isCut;
    if (this.#length > 0) {
      cut ||= part.length > this.#append(part);
      line = (this.#held as Uint8Array).subarray(0, this.#length);
      this.#length = 0;
    }
    const end = !cut && line[line.length - 1] === CR ? line.length - 1 : line.length;
    cut ||= end > this.limit;
    // Copy, because the buffer is reused and the caller may overwrite the chunk.
    return { bytes: copyOf(line, Math.min(end, this.limit)), cut };
  }

  /** Buffers as many bytes as there is room for. Returns how many bytes of `part` it buffered. */
  #append(part: Uint8Array): number {
    this.#held ??= new Uint8Array(this.limit + 1);
    const kept = part.subarray(0, this.#held.length - this.#length);
    this.#held.set(kept, this.#length);
    this.#length += kept.length;
    return kept.length;
  }
}

const NOTHING = new Uint8Array(0);

/** Copies the bytes before `end`. `Buffer.prototype.slice` would return a view instead of a copy. */
function copyOf(bytes: Uint8Array, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, 0, end);
}
