/**
 * Lines from standard input. Reading pauses while {@link MAX_LINES_AHEAD} lines wait.
 */

import { Inbox } from '../../actors/client/inbox.js';
import { LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine } from '../../protocol/message.js';
import { MAX_LINE_BYTES } from '../../terminal/console.js';

/** The maximum number of lines that are read ahead. Further input waits in its pipe. */
const MAX_LINES_AHEAD = 1_024;

export class LineInput implements AsyncIterable<string> {
  readonly #lines = new Inbox<string>(() => this.#resume());
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  #stopped = false;
  #exhausted = false;

  constructor() {
    process.stdin.on('data', (chunk: Buffer) => this.#push(chunk));
    process.stdin.on('end', () => this.#end());
    process.stdin.on('error', () => this.stop());
  }

  /** True when the end of the input was read. */
  get isExhausted(): boolean {
    return this.#exhausted;
  }

  /** Stops reading. The iteration still yields the lines that were already read, and then ends. */
  stop(): void {
    this.#stopped = true;
    process.stdin.pause();
    this.#lines.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return this.#lines[Symbol.asyncIterator]();
  }

  #push(chunk: Buffer): void {
    for (const line of this.#splitter.push(chunk)) this.#lines.push(decodeLine(line));
    if (this.#lines.size >= MAX_LINES_AHEAD) process.stdin.pause();
  }

  #end(): void {
    const line = this.#splitter.end();
    if (line !== undefined) this.#lines.push(decodeLine(line));
    this.#exhausted = true;
    this.#lines.end();
  }

  #resume(): void {
    if (!this.#stopped && this.#lines.size < MAX_LINES_AHEAD) process.stdin.resume();
  }
}
