/**
 * Bracketed paste: a terminal that is asked to says where a paste begins and ends, so that none of
 * it is taken for keys that somebody pressed.
 */

import type { Key } from './prompts.js';

/** Has the terminal say where a paste begins and ends; and no longer. */
export const PASTE_MODE_ON = '\u001b[?2004h';
export const PASTE_MODE_OFF = '\u001b[?2004l';

/** Most bytes of a paste that is taken: 1 MiB. */
export const MAX_PASTE_BYTES = 1024 * 1024;

/** How long a paste may pause, in milliseconds: its end was lost, and the keyboard must live again. */
const PASTE_PAUSE_MS = 2_000;

/** Controls would be sent, and do nothing good on any screen; tabs would move what is after them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

export interface PasteReaderOptions {
  /** Told of a paste when it is over; `undefined` stands for one that is too long. */
  readonly onPaste: (text: string | undefined) => void;
  /** Wraps the callback of a timer. */
  readonly guard: (callback: () => void) => () => void;
}

/** Collects the keys of a paste. */
export class PasteReader {
  readonly #onPaste: PasteReaderOptions['onPaste'];
  readonly #onPause: () => void;
  #timer: NodeJS.Timeout | undefined;
  #parts: string[] = [];
  #bytes = 0;

  constructor({ onPaste, guard }: PasteReaderOptions) {
    this.#onPaste = onPaste;
    this.#onPause = guard(() => this.#end());
  }

  /** True while a paste began and did not end. */
  get isPasting(): boolean {
    return this.#timer !== undefined;
  }

  /** Takes a key if it is part of a paste, or begins or ends one; false for a key that was pressed. */
  take({ name, sequence = '' }: Key): boolean {
    if (this.#timer === undefined) {
      if (name === 'paste-start') this.#timer = setTimeout(this.#onPause, PASTE_PAUSE_MS);
      return name === 'paste-start' || name === 'paste-end';
    }
    this.#timer.refresh();
    if (name === 'paste-end') this.#end();
    else if (name !== 'paste-start') this.#add(sequence);
    return true;
  }

  /** Forgets a paste that is not over. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#parts = [];
    this.#bytes = 0;
  }

  #add(part: string): void {
    this.#bytes += Buffer.byteLength(part);
    if (this.#bytes <= MAX_PASTE_BYTES) this.#parts.push(part);
  }

  #end(): void {
    const text = this.#bytes > MAX_PASTE_BYTES ? undefined : this.#parts.join('');
    this.close();
    this.#onPaste(text);
  }
}

/** The lines of a paste, without controls; a line end at its end begins no line. */
export function linesOfPaste(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replaceAll('\t', ' ').replace(CONTROLS, ''));
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}
