/**
 * The last printed lines, which are kept to paint the screen again.
 */

import { type StyledLine, styledRows } from './message-lines.js';

/** The maximum number of lines that are kept: enough to fill a screen. */
export const MAX_TRANSCRIPT_LINES = 300;

export class Transcript {
  readonly #lines: StyledLine[] = [];

  add(line: StyledLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_TRANSCRIPT_LINES) this.#lines.shift();
  }

  clear(): void {
    this.#lines.length = 0;
  }

  /** The last rows of the kept lines, at most `count` rows. */
  lastRows(count: number, columns: number): string[] {
    const rows: string[] = [];
    for (const line of this.#lines.toReversed()) {
      if (rows.length >= count) break;
      rows.unshift(...styledRows(line, columns));
    }
    return rows.slice(Math.max(0, rows.length - count));
  }
}
