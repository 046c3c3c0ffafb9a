/**
 * Makes keys of a terminal's bytes, and of nothing else that a terminal sends.
 *
 * A terminal also reports: the mouse, its colours, its name. Node's parser knows the sequences of keys,
 * and takes the rest of any other sequence for typed characters. So it is given whole sequences of keys
 * alone.
 */

import { EventEmitter } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import type { Clock } from './clock.js';
import type { Key } from './prompts.js';

/** How long the rest of a sequence may take, in milliseconds: an escape that stays alone is a key. */
export const SEQUENCE_MS = 500;

/** Bytes that follow a mouse report of the oldest kind: the button, the column and the row. */
const MOUSE_BYTES = 3;

/** Bytes of a sequence that are looked at; that of a key has fewer. */
const MAX_KEY_BYTES = 16;

const BELL = 0x07;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const DELETE = 0x7f;
const BACKSLASH = 0x5c;
const FIRST_FINAL = 0x40;

/** What begins a string that a terminal reports (OSC, DCS, APC, PM, SOS), after the escape. */
const STRING_STARTS = ']P_^X';

/**
 * What a key sends after `ESC [`: at most two parameters of few digits, as far as Node's parser reads.
 * Reports of the cursor and of the focus look similar, and end in R, I and O.
 */
const KEY = /^(?:(?:(?:\d;)?\d)?[A-HPQSZa-e]|\d\d?(?:;\d)?[~^]|\d\d?\$|20[01]~|\[(?:[A-E]|[56]~))$/;

/** The `$` of rxvt's keys is no final byte by the standard; after a second parameter, it is part of a report. */
const ENDS_IN_DOLLAR = /^\d\d?\$$/;

type State = 'text' | 'escape' | 'control' | 'single' | 'mouse' | 'string' | 'string end';

export interface KeyReaderOptions {
  readonly onKey: (text: string | undefined, key: Key) => void;
  /** True inside a paste: its text keeps what looks like a report. */
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
  /** The bytes of the sequence so far, where it may be that of a key. */
  #sequence: number[] = [];
  #mouseBytesLeft = 0;
  /** What goes to Node's parser. */
  #keys: number[] = [];
  #cancelTimer = () => {};

  constructor(options: KeyReaderOptions) {
    this.#options = options;
    this.#onTimeout = options.guard(() => this.#giveUp());
    // Node's parser asks a stream for its events alone.
    emitKeypressEvents(this.#parser as unknown as NodeJS.ReadableStream);
    this.#parser.on('keypress', options.onKey);
  }

  /** Takes what the terminal sent; a sequence may be split anywhere. */
  read(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
    this.#flush();
  }

  /** Makes no more keys, not even of what was read already. */
  close(): void {
    this.#parser.removeAllListeners();
    this.#end();
  }

  #take(byte: number): void {
    switch (this.#state) {
      case 'text':
        if (byte === ESCAPE) this.#begin();
        else this.#keys.push(byte);
        return;
      case 'escape':
        return this.#takeAfterEscape(byte);
      case 'string':
        if (byte === ESCAPE) this.#state = 'string end';
        else if (byte === BELL) this.#end();
        else if (byte < SPACE) this.#interrupt(byte);
        return;
      case 'string end':
        if (byte === BACKSLASH) return this.#end();
        this.#begin();
        return this.#take(byte);
    }
    // No sequence goes on after a control character. The user may have pressed Enter or Ctrl-C.
    if (byte < SPACE) this.#interrupt(byte);
    else if (this.#state === 'mouse') this.#takeOfMouse();
    else if (byte >= DELETE) this.#interrupt(byte);
    else if (this.#state === 'single') this.#takeOfSingle(byte);
    else this.#takeOfControl(byte);
  }

  /** What follows the escape tells the kind of the sequence. */
  #takeAfterEscape(byte: number): void {
    const start = String.fromCharCode(byte);
    // Some terminals send a second escape for Alt. More of them mean no more.
    if (byte !== ESCAPE || this.#sequence.length === 1) this.#sequence.push(byte);
    if (byte === ESCAPE) return;
    if (start === '[') this.#state = 'control';
    else if (start === 'O') this.#state = 'single';
    else if (STRING_STARTS.includes(start) && !this.#options.isPasting()) this.#state = 'string';
    else this.#pass();
  }

  /** CSI: parameters, then a final byte. */
  #takeOfControl(byte: number): void {
    if (this.#sequence.length < MAX_KEY_BYTES) this.#sequence.push(byte);
    const body = String.fromCharCode(...this.#sequence.slice(this.#sequence.lastIndexOf(ESCAPE) + 2));
    // The Linux console sends `ESC [ [` and a letter.
    const isComplete = (byte >= FIRST_FINAL && body !== '[') || ENDS_IN_DOLLAR.test(body);
    if (!isComplete) return;
    if (KEY.test(body) || this.#options.isPasting()) return this.#pass();
    if (body !== 'M') return this.#end();
    this.#state = 'mouse';
    this.#mouseBytesLeft = MOUSE_BYTES;
  }

  /** SS3: perhaps a digit for the modifiers, then a letter. */
  #takeOfSingle(byte: number): void {
    if (this.#sequence.length < MAX_KEY_BYTES) this.#sequence.push(byte);
    if (!/\d/.test(String.fromCharCode(byte))) this.#pass();
  }

  #takeOfMouse(): void {
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
    // It may begin or end a paste.
    this.#flush();
  }

  #flush(): void {
    const keys = Buffer.from(this.#keys);
    this.#keys = [];
    if (keys.length > 0) this.#parser.emit('data', keys);
  }

  #interrupt(byte: number): void {
    this.#end();
    this.#take(byte);
  }

  #end(): void {
    this.#cancelTimer();
    this.#state = 'text';
    this.#sequence = [];
  }

  /** The rest did not come: it was a key, alone or with Alt. */
  #giveUp(): void {
    const isEscape = this.#state === 'escape';
    this.#end();
    if (isEscape) this.#options.onKey(undefined, { name: 'escape', sequence: '\u001b', meta: true });
  }
}
