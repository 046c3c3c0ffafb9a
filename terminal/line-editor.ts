/**
 * The text of a line that is being typed, and the cursor in it: what a shell's keys do, without
 * keys and without a screen.
 *
 * It works by what a user sees as characters: emoji of several code points, and letters with their
 * accents, stay whole. The cursor is always between two of them.
 */

import { MAX_LINE_BYTES } from './console.js';
import { graphemesOf } from './layout.js';

/** What was last cut, by one command or by several in a row, for all lines of a user. */
export interface Clipboard {
  text: string;
}

/** What moves and deletes by words takes for part of one. */
const WORD = /^[\p{L}\p{N}]/u;
const SPACE = /^\s/u;

export class LineEditor {
  readonly #clipboard: Clipboard;
  /** The characters before the cursor and, backwards, after it. */
  #before: string[] = [];
  #after: string[] = [];
  #bytes = 0;
  /** The line as a cut left it: the next one joins it if it still looks so. */
  #lookAfterCut: string | undefined;

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

  /** Replaces the whole line, as far as it may be that long; the cursor is at its end. */
  set(text: string): void {
    this.#before = [];
    this.#after = [];
    this.#bytes = 0;
    this.insert(text);
  }

  /** Puts text before the cursor: as much as a line may have. False when that is not all of it. */
  insert(text: string): boolean {
    const fitting = clipToBytes(text, MAX_LINE_BYTES - this.#bytes);
    // What is typed may join the character before it: an accent, a joined emoji.
    const last = this.#before.pop() ?? '';
    for (const grapheme of graphemesOf(last + fitting)) this.#before.push(grapheme);
    this.#bytes += Buffer.byteLength(fitting);
    this.#mend();
    return fitting.length === text.length;
  }

  // Where the cursor goes. Each returns false where there is nowhere to go.

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

  // What is deleted, and what is cut: that can be put back. Each returns false where nothing is there.

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

  /** Back to the beginning of a word of letters and digits. */
  cutWordLeft(): boolean {
    return this.#cut(this.#before, this.#wordBefore(isWord));
  }

  /** Back to the space before the cursor. */
  cutToSpaceLeft(): boolean {
    return this.#cut(this.#before, this.#wordBefore(isNoSpace));
  }

  cutWordRight(): boolean {
    return this.#cut(this.#after, this.#wordAfter());
  }

  /** Puts back what was cut last. */
  yank(): boolean {
    return this.#clipboard.text !== '' && this.insert(this.#clipboard.text);
  }

  /** Swaps the characters around the cursor, or at the end of the line those before it, and goes on. */
  transpose(): boolean {
    if (this.#before.length + this.#after.length < 2 || this.#before.length === 0) return false;
    if (this.#after.length === 0) this.left();
    const left = this.#before.pop() ?? '';
    const right = this.#after.pop() ?? '';
    for (const grapheme of graphemesOf((this.#before.pop() ?? '') + right + left))
      this.#before.push(grapheme);
    this.#mend();
    return true;
  }

  /** Takes away the characters next to the cursor on a side, and returns them in their order. */
  #remove(side: string[], count: number): string | undefined {
    if (count === 0 || side.length === 0) return undefined;
    const removed = side.splice(-count);
    const text = (side === this.#after ? removed.reverse() : removed).join('');
    this.#bytes -= Buffer.byteLength(text);
    this.#mend();
    return text;
  }

  #cut(side: string[], count: number): boolean {
    const cutBefore = this.#look === this.#lookAfterCut ? this.#clipboard.text : '';
    const text = this.#remove(side, count);
    if (text === undefined) return false;
    this.#clipboard.text = side === this.#before ? text + cutBefore : cutBefore + text;
    this.#lookAfterCut = this.#look;
    return true;
  }

  get #look(): string {
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

  /** Where the characters on both sides of the cursor grew together, it comes to stand behind them. */
  #mend(): void {
    const last = this.#before.at(-1);
    const next = this.#after.at(-1);
    if (last === undefined || next === undefined || graphemesOf(last + next)[0] === last) return;
    this.#before.pop();
    const [joined = '', ...rest] = graphemesOf(last + this.after);
    this.#before.push(joined);
    this.#after = rest.reverse();
  }
}

/** The beginning of a text that takes no more than so many bytes, with no character torn. */
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

/** Moves the last characters of one side of the cursor to the other; false where there are none. */
function moveLast(count: number, from: string[], to: string[]): boolean {
  const moved = from.splice(Math.max(0, from.length - count)).reverse();
  for (const grapheme of moved) to.push(grapheme);
  return moved.length > 0;
}

function isWord(grapheme = ''): boolean {
  return WORD.test(grapheme);
}

function isNoSpace(grapheme = ''): boolean {
  return !SPACE.test(grapheme);
}
