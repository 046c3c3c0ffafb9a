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

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits a stream of bytes into lines of at most `limit` bytes.
 *
 * A line that passes the limit is handed out at once, cut, without waiting for its end; what
 * follows up to the next LF is dropped unread. So at most `limit` + 1 bytes are ever held (the one
 * more is the CR that may turn out to belong to the line's end).
 */
export class LineSplitter {
  readonly #held: Uint8Array;
  #length = 0;
  #dropping = false;

  /** @param limit Most bytes in a line, the line's end not counted. */
  constructor(readonly limit: number) {
    this.#held = new Uint8Array(limit + 1);
  }

  /** Takes the next bytes of the stream and returns the lines that they complete or overfill. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    while (start < chunk.length) {
      const lineFeed = chunk.indexOf(LF, start);
      const end = lineFeed === -1 ? chunk.length : lineFeed;
      if (!this.#dropping) this.#hold(chunk.subarray(start, end), lines);
      if (lineFeed === -1) break;
      if (this.#dropping) this.#dropping = false;
      else lines.push(this.#take());
      start = lineFeed + 1;
    }
    return lines;
  }

  /**
   * Ends the stream: what is held is a line too.
   *
   * @returns The last line, or `undefined` when nothing followed the last LF.
   */
  end(): Line | undefined {
    return this.#length === 0 ? undefined : this.#take();
  }

  #hold(part: Uint8Array, lines: Line[]): void {
    const room = this.#held.length - this.#length;
    const kept = part.subarray(0, room);
    this.#held.set(kept, this.#length);
    this.#length += kept.length;
    const beyond = part.length > room;
    const full = this.#length === this.#held.length && this.#held[this.limit] !== CR;
    if (!beyond && !full) return;
    lines.push({ bytes: this.#held.slice(0, this.limit), cut: true });
    this.#length = 0;
    this.#dropping = true;
  }

  #take(): Line {
    const length = this.#held[this.#length - 1] === CR ? this.#length - 1 : this.#length;
    this.#length = 0;
    return { bytes: this.#held.slice(0, Math.max(length, 0)), cut: false };
  }
}
