/**
 * The rows at the bottom of the screen in which a prompt lives: drawn, erased, redrawn.
 *
 * It knows where the cursor is by laying out the text as the terminal does, so a text of several
 * rows leaves no ghost rows behind.
 */

import { type Place, placeAfter } from './layout.js';

const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;

/** Anything with a width that can be written to. */
export interface Screen {
  readonly columns: number;
  write(text: string): void;
}

export class PromptBlock {
  readonly #screen: Screen;
  #cursor: Place = { row: 0, column: 0 };
  #before = '';

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Draws `before` and `after` with the cursor between them, in place of what was drawn last. */
  draw(before: string, after: string): void {
    const cursor = placeAfter(before, this.#screen.columns);
    const end = placeAfter(before + after, this.#screen.columns);
    // A row that is exactly full leaves the cursor hanging at its edge: push it over.
    const push = end.column === 0 && end.row > 0 ? '\r\n' : '';
    this.#screen.write(this.#eraseCodes() + before + after + push + move(end, cursor));
    this.#cursor = cursor;
    this.#before = before;
  }

  /** Erases the block; what is written next stands in its place. */
  erase(): void {
    this.#screen.write(this.#eraseCodes());
    this.forget();
  }

  /** Leaves the block as it is; what is written next stands where the cursor is. */
  forget(): void {
    this.#cursor = { row: 0, column: 0 };
    this.#before = '';
  }

  /** Takes note that the terminal has another width now, and has wrapped its rows anew. */
  resized(): void {
    this.#cursor = placeAfter(this.#before, this.#screen.columns);
  }

  #eraseCodes(): string {
    return `${this.#cursor.row > 0 ? `${ESC}${this.#cursor.row}A` : ''}\r${ERASE_BELOW}`;
  }
}

function move(from: Place, to: Place): string {
  const up = from.row - to.row;
  return `${up > 0 ? `${ESC}${up}A` : ''}\r${to.column > 0 ? `${ESC}${to.column}C` : ''}`;
}
