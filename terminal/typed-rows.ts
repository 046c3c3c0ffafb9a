/**
 * Lays out a question and the typed text in rows as wide as the screen, with a cursor. A row breaks where it
 * is full, not at spaces.
 */

import { graphemesOf, widthAt } from './layout.js';

/** Text in rows, and the position of the cursor. */
export interface TypedRows {
  readonly rows: readonly string[];
  /** The cursor's row, counted from 0, and the text of that row before the cursor. */
  readonly cursor: { readonly row: number; readonly before: string };
}

/**
 * Lays out the text before the cursor and the text after it.
 *
 * If the text before the cursor fills its row to the last column, the cursor is in the next row: terminals
 * disagree about the cursor's position at the edge of the screen.
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
