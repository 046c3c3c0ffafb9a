/**
 * The texts of the dialog about the words of a key. The prompts are secret: neither their lines nor their
 * answers are kept.
 */

import { type DisplayText, toDisplayText } from '../protocol/display-text.js';
import type { UserId } from '../protocol/id.js';
import type { Prompt } from './console.js';
import { sentence } from './key-words.js';

/** Words in a row: three fit into 40 columns. */
const WORDS_IN_ROW = 3;

/** Columns of a word with its number. The longest word of the list has 8 letters. */
const WORD_COLUMNS = 12;

/** The prompt below the words. When the prompt is answered, the words disappear from the screen. */
export function wordsPrompt(words: readonly string[]): Prompt {
  const cells = words.map((word, at) => `${String(at + 1).padStart(2)} ${word}`.padEnd(WORD_COLUMNS));
  const rows = Array.from({ length: Math.ceil(cells.length / WORDS_IN_ROW) }, (_, row) =>
    cells
      .slice(row * WORDS_IN_ROW, (row + 1) * WORDS_IN_ROW)
      .join(' ')
      .trimEnd(),
  );
  return {
    text: 'Press Enter when you have copied them: ',
    kind: 'line',
    above: rows,
    isSecret: true,
  };
}

/** The prompt that asks for two of the words. Positions count from 1. */
export function twoWordsPrompt([first, second]: readonly [number, number]): Prompt {
  return {
    text: `Type words ${first} and ${second} on one line (empty line: later): `,
    kind: 'line',
    isSecret: true,
  };
}

/** The prompt for all words of a key, or for the words after the first `count` of them. */
export function allWordsPrompt(id: UserId, count: number): Prompt {
  const text =
    count === 0
      ? `Type the 24 words of ${id}, one or several on a line (an empty line goes back): `
      : `Word ${count + 1} of 24: `;
  return { text, kind: 'line', isSecret: true };
}

export const KEY_DIALOG_SAY = {
  copy:
    'Your key has 24 words. Copy them onto paper: they bring your key back if this machine is lost. ' +
    'Anyone who has them can sign in as you. To do it later, press Enter twice.',
  copied: 'The words are right, and are no longer on this machine. Keep your paper.',
  wrong: 'Those are not the two words. Look at your paper.',
} as const;

/** The line that is shown if the user leaves the dialog before copying the words. */
export function keptLine(id: UserId): string {
  return `The words stay on this machine until you copy them: im-client key words --user ${id} shows them.`;
}

/** Tells the user why the words of a line must be typed again. */
export function misspeltLine(problem: string): string {
  return `${sentence(problem)} Type the words of this line again.`;
}

/** Tells the user why the typed words were refused. */
export function refusedLine(reason: DisplayText): string {
  return toDisplayText(`The words were not accepted: ${reason}.`);
}
