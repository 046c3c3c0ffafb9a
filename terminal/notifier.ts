/**
 * Has a user hear of something who does not look at the screen: by the bell, or by a notification
 * of the terminal's (OSC 9). Never for somebody who is typing, and never in storms.
 */

import { toDisplayText } from '../protocol/display-text.js';
import type { Clock } from './clock.js';
import type { NotifyMode } from './console.js';

/** Least time between two notices, in milliseconds; what comes meanwhile is one notice at its end. */
export const NOTICE_PAUSE_MS = 5_000;

/** For so long after a key, in milliseconds, the user is at the screen, and needs no notice. */
export const ATTENTION_MS = 10_000;

/** Most characters of a notification. */
export const MAX_NOTICE_CHARACTERS = 200;

const BELL = '\u0007';

export interface NotifierOptions {
  readonly mode: NotifyMode;
  /** True where a notice does not say what came. */
  readonly isPrivate: boolean;
  readonly write: (codes: string) => void;
  readonly clock: Clock;
  /** Wraps the callback of a timer. */
  readonly guard: (callback: () => void) => () => void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #onPauseOver: () => void;
  /** Ends the pause early; `undefined` while there is none. */
  #cancelPause: (() => void) | undefined;
  /** How many came while it paused. */
  #held = 0;
  #keyAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#onPauseOver = options.guard(() => this.#resume());
  }

  /** Takes note that the user pressed a key. */
  keyPressed(): void {
    this.#keyAtMs = this.#options.clock.now();
    this.#held = 0;
  }

  /** Gives notice, now or together with others. */
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

/** Text that is nothing but text to a terminal. */
function noticeText(text: string): string {
  // Some terminals take a number and a semicolon for a command: a bar of progress, say.
  const plain = toDisplayText(text).replace(/^(?=\d+;)/, ' ');
  return Array.from(plain).slice(0, MAX_NOTICE_CHARACTERS).join('');
}
