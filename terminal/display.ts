/**
 * The screen of the interactive console: printed lines scroll up; the prompt is at the bottom, with the
 * status above it if it has one.
 *
 * Each change is one write, so that the screen is never seen half drawn.
 */

import type { ShownMessage } from '../machines/client/notices.js';
import type { ScreenSize } from './layout.js';
import { type MessageLines, type StyledLine, styledRows } from './message-lines.js';
import { PromptBlock } from './prompt-block.js';
import type { OpenPrompt } from './prompts.js';
import { Transcript } from './transcript.js';

const HOME = '\u001b[H';
const ERASE_BELOW = '\u001b[J';
const ERASE_ALL = '\u001b[2J';

/** For a terminal that does not report its size. */
const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };

/** An output with a size. The size may be missing, or 0. */
export interface Screen {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  write(text: string): void;
}

export class Display {
  readonly #screen: Screen;
  readonly #messages: MessageLines;
  readonly #block = new PromptBlock();
  readonly #transcript = new Transcript();
  #status: readonly string[] = [];
  #asked: OpenPrompt | undefined;
  #columns: number;
  /** True once the terminal has wrapped or scrolled rows by itself. */
  #isTorn = false;

  constructor(screen: Screen, messages: MessageLines) {
    this.#screen = screen;
    this.#messages = messages;
    this.#columns = this.#size.columns;
  }

  /** Prints lines above the prompt. */
  print(lines: readonly string[]): void {
    this.#add(lines.map(plain));
  }

  /** Prints a message above the prompt. */
  show(message: ShownMessage): void {
    this.#add(this.#messages.linesOf(message));
  }

  /** Sets the status: the lines above each prompt that shows a status (`hasStatus`). */
  setStatus(lines: readonly string[]): void {
    const isSame =
      lines.length === this.#status.length && lines.every((line, index) => line === this.#status[index]);
    if (isSame) return;
    this.#status = [...lines];
    if (this.#asked?.prompt.hasStatus) this.draw();
  }

  /** Shows a prompt in the place of the previous one, or removes the prompt. */
  ask(asked: OpenPrompt | undefined): void {
    this.#asked = asked;
    this.#screen.write(this.#block.erase() + this.#blockCodes());
  }

  /** Removes the prompt. `line`, if given, stays on the screen: the question with its answer. */
  answered(line: string | undefined): void {
    this.#asked = undefined;
    if (line === undefined) this.ask(undefined);
    else this.print([line]);
  }

  /** Draws the prompt as it is now. */
  draw(): void {
    if (this.#asked !== undefined) this.#screen.write(this.#blockCodes());
  }

  /** Draws the prompt where the cursor is, because another program wrote on the screen meanwhile. */
  drawBelow(): void {
    this.#block.forget();
    this.draw();
  }

  /** Erases the prompt until it is drawn again. */
  erase(): void {
    this.#screen.write(this.#block.erase());
  }

  /** Clears the screen except for the prompt and its lead lines, the lines printed before the question. */
  clear(): void {
    this.#block.forget();
    this.#transcript.clear();
    const lead = this.#asked?.prompt.lead ?? [];
    this.#screen.write(HOME + ERASE_ALL + this.#linesCodes(lead.map(plain)) + this.#blockCodes());
  }

  /**
   * Call this after the screen's size has changed.
   *
   * When the screen gets too narrow or too low for its content, the terminal wraps rows or scrolls them off
   * in its own way. From then on, every change of the size paints everything again, because such rows may
   * come back. Until this first happens, drawing the prompt again is enough.
   */
  resized(): void {
    const { columns, rows } = this.#size;
    this.#isTorn ||= columns < this.#columns || rows < this.#block.height;
    this.#columns = columns;
    if (this.#isTorn) this.#paint();
    else this.draw();
  }

  #paint(): void {
    const { columns, rows } = this.#size;
    this.#block.forget();
    const block = this.#blockCodes();
    const kept = this.#transcript.lastRows(rows - Math.max(1, this.#block.height), columns);
    this.#screen.write(HOME + ERASE_BELOW + ended(kept) + block);
  }

  get #size(): ScreenSize {
    const { columns, rows } = this.#screen;
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  }

  #add(lines: readonly StyledLine[]): void {
    this.#screen.write(this.#block.erase() + this.#linesCodes(lines) + this.#blockCodes());
  }

  /** Keeps lines for a later repaint, and returns the codes that print them. */
  #linesCodes(lines: readonly StyledLine[]): string {
    const { columns } = this.#size;
    for (const line of lines) this.#transcript.add(line);
    return ended(lines.flatMap((line) => styledRows(line, columns)));
  }

  #blockCodes(): string {
    if (this.#asked === undefined) return '';
    const { prompt, shown } = this.#asked;
    const status = prompt.above ?? (prompt.hasStatus ? this.#status : []);
    return this.#block.draw({ ...shown, status }, this.#size);
  }
}

function plain(text: string): StyledLine {
  return { text, styles: [] };
}

function ended(rows: readonly string[]): string {
  return rows.map((row) => `${row}\r\n`).join('');
}
