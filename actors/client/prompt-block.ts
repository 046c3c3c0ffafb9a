/**
 * The rows at the bottom of the screen in which a prompt lives: drawn, erased, redrawn.
 *
 * It knows where the cursor is by laying out the text as the terminal does: column by column,
 * wide characters two, wrapping at the right edge. So a text of several rows leaves no ghost rows.
 */

import stringWidth from 'string-width';

const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;

/** Anything with a width that can be written to. */
export interface Screen {
  readonly columns: number;
  write(text: string): void;
}

/** A place in the block, from its first cell. */
interface Place {
  readonly row: number;
  readonly column: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Splits text into what a user sees as characters. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
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
    const cursor = this.#layOut(before);
    const end = this.#layOut(before + after);
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
    this.#cursor = this.#layOut(this.#before);
  }

  #eraseCodes(): string {
    return `${this.#cursor.row > 0 ? `${ESC}${this.#cursor.row}A` : ''}\r${ERASE_BELOW}`;
  }

  /** Where the cursor stands after a text. */
  #layOut(text: string): Place {
    const { columns } = this.#screen;
    let row = 0;
    let column = 0;
    for (const grapheme of graphemesOf(text)) {
      const width = stringWidth(grapheme);
      if (column + width > columns) {
        row += 1;
        column = 0;
      }
      column += width;
    }
    return column === columns ? { row: row + 1, column: 0 } : { row, column };
  }
}

function move(from: Place, to: Place): string {
  const up = from.row - to.row;
  return `${up > 0 ? `${ESC}${up}A` : ''}\r${to.column > 0 ? `${ESC}${to.column}C` : ''}`;
}
