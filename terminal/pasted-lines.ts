/**
 * The lines of a paste, which are sent one after the other when the user has agreed.
 */

import { QUIT } from '../machines/terminal/console-setup.js';
import { toDisplayText } from '../protocol/display-text.js';
import { MAX_LINE_BYTES } from './console.js';
import { clipToBytes } from './line-editor.js';

/** The maximum number of lines of a paste that its preview shows. */
const MAX_PREVIEW_LINES = 5;

/** The maximum number of characters of a line that the preview shows. */
export const MAX_PREVIEW_CHARACTERS = 400;

/** The maximum number of unsent lines that are listed one by one. */
export const MAX_UNSENT_LINES = 20;

/** Marks the lines of a preview, so that they do not look like lines of the program. */
const QUOTE = '| ';

/** Sent in place of a pasted line `q`, which would leave the chat. The chat turns it back into `q`. */
const ESCAPED_QUIT = '\\q';

export class PastedLines {
  #lines: readonly string[] = [];
  #next = 0;

  /** Sets the lines to be sent. */
  set(lines: readonly string[]): void {
    this.#lines = lines;
    this.#next = 0;
  }

  /** Removes the next line. Returns the answer with which the chat sends this line. */
  shift(): string | undefined {
    const line = this.#lines[this.#next];
    if (line === undefined) return undefined;
    this.#next += 1;
    return line === QUIT ? ESCAPED_QUIT : clipToBytes(line, MAX_LINE_BYTES);
  }

  /** Removes and returns the unsent lines. */
  drop(): string[] {
    const unsent = this.#lines.slice(this.#next);
    this.set([]);
    return unsent;
  }
}

/** The preview of a paste. */
export function previewOf(lines: readonly string[]): string[] {
  const shown = lines.slice(0, MAX_PREVIEW_LINES).map((line) => {
    const characters = Array.from(toDisplayText(line));
    const isLong = characters.length > MAX_PREVIEW_CHARACTERS;
    return `${QUOTE}${characters.slice(0, MAX_PREVIEW_CHARACTERS).join('')}${isLong ? '…' : ''}`;
  });
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} more ${left === 1 ? 'line' : 'lines'}`] : shown;
}

/** The lines that tell the user what was not sent. */
export function unsentLines(lines: readonly string[]): string[] {
  const said = lines.slice(0, MAX_UNSENT_LINES).map((line) => toDisplayText(`(Not sent: ${line})`));
  const left = lines.length - said.length;
  return left > 0 ? [...said, `(Not sent: ${left} more ${left === 1 ? 'line' : 'lines'})`] : said;
}
