/**
 * The gate through which every foreign text passes before it reaches a screen, a title or a log.
 *
 * What it stops: C0 and C1 controls (with them every escape sequence, whole or torn, a CR that
 * rewrites the line, BEL), bidirectional overrides and isolates, zero-width and other invisible
 * characters, line and paragraph separators, lone surrogates, and piles of combining marks.
 */

/** Text that passed {@link toDisplayText}. */
export type DisplayText = string & { readonly DisplayText: unique symbol };

/** Most combining marks that may follow one character. */
export const MAX_COMBINING_MARKS = 4;

/** What stands for a character that must not be shown. */
export const REPLACEMENT = '\u{FFFD}';

// Joiners and variation selectors are invisible too, but emoji are built with them: they pass
// where they follow a pictograph, and nowhere else.
const UNSAFE =
  /(?<!\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)\u200D|\u200D(?!\p{Extended_Pictographic})|(?<![\p{Extended_Pictographic}0-9#*])[\uFE0E\uFE0F]|(?![\u200D\uFE0E\uFE0F])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const PILED_MARKS = new RegExp(`(\\p{M}{${MAX_COMBINING_MARKS}})\\p{M}+`, 'gu');

/**
 * Makes text safe to show on one line.
 *
 * A tab becomes a space, every other unsafe character becomes U+FFFD, so that what was there
 * stays visible as damage rather than vanishing. Safe text comes back unchanged, and the gate
 * applied twice is the gate applied once.
 */
export function toDisplayText(text: string): DisplayText {
  return text.replaceAll('\t', ' ').replace(UNSAFE, REPLACEMENT).replace(PILED_MARKS, '$1') as DisplayText;
}
