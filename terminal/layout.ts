/**
 * Lays out text in the columns and rows of a screen. Wide characters take two columns.
 *
 * Terminals disagree about the width of emoji that consist of several characters. This file uses the largest
 * width that a terminal may give such an emoji. A row may then end early, but it never overflows into another
 * row, where a buddy's text could look like a line of the program.
 */

import stringWidth from 'string-width';

/** The size of a screen, in cells. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Columns from one tab stop to the next. */
const TAB_COLUMNS = 8;

/** Indents the second and later rows of a long line, so that they do not look like lines of their own. */
export const CONTINUATION = '   ';

/** Stands for the clipped part of a line. */
const ELLIPSIS = '…';

/** The maximum number of characters whose widths are cached. Computing a width is slow. */
const MAX_KNOWN_WIDTHS = 4_096;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const knownWidths = new Map<string, number>();

/** For a fast path: each of these characters takes one column. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Splits text into grapheme clusters, which a user sees as characters. */
export function graphemesOf(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The width of a character at a column of the screen: the largest width if terminals disagree. */
export function widthAt(grapheme: string, column: number): number {
  if (grapheme === '\t') return TAB_COLUMNS - (column % TAB_COLUMNS);
  if (PRINTABLE_ASCII.test(grapheme)) return grapheme.length;
  let width = knownWidths.get(grapheme);
  if (width === undefined) {
    const apart = Array.from(grapheme).reduce((sum, character) => sum + stringWidth(character), 0);
    width = Math.max(apart, stringWidth(grapheme));
    if (knownWidths.size >= MAX_KNOWN_WIDTHS) knownWidths.clear();
    knownWidths.set(grapheme, width);
  }
  return width;
}

/** The width of a text at the beginning of a row, in columns. */
export function widthOf(text: string): number {
  return graphemesOf(text).reduce((column, grapheme) => column + widthAt(grapheme, column), 0);
}

/** Splits a line into rows of a screen, at spaces if possible. All rows but the first are indented. */
export function wrapLine(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let column = 0;
  /** The last word of the row so far. When the row is full, the word moves to the next row as a whole. */
  let word = '';
  for (const grapheme of graphemesOf(line)) {
    const width = widthAt(grapheme, column);
    if (column + width > columns && column > CONTINUATION.length) {
      // A word is broken only if it does not fit in the next row either.
      const fitsBelow = CONTINUATION.length + widthOf(word) + width <= columns;
      const broken = fitsBelow && word.length < row.length - CONTINUATION.length ? word : '';
      rows.push(row.slice(0, row.length - broken.length));
      row = CONTINUATION + broken;
      column = CONTINUATION.length + widthOf(broken);
    }
    word = grapheme === ' ' || grapheme === '\t' ? '' : word + grapheme;
    row += grapheme;
    column += widthAt(grapheme, column);
  }
  return [...rows, row];
}

/** Clips a line to one row, with an ellipsis if it was too long. Tabs become spaces. */
export function clipLine(line: string, columns: number): string {
  let row = '';
  let column = 0;
  /** The length of the part of the row that leaves room for the ellipsis. */
  let kept = 0;
  for (const grapheme of graphemesOf(line)) {
    const width = widthAt(grapheme, column);
    if (column + width > columns) return row.slice(0, kept) + ELLIPSIS;
    row += grapheme === '\t' ? ' '.repeat(width) : grapheme;
    column += width;
    if (column <= columns - ELLIPSIS.length) kept = row.length;
  }
  return row;
}
