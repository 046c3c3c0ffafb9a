/**
 * How text falls on a screen: column by column, wide characters two, wrapping at the right edge.
 */
/** A cell of the screen, from the first cell of a text. */
export interface Place {
    readonly row: number;
    readonly column: number;
}
/** Splits text into what a user sees as characters. */
export declare function graphemesOf(text: string): string[];
/** The cell that follows a text which begins in the first cell of a row. */
export declare function placeAfter(text: string, columns: number): Place;
/** Splits a line into rows of a screen, at spaces where there are any, all rows but the first indented. */
export declare function wrapLine(line: string, columns: number): string[];
