/**
 * A program in a real pseudo-terminal, and the screen that a user sees.
 */

import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import type { ExecutionContext } from 'ava';
import type { Run, Screen } from '../../tools/session-picture.js';
import { emptyEnvironment, programPath } from './programs.js';

/** Longest wait for expected text on the screen, in milliseconds. */
const SCREEN_TIMEOUT_MS = 60_000;

/** Longer than the pause in typing after which the client shows an unsolicited prompt, in milliseconds. */
const LONG_QUIET_MS = 900;

/** Waits while the user types nothing. The tests that use this function need the real time to pass. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LONG_QUIET_MS));
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export class Terminal {
  readonly pty: IPty;
  readonly exited: Promise<number>;
  /** Everything written to the terminal, including control codes. */
  output = '';
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  #changed = () => {};

  constructor(t: ExecutionContext, size: TerminalSize, file: string, ...args: readonly string[]) {
    const { columns: cols, rows } = size;
    this.#screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    const env = { ...emptyEnvironment(t), TERM: 'xterm-256color' };
    this.pty = spawn(file, [...args], { cols, rows, env });
    this.pty.onData((data) => {
      this.output += data;
      this.#screen.write(data, () => this.#changed());
    });
    this.exited = new Promise((resolve) => {
      this.pty.onExit(({ exitCode }) => resolve(exitCode));
    });
    t.teardown(async () => {
      this.pty.kill('SIGKILL');
      await this.exited;
    });
  }

  /** Runs the client in a terminal. */
  static client(t: ExecutionContext, size: TerminalSize, ...args: readonly string[]): Terminal {
    return new Terminal(t, size, process.execPath, programPath('im-client'), ...args);
  }

  /** Presses keys, as bytes. */
  press(keys: string): void {
    this.pty.write(keys);
  }

  resize({ columns, rows }: TerminalSize): void {
    this.#screen.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** The rows of the screen, without trailing spaces and trailing empty rows. */
  rows(): string[] {
    const { buffer, rows } = this.#screen;
    const lines = Array.from({ length: rows }, (_, row) =>
      (buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The rows in the scrollback, followed by those of the screen. */
  allRows(): string[] {
    const { active } = this.#screen.buffer;
    return [
      ...Array.from({ length: active.baseY }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
      ),
      ...this.rows(),
    ];
  }

  /** The screen's text, with the styles of its cells. */
  picture(): Screen {
    const { active } = this.#screen.buffer;
    const rows = Array.from({ length: this.#screen.rows }, (_, row) => {
      const line = active.getLine(active.viewportY + row);
      const runs: Run[] = [];
      for (let column = 0; column < (this.rows()[row] ?? '').length; column++) {
        const cell = line?.getCell(column);
        const text = cell?.getChars() || ' ';
        const style = styleOf(cell);
        const last = runs.at(-1);
        if (last?.style === style) runs[runs.length - 1] = { ...last, text: last.text + text };
        else runs.push({ column, text, style });
      }
      return runs;
    });
    return { rows, cursor: { row: active.cursorY, column: active.cursorX } };
  }

  /** The cursor's column, from 0, and the text of its row. */
  cursor(): { readonly column: number; readonly row: string } {
    const { cursorX, cursorY, viewportY } = this.#screen.buffer.active;
    return {
      column: cursorX,
      row: (this.#screen.buffer.active.getLine(viewportY + cursorY)?.translateToString(true) ?? '').trimEnd(),
    };
  }

  /** Waits until the last rows of the screen are these. */
  async shows(...lastRows: readonly string[]): Promise<void> {
    await this.until(
      () => JSON.stringify(this.rows().slice(-lastRows.length)) === JSON.stringify(lastRows),
      lastRows,
    );
  }

  /** Waits until a condition on the screen holds. */
  async until(wanted: () => boolean, what: unknown = wanted): Promise<void> {
    const deadline = Date.now() + SCREEN_TIMEOUT_MS;
    while (!wanted()) {
      const rest = deadline - Date.now();
      if (rest <= 0)
        throw new Error(`expected ${JSON.stringify(what)}, the screen is:\n${this.rows().join('\n')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, rest);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** The ANSI number of green, the colour of the user's own name. A buddy's name is cyan. */
const GREEN = 2;

/** The style of a cell, as a class of the picture's style sheet. */
function styleOf(
  cell: { isDim(): number; getFgColor(): number; isFgDefault(): boolean } | undefined,
): Run['style'] {
  if (cell?.isDim()) return 'dim';
  if (cell === undefined || cell.isFgDefault()) return 'plain';
  return cell.getFgColor() === GREEN ? 'own' : 'buddy';
}
