/**
 * Bracketed paste: in this mode a terminal marks the beginning and the end of a paste, so that pasted text is
 * not read as pressed keys.
 */

import type { Key } from './prompts.js';

/** The codes that turn bracketed paste on and off. */
export const PASTE_MODE_ON = '\u001b[?2004h';
export const PASTE_MODE_OFF = '\u001b[?2004l';

/** The maximum number of bytes of a paste: 1 MiB. A longer paste is dropped. */
export const MAX_PASTE_BYTES = 1024 * 1024;

/** After a pause of this length, in milliseconds, a paste counts as ended: its end mark was lost. */
const PASTE_PAUSE_MS = 2_000;

/** Removed from pastes: no screen can show control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

export interface PasteReaderOptions {
  /** Called at the end of a paste, with `undefined` for a paste that was too long. */
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

  /** True between the beginning and the end of a paste. */
  get isPasting(): boolean {
    return this.#timer !== undefined;
  }

  /** Handles a key that belongs to a paste or marks its beginning or end. Returns false for any other key. */
  handle({ name, sequence = '' }: Key): boolean {
    if (this.#timer === undefined) {
      if (name === 'paste-start') this.#timer = setTimeout(this.#onPause, PASTE_PAUSE_MS);
      return name === 'paste-start' || name === 'paste-end';
    }
    this.#timer.refresh();
    if (name === 'paste-end') this.#end();
    else if (name !== 'paste-start') this.#add(sequence);
    return true;
  }

  /** Discards a paste that has not ended. */
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

/**
 * The lines of a paste, without control characters. Tabs become spaces. A line end at the end of the paste
 * does not begin another line.
 */
export function linesOfPaste(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replaceAll('\t', ' ').replace(CONTROLS, ''));
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}
