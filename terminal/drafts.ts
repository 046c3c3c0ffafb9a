/**
 * Lines that were interrupted before they were sent. Each line is stored under the draft name of its prompt.
 */

import type { LineEditor } from './line-editor.js';

/** The maximum number of drafts that are kept. Beyond it, the oldest draft is dropped. */
export const MAX_DRAFTS = 32;

export class Drafts {
  readonly #lines = new Map<string, LineEditor>();

  /** Keeps a line, with its cursor. */
  keep(name: string, line: LineEditor): void {
    this.#lines.delete(name);
    this.#lines.set(name, line);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > MAX_DRAFTS && oldest !== undefined) this.#lines.delete(oldest);
  }

  /** Removes a line and returns it. */
  restore(name: string): LineEditor | undefined {
    const line = this.#lines.get(name);
    this.#lines.delete(name);
    return line;
  }
}
