/**
 * The screen of the interactive console. Printed lines scroll up. The prompt is at the bottom. If the prompt
 * shows the status, the status lines are above it.
 *
 * Each change is one write, so that the user never sees a half-drawn screen.
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

/** The size that is assumed if a terminal does not report its size. */
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
  /** True if the terminal may have wrapped or scrolled rows by itself. */
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

  /** Removes the prompt. If `line` (the question with its answer) is given, prints it in the same place. */
  answered(line: string | undefined): void {
    this.#asked = undefined;
    if (line === undefined) this.ask(undefined);
    else this.print([line]);
  }

  /** Draws the prompt as it is now. */
  draw(): void {
    if (this.#asked !== undefined) this.#screen.write(this.#blockCodes());
  }

  /** Draws the prompt at the cursor. Call this after another program has written on the screen. */
  drawBelow(): void {
    this.#block.forget();
    this.draw();
  }

  /** Erases the prompt until it is drawn again. */
  erase(): void {
    this.#screen.write(this.#block.erase());
  }

  /** Clears the screen except for the prompt and its lead lines (which say what the question is about). */
  clear(): void {
    this.#block.forget();
    this.#transcript.clear();
    const lead = this.#asked?.prompt.lead ?? [];
    this.#screen.write(HOME + ERASE_ALL + this.#linesCodes(lead.map(plain)) + this.#blockCodes());
  }

  /**
   * Call this after the screen's size has changed.
   *
   * When the screen gets narrower, or gets fewer rows than the prompt has, the terminal wraps rows or scrolls
   * them off in its own way. From then on, every change of the size paints the whole screen again, because
   * such rows may come back. Before that, drawing the prompt again is enough.
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
