/**
 * How text falls on a screen: column by column, wide characters two, wrapping at the right edge.
 */
import stringWidth from 'string-width';
/** Columns from one tab stop to the next. */
const TAB_COLUMNS = 8;
/** Stands before the second and later rows of a long line: they cannot be taken for lines of their own. */
const CONTINUATION = '   ';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Each of these is a character of one column: no need to look closer, which takes its time. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Splits text into what a user sees as characters. */
export function graphemesOf(text) {
    if (PRINTABLE_ASCII.test(text))
        return text.split('');
    return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
/** The cell that follows a text which begins in the first cell of a row. */
export function placeAfter(text, columns) {
    let row = 0;
    let column = 0;
    for (const grapheme of graphemesOf(text)) {
        const width = widthAt(grapheme, column);
        if (column + width > columns) {
            row += 1;
            column = 0;
        }
        column += width;
    }
    return column === columns ? { row: row + 1, column: 0 } : { row, column };
}
/** Splits a line into rows of a screen, at spaces where there are any, all rows but the first indented. */
export function wrapLine(line, columns) {
    const rows = [];
    let row = '';
    let column = 0;
    /** The last word of the row, where it could be broken off: it moves to the next row as a whole. */
    let word = '';
    for (const grapheme of graphemesOf(line)) {
        const width = widthAt(grapheme, column);
        if (column + width > columns && column > CONTINUATION.length) {
            const broken = word.length < row.length - CONTINUATION.length ? word : '';
            rows.push(row.slice(0, row.length - broken.length));
            row = CONTINUATION + broken;
            column = CONTINUATION.length + stringWidth(broken);
        }
        word = grapheme === ' ' || grapheme === '\t' ? '' : word + grapheme;
        row += grapheme;
        column += widthAt(grapheme, column);
    }
    return [...rows, row];
}
function widthAt(grapheme, column) {
    if (grapheme === '\t')
        return TAB_COLUMNS - (column % TAB_COLUMNS);
    return PRINTABLE_ASCII.test(grapheme) ? grapheme.length : stringWidth(grapheme);
}
