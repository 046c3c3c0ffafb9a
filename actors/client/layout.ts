/**
 * How text falls on a screen: column by column, wide characters two, wrapping at the right edge.
 */

import stringWidth from 'string-width';

/** Columns from one tab stop to the next. */
const TAB_COLUMNS = 8;

/** Stands before the second and later rows of a long line: they cannot be taken for lines of their own. */
const CONTINUATION = '   ';

/** A cell of the screen, from the first cell of a text. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Splits text into what a user sees as characters. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The cell that follows a text which begins in the first cell of a row. */
export function placeAfter(text: string, columns: number): Place {
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

/** Splits a line into rows of a screen, all but the first indented. */
export function wrapLine(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let column = 0;
  for (const grapheme of graphemesOf(line)) {
    const width = grapheme === '\t' ? TAB_COLUMNS - (column % TAB_COLUMNS) : stringWidth(grapheme);
    if (column + width > columns && column > CONTINUATION.length) {
      rows.push(row);
      row = CONTINUATION;
      column = CONTINUATION.length;
    }
    row += grapheme;
    column += width;
  }
  return [...rows, row];
}
