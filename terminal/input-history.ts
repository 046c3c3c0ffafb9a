/**
 * Lines that a user sent off, to be called back with the arrow keys.
 */

/** Most lines that are remembered. */
export const MAX_HISTORY_LINES = 500;

export class History {
  readonly #lines: string[] = [];

  /** Remembers a line, if there is anything in it and it is not the same again. */
  add(line: string): void {
    if (line.trim() === '' || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length > MAX_HISTORY_LINES) this.#lines.shift();
  }

  /** A walk that begins at the line being typed, below all others. */
  walk(): HistoryWalk {
    return new HistoryWalk(this.#lines);
  }
}

/** A walk through the lines; what is changed on the way is kept until the walk is over. */
export class HistoryWalk {
  readonly #lines: string[];
  #at: number;

  constructor(lines: readonly string[]) {
    this.#lines = [...lines, ''];
    this.#at = lines.length;
  }

  /** Leaves a line as it is now, and returns the one above; `undefined` where there is none. */
  up(current: string): string | undefined {
    return this.#go(-1, current);
  }

  /** Leaves a line as it is now, and returns the one below; `undefined` where there is none. */
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
