/**
 * The screen of the interactive console: what was said scrolls up, and at the bottom stands what is
 * asked, with the status above it where there is one.
 *
 * Each change is written at once, so that nobody sees a screen that is half drawn.
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

/** Where a terminal does not tell its size. */
const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };

/** Anything of some size that can be written to; the size may be missing, or 0. */
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
  /** True once the terminal moved rows against each other. */
  #isTorn = false;

  constructor(screen: Screen, messages: MessageLines) {
    this.#screen = screen;
    this.#messages = messages;
    this.#columns = this.#size.columns;
  }

  /** Prints lines above what is asked. */
  print(lines: readonly string[]): void {
    this.#add(lines.map(plain));
  }

  /** Prints a message above what is asked. */
  show(message: ShownMessage): void {
    this.#add(this.#messages.linesOf(message));
  }

  /** What stands above questions that have a status, from now on. */
  setStatus(lines: readonly string[]): void {
    const isSame =
      lines.length === this.#status.length && lines.every((line, index) => line === this.#status[index]);
    if (isSame) return;
    this.#status = [...lines];
    if (this.#asked?.prompt.hasStatus) this.draw();
  }

  /** Puts what is asked on the screen, in place of what was asked before; or takes that away. */
  ask(asked: OpenPrompt | undefined): void {
    this.#asked = asked;
    this.#screen.write(this.#block.erase() + this.#blockCodes());
  }

  /** Takes away what was asked; what it looked like with its answer stays, unless that is `undefined`. */
  answered(line: string | undefined): void {
    this.#asked = undefined;
    if (line === undefined) this.ask(undefined);
    else this.print([line]);
  }

  /** Draws what is asked as it is now. */
  draw(): void {
    if (this.#asked !== undefined) this.#screen.write(this.#blockCodes());
  }

  /** Draws what is asked where the cursor is: somebody else wrote on the screen meanwhile. */
  drawBelow(): void {
    this.#block.forget();
    this.draw();
  }

  /** Takes what is asked off the screen until it is drawn again. */
  erase(): void {
    this.#screen.write(this.#block.erase());
  }

  /** Clears the screen for what is asked, and for the lines that say what about. */
  clear(): void {
    this.#block.forget();
    this.#transcript.clear();
    const lead = this.#asked?.prompt.lead ?? [];
    this.#screen.write(HOME + ERASE_ALL + this.#linesCodes(lead.map(plain)) + this.#blockCodes());
  }

  /**
   * Takes note that the screen has another size.
   *
   * Of what became too wide or too high, the terminal wrapped rows, or moved rows off the screen, in
   * its own way: all is painted anew, and again at every change that follows, because such rows may
   * come back. As long as nothing of that kind happened, no row was moved against the others.
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

  /** The codes of lines that are printed, and kept to be painted again. */
  #linesCodes(lines: readonly StyledLine[]): string {
    const { columns } = this.#size;
    for (const line of lines) this.#transcript.add(line);
    return ended(lines.flatMap((line) => styledRows(line, columns)));
  }

  #blockCodes(): string {
    if (this.#asked === undefined) return '';
    const { prompt, shown } = this.#asked;
    return this.#block.draw({ ...shown, status: prompt.hasStatus ? this.#status : [] }, this.#size);
  }
}

function plain(text: string): StyledLine {
  return { text, styles: [] };
}

function ended(rows: readonly string[]): string {
  return rows.map((row) => `${row}\r\n`).join('');
}
