/**
 * The rows at the bottom of the screen in which a prompt lives: drawn, erased, redrawn.
 *
 * The block is given as codes to write. It lays out its rows itself and has the terminal wrap none
 * of them, so it knows in which of its rows the cursor is, and leaves no ghost rows behind. It is
 * never higher than the screen: of a longer text it shows the rows around the cursor.
 */

import { clipLine, type ScreenSize } from './layout.js';
import { typedRows } from './typed-rows.js';

const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;
const WRAP_OFF = `${ESC}?7l`;
const WRAP_ON = `${ESC}?7h`;

/** Most rows that the status takes, and the rows that it leaves for the question at least. */
const MAX_STATUS_ROWS = 10;
const MIN_QUESTION_ROWS = 2;

/** The rows of a screen above the block, where there is room: for what others say meanwhile. */
const ROWS_ABOVE = 1;

/** What a prompt looks like. */
export interface Face {
  /** Lines above the question, each clipped to a row. */
  readonly status: readonly string[];
  /** The question and what is typed, before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export class PromptBlock {
  /** The row of the block in which the cursor is. */
  #cursorRow = 0;
  #height = 0;

  /** How many rows of the screen the block takes. */
  get height(): number {
    return this.#height;
  }

  /** The codes that draw a face in place of what was drawn last. */
  draw({ status, before, after }: Face, size: ScreenSize): string {
    const above = statusRows(status, size);
    const { rows, cursor } = typedRows(before, after, size.columns);
    const height = Math.max(1, size.rows - above.length - ROWS_ABOVE);
    const first = Math.max(0, Math.min(cursor.row - height + 1, rows.length - height));
    const shown = [...above, ...rows.slice(first, first + height)];
    const cursorRow = above.length + cursor.row - first;
    // Writing the cursor's row again up to the cursor finds its column, however wide the terminal
    // thinks that the characters are.
    const toCursor = `${up(shown.length - 1 - cursorRow)}\r${cursor.before}`;
    const codes = this.erase() + WRAP_OFF + shown.join('\r\n') + toCursor + WRAP_ON;
    this.#cursorRow = cursorRow;
    this.#height = shown.length;
    return codes;
  }

  /** The codes that erase the block; what is written next stands in its place. */
  erase(): string {
    const codes = `${up(this.#cursorRow)}\r${ERASE_BELOW}`;
    this.forget();
    return codes;
  }

  /**
   * Takes note that the block is no longer on the screen, and the cursor is where the next is to be drawn.
   */
  forget(): void {
    this.#cursorRow = 0;
    this.#height = 0;
  }
}

/** As many of the lines as the screen has room for, with a count of the others. */
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
