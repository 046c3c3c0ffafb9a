/**
 * Takes what a socket brings a little at a time: in between, everything else has its turn. A buddy who floods
 * must not keep its user from typing; Node.js would read on for as long as there is something, and a single
 * chunk may have tens of thousands of lines.
 */

import type { Socket } from 'node:net';
import type { Line } from '../../protocol/line-splitter.js';

/** Most lines that are taken in a turn of the event loop. */
export const MAX_LINES_PER_TURN = 50;

/** A chunk from this size on is a turn's work, whatever is in it. */
const LARGE_CHUNK_BYTES = 16 * 1024;

export class Reading {
  readonly #socket: Socket;
  readonly #take: (line: Line) => void;
  /** What was brought; those before {@link #next} have been taken. */
  #lines: readonly Line[] = [];
  #next = 0;
  #onEnd: (() => void) | undefined;
  #isHeld = false;
  #isResting = false;

  /** @param take Given each line, in order; neither it nor the end's listener may throw. */
  constructor(socket: Socket, take: (line: Line) => void) {
    this.#socket = socket;
    this.#take = take;
  }

  /** Takes what a chunk brought, now or in later turns; until then nothing more is read. */
  push(lines: readonly Line[], chunkBytes: number): void {
    this.#lines = this.#hasLines ? [...this.#lines.slice(this.#next), ...lines] : lines;
    this.#next = 0;
    this.#takeSome();
    if (this.#hasLines || chunkBytes >= LARGE_CHUNK_BYTES) this.#rest();
  }

  /**
   * Nothing more comes.
   *
   * @param onEnd Called when all that was brought has been taken. Whoever is held is given the rest at once,
   *   at most
   * a chunk, for an end must not wait.
   */
  end(onEnd: () => void): void {
    this.#onEnd = onEnd;
    if (this.#isHeld || !this.#hasLines) this.finish();
  }

  /** Takes all that is left at once: there will be no later turn. */
  flush(): void {
    while (this.#hasLines) this.#takeSome();
  }

  /** As {@link flush}; then tells the end, if it came. */
  finish(): void {
    this.flush();
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }

  /** Takes and reads no more until {@link release}; of the turn's lines, those under way are still taken. */
  hold(): void {
    this.#isHeld = true;
    this.#socket.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (this.#isResting) return;
    if (this.#hasLines) this.#rest();
    else this.#socket.resume();
  }

  get #hasLines(): boolean {
    return this.#next < this.#lines.length;
  }

  #takeSome(): void {
    const end = Math.min(this.#lines.length, this.#next + MAX_LINES_PER_TURN);
    while (this.#next < end) this.#take(this.#lines[this.#next++] as Line);
  }

  /** Lets everything else have its turn before the next lines. */
  #rest(): void {
    this.#socket.pause();
    if (this.#isResting) return;
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      if (this.#isHeld && this.#onEnd !== undefined) return this.finish();
      if (this.#isHeld) return;
      this.#takeSome();
      if (this.#hasLines) this.#rest();
      else if (this.#onEnd !== undefined) this.finish();
      else if (!this.#isHeld) this.#socket.resume();
    });
  }
}
