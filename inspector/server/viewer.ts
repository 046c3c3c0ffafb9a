/**
 * One browser that looks: a stream of server-sent events, which goes one way only.
 *
 * Nobody waits for a browser. One that reads too slowly misses frames, and is sent the whole picture when it
 * has caught up; one that does not catch up is let go.
 */

import type { ServerResponse } from 'node:http';
import type { Frame, Hello } from './frame.js';

/** Most bytes that wait for a browser to read them; until it has read them it misses what comes. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** How long a browser may be so far behind, in milliseconds. */
export const MAX_BEHIND_MS = 30_000;

export class Viewer {
  readonly #response: ServerResponse;
  readonly #now: () => number;
  /** Since when it reads too slowly, by {@link #now}. */
  #behindSince: number | undefined;
  #lacksActors = true;

  /** @param now Monotonic time in milliseconds. */
  constructor(response: ServerResponse, now: () => number) {
    this.#response = response;
    this.#now = now;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  }

  /** True when it can be told, and what it knows of the actors is not what the frame before said. */
  get needsActors(): boolean {
    return this.#lacksActors && this.#behindSince === undefined;
  }

  hello(hello: Hello): void {
    this.#response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
  }

  /** Sends a frame that has been written as JSON already. */
  frame(json: string, { actors }: Frame): void {
    if (this.#isBehind()) {
      this.#lacksActors ||= actors !== undefined;
      return;
    }
    if (actors !== undefined) this.#lacksActors = false;
    this.#response.write(`event: frame\ndata: ${json}\n\n`);
  }

  /** Says that nothing happens, which the system notices when nobody is there any more. */
  signOfLife(): void {
    if (!this.#isBehind()) this.#response.write(': quiet\n\n');
  }

  end(): void {
    this.#response.end();
  }

  #isBehind(): boolean {
    const now = this.#now();
    if (this.#response.writableLength <= MAX_BACKLOG_BYTES) {
      this.#behindSince = undefined;
      return false;
    }
    this.#behindSince ??= now;
    if (now - this.#behindSince > MAX_BEHIND_MS) this.#response.destroy();
    return true;
  }
}
