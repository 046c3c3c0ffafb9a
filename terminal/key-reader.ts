/**
 * Turns a terminal's bytes into keys, and discards the terminal's reports.
 *
 * Apart from keys, a terminal sends reports about the mouse, its colours or its name. The key parser of
 * Node.js knows only the sequences of keys, and mistakes parts of other sequences for typed characters.
 * Therefore this file passes only typed characters and complete sequences of keys to that parser.
 */

import { EventEmitter } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import type { Clock } from './clock.js';
import type { Key } from './prompts.js';

/**
 * How long the rest of a sequence may take, in milliseconds. If no further byte follows an escape within this
 * time, the escape is the Escape key.
 */
export const SEQUENCE_MS = 500;

/** Bytes that follow the start of an X10 mouse report: the button, the column and the row. */
const MOUSE_BYTES = 3;

/** The maximum number of bytes of a sequence that are kept. Sequences of keys are shorter. */
const MAX_KEY_BYTES = 16;

const BELL = 0x07;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const DELETE = 0x7f;
const BACKSLASH = 0x5c;
const FIRST_FINAL = 0x40;

/** The characters that, after an escape, begin a string report (OSC, DCS, APC, PM, SOS). */
const STRING_STARTS = ']P_^X';

/**
 * Matches the rest of a key's sequence after `ESC [`. It has at most two short parameters: the parser of
 * Node.js reads no more. Reports of the cursor (which end in R) and of the focus (which end in I or O) look
 * similar, but do not match.
 */
const KEY = /^(?:(?:(?:\d;)?\d)?[A-HPQSZa-e]|\d\d?(?:;\d)?[~^]|\d\d?\$|20[01]~|\[(?:[A-E]|[56]~))$/;

/**
 * Matches keys of rxvt that end in `$`, although `$` is not a final byte in the standard. A sequence with two
 * parameters that ends in `$` is a report.
 */
const ENDS_IN_DOLLAR = /^\d\d?\$$/;

type State = 'text' | 'escape' | 'control' | 'single' | 'mouse' | 'string' | 'string end';

export interface KeyReaderOptions {
  readonly onKey: (text: string | undefined, key: Key) => void;
  /** True inside a paste, where text that looks like a report is kept. */
  readonly isPasting: () => boolean;
  readonly clock: Clock;
  /** Wraps the callback of a timer. */
  readonly guard: (callback: () => void) => () => void;
}

/** Reads the keyboard. */
export class KeyReader {
  readonly #options: KeyReaderOptions;
  readonly #parser = new EventEmitter();
  readonly #onTimeout: () => void;
  #state: State = 'text';
  /** The first bytes of the current sequence: enough to recognize a key. */
  #sequence: number[] = [];
  #mouseBytesLeft = 0;
  /** Bytes for the parser of Node.js. */
  #keys: number[] = [];
  #cancelTimer = () => {};

  constructor(options: KeyReaderOptions) {
    this.#options = options;
    this.#onTimeout = options.guard(() => this.#giveUp());
    // The parser of Node.js uses only the events of the stream, so an emitter is enough.
    emitKeypressEvents(this.#parser as unknown as NodeJS.ReadableStream);
    this.#parser.on('keypress', options.onKey);
  }

  /** Reads bytes from the terminal. A sequence may be split between calls. */
  read(bytes: Uint8Array): void {
    for (const byte of bytes) this.#handle(byte);
    this.#flush();
  }

  /** Stops. Bytes that were already read produce no further keys. */
  close(): void {
    this.#parser.removeAllListeners();
    this.#end();
  }

  #handle(byte: number): void {
    switch (this.#state) {
      case 'text':
        if (byte === ESCAPE) this.#begin();
        else this.#keys.push(byte);
        return;
      case 'escape':
        return this.#handleAfterEscape(byte);
      case 'string':
        if (byte === ESCAPE) this.#state = 'string end';
        else if (byte === BELL) this.#end();
        else if (byte < SPACE) this.#interrupt(byte);
        return;
      case 'string end':
        if (byte === BACKSLASH) return this.#end();
        this.#begin();
        return this.#handle(byte);
    }
    // A control character ends any sequence. The user may have pressed Enter or Ctrl-C.
    if (byte < SPACE) this.#interrupt(byte);
    else if (this.#state === 'mouse') this.#handleInMouse();
    else if (byte >= DELETE) this.#interrupt(byte);
    else if (this.#state === 'single') this.#handleInSingle(byte);
    else this.#handleInControl(byte);
  }

  /** The byte after the escape determines the kind of the sequence. */
  #handleAfterEscape(byte: number): void {
    const start = String.fromCharCode(byte);
    // Some terminals send a second escape for Alt. Further escapes are ignored.
    if (byte !== ESCAPE || this.#sequence.length === 1) this.#sequence.push(byte);
    if (byte === ESCAPE) return;
    if (start === '[') this.#state = 'control';
    else if (start === 'O') this.#state = 'single';
    else if (STRING_STARTS.includes(start) && !this.#options.isPasting()) this.#state = 'string';
    else this.#pass();
  }

  /** Handles a byte of a CSI sequence, which has parameters and then a final byte. */
  #handleInControl(byte: number): void {
    if (this.#sequence.length < MAX_KEY_BYTES) this.#sequence.push(byte);
    const body = String.fromCharCode(...this.#sequence.slice(this.#sequence.lastIndexOf(ESCAPE) + 2));
    // For some keys, the Linux console sends `ESC [ [` and a letter.
    const isComplete = (byte >= FIRST_FINAL && body !== '[') || ENDS_IN_DOLLAR.test(body);
    if (!isComplete) return;
    if (KEY.test(body) || this.#options.isPasting()) return this.#pass();
    if (body !== 'M') return this.#end();
    this.#state = 'mouse';
    this.#mouseBytesLeft = MOUSE_BYTES;
  }

  /** Handles a byte of an SS3 sequence, which has an optional digit for the modifiers and then a letter. */
  #handleInSingle(byte: number): void {
    if (this.#sequence.length < MAX_KEY_BYTES) this.#sequence.push(byte);
    if (!/\d/.test(String.fromCharCode(byte))) this.#pass();
  }

  #handleInMouse(): void {
    this.#mouseBytesLeft -= 1;
    if (this.#mouseBytesLeft === 0) this.#end();
  }

  #begin(): void {
    this.#end();
    this.#state = 'escape';
    this.#sequence = [ESCAPE];
    this.#cancelTimer = this.#options.clock.callLater(this.#onTimeout, SEQUENCE_MS);
  }

  #pass(): void {
    this.#keys.push(...this.#sequence);
    this.#end();
    // Flushed at once, because this key may begin or end a paste.
    this.#flush();
  }

  #flush(): void {
    const keys = Buffer.from(this.#keys);
    this.#keys = [];
    if (keys.length > 0) this.#parser.emit('data', keys);
  }

  #interrupt(byte: number): void {
    this.#end();
    this.#handle(byte);
  }

  #end(): void {
    this.#cancelTimer();
    this.#state = 'text';
    this.#sequence = [];
  }

  /**
   * Called when the rest of a sequence has not come in time. A lone escape was the Escape key, with or
   * without Alt; other unfinished sequences are dropped.
   */
  #giveUp(): void {
    const isEscape = this.#state === 'escape';
    this.#end();
    if (isEscape) this.#options.onKey(undefined, { name: 'escape', sequence: '\u001b', meta: true });
  }
}
