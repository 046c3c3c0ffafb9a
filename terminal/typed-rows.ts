/**
 * How a question and what is typed to it fall on a screen: in rows that are as wide as the screen,
 * broken wherever they are full, with a cursor.
 */

import { graphemesOf, widthAt } from './layout.js';

/** Text in rows, and where the cursor stands in it. */
export interface TypedRows {
  readonly rows: readonly string[];
  /** The cursor's row, counted from 0, and the text of that row before the cursor. */
  readonly cursor: { readonly row: number; readonly before: string };
}

/**
 * Lays out text with the cursor between its halves.
 *
 * A row that is full to its last column leaves the cursor in the next one: at the edge itself
 * terminals disagree about where it is.
 */
export function typedRows(before: string, after: string, columns: number): TypedRows {
  const rows: string[] = [];
  let row = '';
  let column = 0;

  function endRow(): void {
    rows.push(row);
    row = '';
    column = 0;
  }

  function put(text: string): void {
    for (const grapheme of graphemesOf(text)) {
      if (column > 0 && column + widthAt(grapheme, column) > columns) endRow();
      row += grapheme;
      column += widthAt(grapheme, column);
      if (column >= columns) endRow();
    }
  }

  put(before);
  const cursor = { row: rows.length, before: row };
  put(after);
  if (row !== '' || cursor.row === rows.length) rows.push(row);
  return { rows, cursor };
}
