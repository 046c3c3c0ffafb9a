/**
 * The interface of a console, plain or interactive, for the terminal's actor.
 */

import { isDeepStrictEqual } from 'node:util';
import type { ShownMessage } from '../machines/client/notices.js';
import type { DisplayText } from '../protocol/display-text.js';
import { MAX_MESSAGE_BYTES } from '../protocol/message.js';
import type { Clock } from './clock.js';

/** A question to the user. It is open until it is answered or dropped, or until another question opens. */
export interface Prompt {
  readonly text: string;
  /** `key`: the user answers by pressing one of `keys`. `line`: the user answers with a line of text. */
  readonly kind: 'key' | 'line';
  readonly keys?: string;
  /** The name under which typed text is kept during an interruption. Without a name, the text is not kept. */
  readonly draft?: string;
  /** Lines that say what the question is about. They are printed again when the screen is cleared. */
  readonly lead?: readonly string[];
  /** Lines above the question that are erased with it, and that are not kept for a repaint. */
  readonly above?: readonly string[];
  /** True if the answer is a secret: it is not kept, and not left on the screen. */
  readonly isSecret?: boolean;
  /** True if the status lines are shown above the question and kept up to date. */
  readonly hasStatus?: boolean;
  /**
   * True if the prompt opens without an action of the user: keys that were meant for something else must not
   * answer the prompt.
   */
  readonly isSudden?: boolean;
  /**
   * True if the answer is a message of a chat. The answer is shown as a message after it was sent. A paste
   * may have several lines.
   */
  readonly isMessage?: boolean;
}

export interface Console {
  /** Prints whole lines; an open prompt is shown again below them. */
  print(lines: readonly string[]): void;
  /** Prints a message of a chat, in the console's own form. */
  show(message: ShownMessage): void;
  /** Sets the status: the lines above each prompt that shows a status. */
  setStatus(lines: readonly string[]): void;
  /** Notifies the user, if the console can do that and the user wants it. */
  notify(text: DisplayText): void;
  /** Opens a prompt, which replaces an open one. Does nothing if the same prompt is open. */
  ask(prompt: Prompt): void;
  /** Closes the open prompt without an answer. */
  dropPrompt(): void;
  /** Restores the terminal and stops. */
  close(): void;
}

/** True for equal prompts. If the open prompt is asked again, it stays open. */
export function isSamePrompt(one: Prompt, other: Prompt | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** Receives the actions of the user, and the end of the input. */
export interface ConsoleListener {
  /** The open prompt was answered, and is closed. */
  onAnswer(value: string): void;
  /** The user pressed Ctrl-C and had no text typed, for example to leave a chat or to refuse a call. */
  onInterrupt(): void;
  /**
   * The input has ended without an answer to the open prompt, or the output is gone. On a terminal, also: the
   * user pressed Ctrl-D and had no text typed, or pressed Ctrl-C twice.
   */
  onEnd(): void;
  /** The user pressed a key or entered a line. */
  onActivity(): void;
  /** The input has ended, and no prompt is open. */
  onExhausted(): void;
  onError(error: unknown): void;
  /** Wraps a callback of a stream, a timer or a signal. Exceptions of the callback go to `onError`. */
  guard<TArgs extends unknown[]>(callback: (...args: TArgs) => void): (...args: TArgs) => void;
}

/**
 * The maximum number of bytes of a typed line. The line has room for one character more than a message, so
 * that the client notices if a line is too long for a message.
 */
export const MAX_LINE_BYTES = MAX_MESSAGE_BYTES + 4;

/** The streams of a console. */
export interface ConsoleStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/**
 * How a console notifies its user: not at all, by the terminal's bell, or by a notification of the terminal
 * (OSC 9).
 */
export type NotifyMode = 'off' | 'bell' | 'osc';

export interface ConsoleOptions extends ConsoleStreams {
  readonly notify: NotifyMode;
  /** True if notifications do not show the text of messages. */
  readonly notifyPrivate: boolean;
  /** False for a screen without colours. */
  readonly hasColor: boolean;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

/** Ignores all errors of a stream from now on. A second call adds no second listener. */
export function ignoreErrors(stream: NodeJS.WriteStream): void {
  stream.off('error', ignore).on('error', ignore);
}

function ignore(): void {}
