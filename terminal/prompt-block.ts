/**
 * The rows of the prompt at the bottom of the screen.
 *
 * The block writes nothing: `draw` and `erase` return the codes to write. The block wraps its rows itself and
 * turns off the terminal's wrapping. Therefore it knows in which of its rows the cursor is, and leaves no
 * stale rows behind. The block is never higher than the screen: if the text is longer, the block shows only
 * the rows around the cursor.
 */

import { clipLine, type ScreenSize } from './layout.js';
import { typedRows } from './typed-rows.js';

const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;
const WRAP_OFF = `${ESC}?7l`;
const WRAP_ON = `${ESC}?7h`;

/** The maximum number of rows of the status, and the minimum number of rows for the question. */
const MAX_STATUS_ROWS = 10;
const MIN_QUESTION_ROWS = 2;

/** Rows that the block leaves free above itself, if there is room, for lines printed above the prompt. */
const ROWS_ABOVE = 1;

/** The content of the block. */
export interface PromptContent {
  /** Lines above the question, each clipped to a row. */
  readonly status: readonly string[];
  /** The question and the typed text, before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export class PromptBlock {
  /** The row of the block in which the cursor is. */
  #cursorRow = 0;
  #height = 0;

  /** The number of rows that the block takes. */
  get height(): number {
    return this.#height;
  }

  /** The codes that replace the drawn content with new content. */
  draw({ status, before, after }: PromptContent, size: ScreenSize): string {
    const above = statusRows(status, size);
    const { rows, cursor } = typedRows(before, after, size.columns);
    const height = Math.max(1, size.rows - above.length - ROWS_ABOVE);
    const first = Math.max(0, Math.min(cursor.row - height + 1, rows.length - height));
    const shown = [...above, ...rows.slice(first, first + height)];
    const cursorRow = above.length + cursor.row - first;
    // Rewriting the cursor's row up to the cursor moves the cursor to the correct column, even if the
    // terminal gives the characters other widths.
    const toCursor = `${up(shown.length - 1 - cursorRow)}\r${cursor.before}`;
    const codes = this.erase() + WRAP_OFF + shown.join('\r\n') + toCursor + WRAP_ON;
    this.#cursorRow = cursorRow;
    this.#height = shown.length;
    return codes;
  }

  /** The codes that erase the block. The next output takes its place. */
  erase(): string {
    const codes = `${up(this.#cursorRow)}\r${ERASE_BELOW}`;
    this.forget();
    return codes;
  }

  /** Call this when the block is no longer on the screen. The next call of `draw` draws at the cursor. */
  forget(): void {
    this.#cursorRow = 0;
    this.#height = 0;
  }
}

/** As many status lines as there is room for, and a count of the others. */
function statusRows(lines: readonly string[], { columns, rows }: ScreenSize): string[] {
  const room = Math.max(0, Math.min(MAX_STATUS_ROWS, rows - MIN_QUESTION_ROWS));
  if (room === 0) return [];
  const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
  const left = lines.length - shown.length;
  const all = left > 0 ? [...shown, `… and ${left} more`] : shown;
  return all.map((line) => clipLine(line, columns));
}

function up(rows: number): string {
  return rows > 0 ? `${ESC}${rows}A` : '';
}
