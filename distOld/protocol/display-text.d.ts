/**
 * The gate through which every foreign text passes before it reaches a screen, a title or a log.
 *
 * What it stops: C0 and C1 controls (with them every escape sequence, whole or torn, a CR that
 * rewrites the line, BEL), bidirectional overrides and isolates, zero-width and other invisible
 * characters, line and paragraph separators, lone surrogates, and piles of combining marks.
 */
/** Text that passed {@link toDisplayText}. */
export type DisplayText = string & {
    readonly DisplayText: unique symbol;
};
/** Most combining marks that may follow one character. */
export declare const MAX_COMBINING_MARKS = 4;
/** What stands for a character that must not be shown. */
export declare const REPLACEMENT = "\uFFFD";
/**
 * Makes text safe to show on one line.
 *
 * A tab becomes a space, every other unsafe character becomes U+FFFD, so that what was there
 * stays visible as damage rather than vanishing. Safe text comes back unchanged, and the gate
 * applied twice is the gate applied once. It takes time in proportion to the text.
 */
export declare function toDisplayText(text: string): DisplayText;
