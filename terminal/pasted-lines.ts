/**
 * The lines of a paste that the user agreed to send, one after the other.
 */

import { QUIT } from '../machines/terminal/console-setup.js';
import { toDisplayText } from '../protocol/display-text.js';
import { MAX_LINE_BYTES } from './console.js';
import { clipToBytes } from './line-editor.js';

/** Most lines of a paste that are shown before it is sent. */
const MAX_PREVIEW_LINES = 5;

/** Most characters of each of them. */
export const MAX_PREVIEW_CHARACTERS = 400;

/** Most lines of which it is said, one by one, that they were not sent. */
export const MAX_UNSENT_LINES = 20;

/** Stands before the lines of a preview: they cannot be taken for the program's. */
const QUOTE = '| ';

/** How a line that would leave the chat is written so that it does not. */
const ESCAPED_QUIT = '\\q';

export class PastedLines {
  #lines: readonly string[] = [];
  #next = 0;

  /** Has these lines sent next. */
  set(lines: readonly string[]): void {
    this.#lines = lines;
    this.#next = 0;
  }

  /** The line to be sent next, as an answer that means nothing but itself. */
  take(): string | undefined {
    const line = this.#lines[this.#next];
    if (line === undefined) return undefined;
    this.#next += 1;
    return line === QUIT ? ESCAPED_QUIT : clipToBytes(line, MAX_LINE_BYTES);
  }

  /** Drops what was not sent, and returns it. */
  drop(): string[] {
    const unsent = this.#lines.slice(this.#next);
    this.set([]);
    return unsent;
  }
}

/** What a paste looks like before it is sent. */
export function previewOf(lines: readonly string[]): string[] {
  const shown = lines.slice(0, MAX_PREVIEW_LINES).map((line) => {
    const characters = Array.from(toDisplayText(line));
    const isLong = characters.length > MAX_PREVIEW_CHARACTERS;
    return `${QUOTE}${characters.slice(0, MAX_PREVIEW_CHARACTERS).join('')}${isLong ? '…' : ''}`;
  });
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} more ${left === 1 ? 'line' : 'lines'}`] : shown;
}

/** Says of lines that they were not sent. */
export function unsentLines(lines: readonly string[]): string[] {
  const said = lines.slice(0, MAX_UNSENT_LINES).map((line) => toDisplayText(`(Not sent: ${line})`));
  const left = lines.length - said.length;
  return left > 0 ? [...said, `(Not sent: ${left} more ${left === 1 ? 'line' : 'lines'})`] : said;
}
