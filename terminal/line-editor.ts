/**
 * The text of a line that is being typed, and the cursor in it, with the editing commands of a shell. The
 * editor knows neither keys nor the screen.
 *
 * The editor works on grapheme clusters: emoji of several code points, and letters with their accents, stay
 * whole. The cursor is never inside a cluster.
 */

import { MAX_LINE_BYTES } from './console.js';
import { graphemesOf } from './layout.js';

/** The text that was cut last, by one command or by several in a row. A user's lines share one clipboard. */
export interface Clipboard {
  text: string;
}

/** Matches a character of a word, for the commands that move or delete by words. */
const WORD = /^[\p{L}\p{N}]/u;
const SPACE = /^\s/u;

export class LineEditor {
  readonly #clipboard: Clipboard;
  /** The characters before the cursor, and the characters after it in reverse order. */
  #before: string[] = [];
  #after: string[] = [];
  #bytes = 0;
  /** The line and its cursor after the last cut. If both are still the same, the next cut is joined to it. */
  #stateAfterCut: string | undefined;

  constructor(clipboard: Clipboard = { text: '' }) {
    this.#clipboard = clipboard;
  }

  get before(): string {
    return this.#before.join('');
  }

  get after(): string {
    return this.#after.toReversed().join('');
  }

  get text(): string {
    return this.before + this.after;
  }

  get isEmpty(): boolean {
    return this.#before.length + this.#after.length === 0;
  }

  /** Replaces the whole line, up to its limit, and moves the cursor to its end. */
  set(text: string): void {
    this.#before = [];
    this.#after = [];
    this.#bytes = 0;
    this.insert(text);
  }

  /**
   * Inserts text before the cursor, up to the limit of a line. Returns false if not all of the text fits.
   */
  insert(text: string): boolean {
    const fitting = clipToBytes(text, MAX_LINE_BYTES - this.#bytes);
    // The new text may join the character before it, as an accent does.
    const last = this.#before.pop() ?? '';
    for (const grapheme of graphemesOf(last + fitting)) this.#before.push(grapheme);
    this.#bytes += Buffer.byteLength(fitting);
    this.#joinAtCursor();
    return fitting.length === text.length;
  }

  // Cursor movement. Each command returns false if the cursor cannot move.

  left(): boolean {
    return moveLast(1, this.#before, this.#after);
  }

  right(): boolean {
    return moveLast(1, this.#after, this.#before);
  }

  wordLeft(): boolean {
    return moveLast(this.#wordBefore(isWord), this.#before, this.#after);
  }

  wordRight(): boolean {
    return moveLast(this.#wordAfter(), this.#after, this.#before);
  }

  toStart(): boolean {
    return moveLast(this.#before.length, this.#before, this.#after);
  }

  toEnd(): boolean {
    return moveLast(this.#after.length, this.#after, this.#before);
  }

  // Deleting and cutting. `yank` puts cut text back. Each command returns false if there was nothing to
  // remove.

  deleteLeft(): boolean {
    return this.#remove(this.#before, 1) !== undefined;
  }

  deleteRight(): boolean {
    return this.#remove(this.#after, 1) !== undefined;
  }

  cutToStart(): boolean {
    return this.#cut(this.#before, this.#before.length);
  }

  cutToEnd(): boolean {
    return this.#cut(this.#after, this.#after.length);
  }

  cutAll(): boolean {
    this.toEnd();
    return this.cutToStart();
  }

  /** Cuts back to the beginning of a word of letters and digits. */
  cutWordLeft(): boolean {
    return this.#cut(this.#before, this.#wordBefore(isWord));
  }

  /** Cuts back to the space before the cursor. */
  cutToSpaceLeft(): boolean {
    return this.#cut(this.#before, this.#wordBefore(isNotSpace));
  }

  cutWordRight(): boolean {
    return this.#cut(this.#after, this.#wordAfter());
  }

  /** Inserts the text that was cut last. */
  yank(): boolean {
    return this.#clipboard.text !== '' && this.insert(this.#clipboard.text);
  }

  /**
   * Swaps the two characters around the cursor, and moves the cursor behind them. At the end of the line,
   * swaps the last two characters.
   */
  transpose(): boolean {
    if (this.#before.length + this.#after.length < 2 || this.#before.length === 0) return false;
    if (this.#after.length === 0) this.left();
    const left = this.#before.pop() ?? '';
    const right = this.#after.pop() ?? '';
    for (const grapheme of graphemesOf((this.#before.pop() ?? '') + right + left))
      this.#before.push(grapheme);
    this.#joinAtCursor();
    return true;
  }

  /** Removes characters next to the cursor on one side, and returns them in text order. */
  #remove(side: string[], count: number): string | undefined {
    if (count === 0 || side.length === 0) return undefined;
    const removed = side.splice(-count);
    const text = (side === this.#after ? removed.reverse() : removed).join('');
    this.#bytes -= Buffer.byteLength(text);
    this.#joinAtCursor();
    return text;
  }

  #cut(side: string[], count: number): boolean {
    const cutBefore = this.#state === this.#stateAfterCut ? this.#clipboard.text : '';
    const text = this.#remove(side, count);
    if (text === undefined) return false;
    this.#clipboard.text = side === this.#before ? text + cutBefore : cutBefore + text;
    this.#stateAfterCut = this.#state;
    return true;
  }

  /** The text and the cursor, as one comparable value. */
  get #state(): string {
    return `${this.before}\n${this.after}`;
  }

  #wordBefore(isPart: (grapheme: string | undefined) => boolean): number {
    let index = this.#before.length;
    while (index > 0 && !isPart(this.#before[index - 1])) index--;
    while (index > 0 && isPart(this.#before[index - 1])) index--;
    return this.#before.length - index;
  }

  #wordAfter(): number {
    let index = this.#after.length;
    while (index > 0 && !isWord(this.#after[index - 1])) index--;
    while (index > 0 && isWord(this.#after[index - 1])) index--;
    return this.#after.length - index;
  }

  /** If the characters on both sides of the cursor form one character, moves the cursor behind it. */
  #joinAtCursor(): void {
    const last = this.#before.at(-1);
    const next = this.#after.at(-1);
    if (last === undefined || next === undefined || graphemesOf(last + next)[0] === last) return;
    this.#before.pop();
    const [joined = '', ...rest] = graphemesOf(last + this.after);
    this.#before.push(joined);
    this.#after = rest.reverse();
  }
}

/** Returns the longest beginning of a text that has at most `maxBytes` bytes and splits no character. */
export function clipToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let clipped = '';
  for (const grapheme of graphemesOf(text)) {
    bytes += Buffer.byteLength(grapheme);
    if (bytes > maxBytes) break;
    clipped += grapheme;
  }
  return clipped;
}

/** Moves the last characters of one list to the other list, in reverse order. Returns false if none moved. */
function moveLast(count: number, from: string[], to: string[]): boolean {
  const moved = from.splice(Math.max(0, from.length - count)).reverse();
  for (const grapheme of moved) to.push(grapheme);
  return moved.length > 0;
}

function isWord(grapheme = ''): boolean {
  return WORD.test(grapheme);
}

function isNotSpace(grapheme = ''): boolean {
  return !SPACE.test(grapheme);
}
