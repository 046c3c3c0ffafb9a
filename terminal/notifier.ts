/**
 * Notifies a user who does not look at the screen: by the bell, or by a notification of the terminal (OSC 9).
 * The notifier does not notify a user who is typing, and limits the rate of notices.
 */

import { toDisplayText } from '../protocol/display-text.js';
import type { Clock } from './clock.js';
import type { NotifyMode } from './console.js';

/**
 * The shortest time between two notices, in milliseconds. All messages that arrive during this time share one
 * notice at its end.
 */
export const NOTICE_PAUSE_MS = 5_000;

/** For this time, in milliseconds, after a key press the user counts as present and gets no notice. */
export const ATTENTION_MS = 10_000;

/** The maximum number of characters of a notification. */
export const MAX_NOTICE_CHARACTERS = 200;

const BELL = '\u0007';

export interface NotifierOptions {
  readonly mode: NotifyMode;
  /** True if a notice does not show the text of the message. */
  readonly isPrivate: boolean;
  readonly write: (codes: string) => void;
  readonly clock: Clock;
  /** Wraps the callback of a timer. */
  readonly guard: (callback: () => void) => () => void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #onPauseOver: () => void;
  /** Cancels the pause after a notice; `undefined` outside of a pause. */
  #cancelPause: (() => void) | undefined;
  /** The number of notices held back in the pause. */
  #held = 0;
  #keyAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#onPauseOver = options.guard(() => this.#resume());
  }

  /** Call this when the user presses a key. */
  keyPressed(): void {
    this.#keyAtMs = this.#options.clock.now();
    this.#held = 0;
  }

  /** Gives a notice now. During a pause, only counts it: a notice at the end of the pause gives the count. */
  notify(text: string): void {
    if (this.#options.mode === 'off' || this.#isAttended) return;
    if (this.#cancelPause === undefined) this.#give(this.#options.isPrivate ? 'New message' : text);
    else this.#held += 1;
  }

  close(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  get #isAttended(): boolean {
    return this.#options.clock.now() - this.#keyAtMs < ATTENTION_MS;
  }

  #resume(): void {
    this.#cancelPause = undefined;
    const count = this.#held;
    this.#held = 0;
    if (count > 0) this.#give(count === 1 ? '1 message' : `${count} messages`);
  }

  #give(text: string): void {
    const { clock, mode, write } = this.#options;
    write(mode === 'bell' ? BELL : `\u001b]9;${noticeText(text)}${BELL}`);
    this.#cancelPause = clock.callLater(this.#onPauseOver, NOTICE_PAUSE_MS);
  }
}

/** Text that a terminal cannot read as a command. */
function noticeText(text: string): string {
  // Some terminals read a number and a semicolon as a command, such as the command for a progress bar.
  const plain = toDisplayText(text).replace(/^(?=\d+;)/, ' ');
  return Array.from(plain).slice(0, MAX_NOTICE_CHARACTERS).join('');
}
