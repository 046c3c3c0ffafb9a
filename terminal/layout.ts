/**
 * How text falls on a screen: column by column, wide characters two, wrapping at the right edge.
 *
 * Terminals disagree about the width of emoji that are joined of several characters. Here they have
 * the largest width that a terminal may give them: a row may then end early, but never overflows
 * into a row of its own, where a buddy's words could be taken for the program's.
 */

import stringWidth from 'string-width';

/** The size of a screen, in cells. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Columns from one tab stop to the next. */
const TAB_COLUMNS = 8;

/** Stands before the second and later rows of a long line: they cannot be taken for lines of their own. */
export const CONTINUATION = '   ';

/** Stands for what a clipped line left out. */
const ELLIPSIS = '…';

/** Most characters whose widths are kept, because finding one takes its time. */
const MAX_KNOWN_WIDTHS = 4_096;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const knownWidths = new Map<string, number>();

/** Each of these is a character of one column: no need to look closer, which takes its time. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Splits text into what a user sees as characters. */
export function graphemesOf(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The columns that a character takes at a column of the screen; at most, where terminals disagree. */
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

/** The columns that a text takes from the beginning of a row. */
export function widthOf(text: string): number {
  return graphemesOf(text).reduce((column, grapheme) => column + widthAt(grapheme, column), 0);
}

/** Splits a line into rows of a screen, at spaces where there are any, all rows but the first indented. */
export function wrapLine(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let column = 0;
  /** The last word of the row, where it could be broken off: it moves to the next row as a whole. */
  let word = '';
  for (const grapheme of graphemesOf(line)) {
    const width = widthAt(grapheme, column);
    if (column + width > columns && column > CONTINUATION.length) {
      // Where it has no room in the next row either, with what follows, it is broken itself.
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

/** The line as it fits in one row, with an ellipsis where it is clipped, and tabs as spaces. */
export function clipLine(line: string, columns: number): string {
  let row = '';
  let column = 0;
  /** How much of the row leaves room for the ellipsis. */
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
