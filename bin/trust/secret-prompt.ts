/**
 * Asks for secret words at a terminal. Shows an asterisk for each typed character. Tab switches between
 * asterisks and the typed characters. After Enter, asterisks replace the words on the screen.
 *
 * The prompt redraws a line with spaces and carriage returns only, so that it works on every terminal.
 */

import type { ReadStream, WriteStream } from 'node:tty';
import { systemClock } from '../../terminal/clock.js';
import { KeyReader } from '../../terminal/key-reader.js';
import type { Key } from '../../terminal/prompts.js';
import { EXIT } from '../command-line.js';
import { Refused } from './refused.js';

/** The maximum number of characters of a line: more than 24 words of 8 letters. */
const MAX_TYPED = 1_000;

/**
 * Replaces each line after Enter. The text has a fixed length, so that it does not reveal the typed length.
 */
const HIDDEN_LINE = '****';

interface Pressed {
  readonly text: string | undefined;
  readonly key: Key;
}

export class SecretPrompt {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #keys: Pressed[] = [];
  readonly #reader: KeyReader;
  readonly #onData = (chunk: Buffer) => this.#reader.read(chunk);
  #wake = () => {};
  #isShown = false;
  #columnsDrawn = 0;
  #isOver = false;

  /** Takes the keyboard until {@link close}. */
  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
    this.#reader = new KeyReader({
      onKey: (text, key) => {
        this.#keys.push({ text, key });
        this.#wake();
      },
      isPasting: () => false,
      clock: systemClock,
      guard: (callback) => callback,
    });
    input.setRawMode(true);
    input.on('data', this.#onData);
    input.on('end', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Asks for one line. Refuses at Ctrl-C, and at Ctrl-D on an empty line. */
  async readLine(label: string): Promise<string> {
    let typed = '';
    this.#columnsDrawn = 0;
    this.#draw(label, typed);
    for (;;) {
      const { text, key } = await this.#nextKey();
      if (key.name === 'return' || key.name === 'enter') break;
      if (key.ctrl === true && (key.name === 'c' || (key.name === 'd' && typed === ''))) {
        this.#output.write('\n');
        throw new Refused('interrupted', EXIT.failed);
      }
      if (key.name === 'tab') this.#isShown = !this.#isShown;
      else if (key.name === 'backspace') typed = typed.slice(0, -1);
      else if (key.ctrl === true && key.name === 'u') typed = '';
      else typed = (typed + lettersOf(text)).slice(0, MAX_TYPED);
      this.#draw(label, typed);
    }
    this.#redraw(typed === '' ? label : label + HIDDEN_LINE);
    this.#output.write('\n');
    return typed;
  }

  /** Gives the keyboard back. */
  close(): void {
    this.#input.off('data', this.#onData);
    this.#reader.close();
    this.#input.setRawMode(false);
    this.#input.pause();
  }

  async #nextKey(): Promise<Pressed> {
    for (;;) {
      const pressed = this.#keys.shift();
      if (pressed !== undefined) return pressed;
      if (this.#isOver) throw new Refused('interrupted', EXIT.failed);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Draws the end of the line, as far as it fits into the row. */
  #draw(label: string, typed: string): void {
    const room = Math.max(this.#output.columns - label.length - 1, 1);
    this.#redraw(label + (this.#isShown ? typed : '*'.repeat(typed.length)).slice(-room));
  }

  #redraw(line: string): void {
    const rest = Math.max(this.#columnsDrawn - line.length, 0);
    this.#output.write(`\r${line}${' '.repeat(rest)}\r${line}`);
    this.#columnsDrawn = line.length;
  }
}

/** The printable characters of a key press; empty for keys such as the arrows. */
function lettersOf(text: string | undefined): string {
  return /^[ -~]+$/.test(text ?? '') ? (text as string) : '';
}
