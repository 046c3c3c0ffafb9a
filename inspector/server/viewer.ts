/**
 * One connected browser: a stream of server-sent events.
 *
 * The inspector never waits for a browser. A browser that reads too slowly misses frames, and receives all
 * actors again when it has caught up. A browser that stays behind for {@link MAX_BEHIND_MS} is disconnected.
 */

import type { ServerResponse } from 'node:http';
import type { Frame, Hello } from './frame.js';

/**
 * The maximum number of bytes that wait until a browser reads them. Above this limit, the browser misses
 * frames.
 */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Longest time that a browser may stay above {@link MAX_BACKLOG_BYTES}, in milliseconds. */
export const MAX_BEHIND_MS = 30_000;

export class Viewer {
  readonly #response: ServerResponse;
  readonly #now: () => number;
  /** When the backlog rose above its limit, by {@link #now}; `undefined` while it is below the limit. */
  #behindSince: number | undefined;
  #lacksActors = true;

  /** @param now Monotonic time in milliseconds. */
  constructor(response: ServerResponse, now: () => number) {
    this.#response = response;
    this.#now = now;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  }

  /** True if the browser is not behind and its list of actors is missing or outdated. */
  get needsActors(): boolean {
    return this.#lacksActors && this.#behindSince === undefined;
  }

  hello(hello: Hello): void {
    this.#response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
  }

  /** Sends a frame that is already serialised as JSON. */
  frame(json: string, { actors }: Frame): void {
    if (this.#isBehind()) {
      this.#lacksActors ||= actors !== undefined;
      return;
    }
    if (actors !== undefined) this.#lacksActors = false;
    this.#response.write(`event: frame\ndata: ${json}\n\n`);
  }

  /** Writes a comment, so that the kernel notices a browser that vanished without closing. */
  keepAlive(): void {
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
