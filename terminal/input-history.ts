/**
 * Lines that the user sent, which the arrow keys recall.
 */

/** The maximum number of lines that are remembered. */
export const MAX_HISTORY_LINES = 500;

export class History {
  readonly #lines: string[] = [];

  /** Remembers a line, unless it is blank or equal to the previous one. */
  add(line: string): void {
    if (line.trim() === '' || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length > MAX_HISTORY_LINES) this.#lines.shift();
  }

  /** A walk that begins at the line being typed, below all remembered lines. */
  walk(): HistoryWalk {
    return new HistoryWalk(this.#lines);
  }
}

/** A walk through the lines. Changes to a line are kept until the end of the walk. */
export class HistoryWalk {
  readonly #lines: string[];
  #at: number;

  constructor(lines: readonly string[]) {
    this.#lines = [...lines, ''];
    this.#at = lines.length;
  }

  /** Stores the current line and returns the line above; `undefined` if there is none. */
  up(current: string): string | undefined {
    return this.#go(-1, current);
  }

  /** Stores the current line and returns the line below; `undefined` if there is none. */
  down(current: string): string | undefined {
    return this.#go(1, current);
  }

  #go(step: number, current: string): string | undefined {
    const line = this.#lines[this.#at + step];
    if (line === undefined) return undefined;
    this.#lines[this.#at] = current;
    this.#at += step;
    return line;
  }
}
