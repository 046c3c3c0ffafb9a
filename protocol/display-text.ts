/**
 * The gate that every untrusted text passes before it reaches a screen, a title or a log.
 *
 * It replaces C0 and C1 controls. This breaks every escape sequence, complete or partial, and removes BEL and
 * any CR that would overwrite the line. It also replaces bidirectional overrides and isolates, zero-width and
 * other invisible characters, line and paragraph separators, lone surrogates, and excess combining marks.
 */

/** Text returned by {@link toDisplayText}. */
export type DisplayText = string & { readonly DisplayText: unique symbol };

/** The maximum number of combining marks that may follow one character. */
export const MAX_COMBINING_MARKS = 4;

/** Shown in place of a character that must not be shown. */
export const REPLACEMENT = '\u{FFFD}';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Marks above, below or around a character. Without a limit, one character could have any number of them. */
const PILING_MARK = /[\p{Mn}\p{Me}]/u;
const PICTOGRAPH = /\p{Extended_Pictographic}/u;
const EMOJI_END = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F/u;
/** Scripts whose spelling needs joiners. */
const JOINING_SCRIPTS = [
  ...['Arabic', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya'],
  ...['Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
];
const JOINING_LETTER = new RegExp(
  `[${JOINING_SCRIPTS.map((script) => `\\p{Script=${script}}`).join('')}]`,
  'u',
);

const NON_JOINER = '\u200C';
const JOINER = '\u200D';
const TEXT_STYLE = '\uFE0E';
const EMOJI_STYLE = '\uFE0F';
const KEYCAP = '\u20E3';

/**
 * Makes text safe to show on one line.
 *
 * A tab becomes a space. Every other unsafe character becomes U+FFFD, so that the reader sees that something
 * was replaced. All excess combining marks of a character become one U+FFFD. Safe text is returned unchanged.
 * The function is idempotent, and takes linear time.
 */
export function toDisplayText(text: string): DisplayText {
  if (PRINTABLE_ASCII.test(text)) return text as DisplayText;
  const characters = Array.from(text);
  let shown = '';
  /** The last character shown, and the last one that was not a combining mark. */
  let previous = '';
  let letter = '';
  let marks = 0;
  for (const [index, character] of characters.entries()) {
    let safe = character === '\t' ? ' ' : character;
    if (INVISIBLE.test(safe) && !isInPlace(safe, previous, letter, characters[index + 1] ?? ''))
      safe = REPLACEMENT;
    marks = PILING_MARK.test(safe) ? marks + 1 : 0;
    if (marks > MAX_COMBINING_MARKS + 1) continue;
    if (marks > MAX_COMBINING_MARKS) safe = REPLACEMENT;
    if (marks === 0) letter = safe;
    previous = safe;
    shown += safe;
  }
  return shown as DisplayText;
}

/** Whether the visible characters around an invisible character need it. */
function isInPlace(character: string, previous: string, letter: string, next: string): boolean {
  switch (character) {
    case JOINER:
      if (EMOJI_END.test(previous) && PICTOGRAPH.test(next)) return true;
      return JOINING_LETTER.test(letter) && JOINING_LETTER.test(next);
    case NON_JOINER:
      return JOINING_LETTER.test(letter) && JOINING_LETTER.test(next);
    case EMOJI_STYLE:
      return PICTOGRAPH.test(previous) || (/^[0-9#*]$/.test(previous) && next === KEYCAP);
    case TEXT_STYLE:
      return PICTOGRAPH.test(previous);
    default:
      return false;
  }
}
