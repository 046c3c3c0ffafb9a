/**
 * What the terminal's actor needs of a console, plain or interactive.
 */

import { isDeepStrictEqual } from 'node:util';
import type { ShownMessage } from '../machines/client/notices.js';
import type { DisplayText } from '../protocol/display-text.js';
import { MAX_MESSAGE_BYTES } from '../protocol/message.js';
import type { Clock } from './clock.js';

/** A question to the user, open until it is answered or another takes its place. */
export interface Prompt {
  readonly text: string;
  /** `key`: one of `keys` is an answer by itself, where there are keys. `line`: a line of text. */
  readonly kind: 'key' | 'line';
  readonly keys?: string;
  /** Under this name, text not yet sent off survives an interruption. Without it, it is dropped. */
  readonly draft?: string;
  /** Lines that say what it asks about, for a screen from which what was printed before was cleared. */
  readonly lead?: readonly string[];
  /** True where the status lines stand above the question, kept up to date. */
  readonly hasStatus?: boolean;
  /** True where it comes up whatever the user is doing: what was being typed is no answer to it. */
  readonly isSudden?: boolean;
  /**
   * True for the lines of a chat: an answer shows as a message once it is sent, and a paste may have several
   * lines.
   */
  readonly isMessage?: boolean;
}

export interface Console {
  /** Prints whole lines; an open prompt is shown again below them. */
  print(lines: readonly string[]): void;
  /** Prints a message of a chat, in the console's own form. */
  show(message: ShownMessage): void;
  /** What stands above prompts that have a status, from now on. */
  setStatus(lines: readonly string[]): void;
  /** Has the user hear of something, where the console can and the user wants it. */
  notify(text: DisplayText): void;
  /** Asks. A prompt that is open gives way; the same prompt again changes nothing. */
  ask(prompt: Prompt): void;
  /** Takes back what is being asked. */
  dropPrompt(): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** True for the same question, which stays open where it is asked again. */
export function isSamePrompt(one: Prompt, other: Prompt | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** Told of what the user does. */
export interface ConsoleListener {
  /** The open prompt was answered, and is closed. */
  onAnswer(value: string): void;
  /** The user pressed Ctrl-C on an empty line: what is going on is to be left. */
  onInterrupt(): void;
  /** There is no more input for the open prompt; or the user pressed Ctrl-C twice. */
  onEnd(): void;
  /** The user pressed a key or entered a line, for whatever. */
  onActivity(): void;
  /** There will be no more input, and no prompt is open. */
  onExhausted(): void;
  onError(error: unknown): void;
  /** Wraps a callback of a stream, a timer or a signal: what it throws goes to `onError`. */
  guard<TArgs extends unknown[]>(callback: (...args: TArgs) => void): (...args: TArgs) => void;
}

/** Most bytes of a line typed: a character more than a message may have, so that too long is seen. */
export const MAX_LINE_BYTES = MAX_MESSAGE_BYTES + 4;

/** Where a console reads and writes. */
export interface ConsoleStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/**
 * How a console has its user hear of things: not at all, by the terminal's bell, or as a notification (OSC
 * 9).
 */
export type NotifyMode = 'off' | 'bell' | 'osc';

export interface ConsoleOptions extends ConsoleStreams {
  readonly notify: NotifyMode;
  /** True where notifications say that something came, but not what. */
  readonly notifyPrivate: boolean;
  /** False for a screen without colours. */
  readonly hasColor: boolean;
  /** The system's clock by default. */
  readonly clock?: Clock;
}

/** Lets a stream fail without a word from now on; one listener is enough, however many consoles it had. */
export function ignoreErrors(stream: NodeJS.WriteStream): void {
  stream.off('error', ignore).on('error', ignore);
}

function ignore(): void {}
