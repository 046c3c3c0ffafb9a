/**
 * Hands over the lines of a socket in small batches, one batch per event-loop iteration. Otherwise a flood
 * would block the event loop, and the user could not type: Node.js reads as long as there is data, and one
 * chunk may hold tens of thousands of lines.
 */

import type { Socket } from 'node:net';
import type { Line } from '../../protocol/line-splitter.js';

/** The maximum number of lines that are handed over in one event-loop iteration. */
export const MAX_LINES_PER_ITERATION = 50;

/**
 * After a chunk of at least this size, the socket is paused until the next iteration, even if no line is
 * complete.
 */
const LARGE_CHUNK_BYTES = 16 * 1024;

export class LineThrottle {
  readonly #socket: Socket;
  readonly #onLine: (line: Line) => void;
  /** Lines that were read; those before {@link #next} have been handed over. */
  #lines: readonly Line[] = [];
  #next = 0;
  #onEnd: (() => void) | undefined;
  #isPaused = false;
  /** True while the next batch is scheduled. */
  #isScheduled = false;

  /**
   * @param onLine Called with each line, in order. Neither `onLine` nor the listener of {@link end} may
   * throw.
   */
  constructor(socket: Socket, onLine: (line: Line) => void) {
    this.#socket = socket;
    this.#onLine = onLine;
  }

  /** Adds the lines of a chunk. The socket is paused until all lines have been handed over. */
  push(lines: readonly Line[], chunkBytes: number): void {
    this.#lines = this.#hasLines ? [...this.#lines.slice(this.#next), ...lines] : lines;
    this.#next = 0;
    this.#handOverBatch();
    if (this.#hasLines || chunkBytes >= LARGE_CHUNK_BYTES) this.#schedule();
  }

  /**
   * Call this at the end of the input.
   *
   * @param onEnd Called when all lines have been handed over. If the throttle is paused, the remaining lines
   *   (at most one chunk) are handed over at once, because the end of the input must not wait.
   */
  end(onEnd: () => void): void {
    this.#onEnd = onEnd;
    if (this.#isPaused || !this.#hasLines) this.finish();
  }

  /** Hands over all remaining lines at once, for a connection that is about to end. */
  drain(): void {
    while (this.#hasLines) this.#handOverBatch();
  }

  /** Drains, then calls the listener of {@link end} if the input has ended. */
  finish(): void {
    this.drain();
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }

  /** Stops reading and handing over until {@link resume}, but completes a batch that has begun. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isScheduled) return;
    if (this.#hasLines) this.#schedule();
    else this.#socket.resume();
  }

  get #hasLines(): boolean {
    return this.#next < this.#lines.length;
  }

  #handOverBatch(): void {
    const end = Math.min(this.#lines.length, this.#next + MAX_LINES_PER_ITERATION);
    while (this.#next < end) this.#onLine(this.#lines[this.#next++] as Line);
  }

  /** Schedules the next batch for the next event-loop iteration, and pauses the socket until then. */
  #schedule(): void {
    this.#socket.pause();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isPaused && this.#onEnd !== undefined) return this.finish();
      if (this.#isPaused) return;
      this.#handOverBatch();
      if (this.#hasLines) this.#schedule();
      else if (this.#onEnd !== undefined) this.finish();
      else if (!this.#isPaused) this.#socket.resume();
    });
  }
}
