/**
 * The console on a terminal: the prompt at the bottom of the screen, everything else above it.
 *
 * The terminal is in raw mode from open to close. A statechart (machines/terminal/console-chart.ts) decides
 * which prompt takes a key, and what happens to typed text. This class sends events to the statechart, and
 * runs the effects that the statechart returns.
 */

import type { ShownMessage } from '../machines/client/notices.js';
import { stepsOf } from '../machines/steps.js';
import { consoleMachine } from '../machines/terminal/console-chart.js';
import type { ConsoleEffect } from '../machines/terminal/console-setup.js';
import type { DisplayText } from '../protocol/display-text.js';
import { type Clock, systemClock } from './clock.js';
import {
  type Console,
  type ConsoleListener,
  type ConsoleOptions,
  ignoreErrors,
  type Prompt,
} from './console.js';
import { ConsoleEffects, type ConsoleInput, QUIET_MS } from './console-effects.js';
import { Display } from './display.js';
import { KeyReader } from './key-reader.js';
import { MessageLines } from './message-lines.js';
import { Notifier } from './notifier.js';
import { linesOfPaste, MAX_PASTE_BYTES, PasteReader } from './paste.js';
import type { Key } from './prompts.js';
import { openTerminalModes, type TerminalModes } from './terminal-modes.js';
import type { Input } from './type-ahead.js';

/** The shortest time between two reports that the user is active, in milliseconds. */
const ACTIVITY_PAUSE_MS = 1_000;

/** The time within which a second Ctrl-C ends the program, in milliseconds. */
const INTERRUPT_AGAIN_MS = 1_000;

const steps = stepsOf(consoleMachine);

/** Opens the interactive console. */
export function openInteractiveConsole(options: ConsoleOptions, listener: ConsoleListener): Console {
  return new InteractiveConsole(options, listener);
}

class InteractiveConsole implements Console {
  readonly #stdin: NodeJS.ReadStream;
  readonly #stdout: NodeJS.WriteStream;
  readonly #listener: ConsoleListener;
  readonly #clock: Clock;
  readonly #display: Display;
  readonly #modes: TerminalModes;
  readonly #notifier: Notifier;
  readonly #pasteReader: PasteReader;
  readonly #effects: ConsoleEffects;
  readonly #keys: KeyReader;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #onResize: () => void;
  readonly #onDraw: () => void;
  /** The chart's current snapshot. */
  #state = steps.first;
  /**
   * Tasks that wait for the end of the current task. For example, the listener may ask the next question
   * while it handles an answer.
   */
  readonly #tasks: (() => void)[] = [];
  #isBusy = false;
  #keyAtMs = Number.NEGATIVE_INFINITY;
  #interruptAtMs = Number.NEGATIVE_INFINITY;
  #activeAtMs = Number.NEGATIVE_INFINITY;
  #drawing: NodeJS.Immediate | undefined;

  constructor(options: ConsoleOptions, listener: ConsoleListener) {
    const { stdin, stdout, hasColor, clock = systemClock } = options;
    const { guard, onAnswer, onInterrupt, onEnd, onError } = listener;
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#listener = listener;
    this.#clock = clock;
    this.#display = new Display(stdout, new MessageLines({ hasColor, startedAtMs: Date.now() }));
    this.#notifier = new Notifier({
      mode: options.notify,
      isPrivate: options.notifyPrivate,
      write: (codes) => stdout.write(codes),
      clock,
      guard,
    });
    this.#effects = new ConsoleEffects({
      stdout,
      display: this.#display,
      clock,
      step: (input) => this.#step(input),
      deliver: (input, atMs) => this.#deliver(input, atMs),
      onAnswer: (value) => onAnswer(value),
      onInterrupt: () => onInterrupt(),
      onEnd: () => onEnd(),
      onError: (error) => onError(error),
      onEdit: () => {
        this.#drawing ??= setImmediate(this.#onDraw);
      },
      onQuiet: guard(() => this.#dispatch({ type: 'quiet.passed' })),
    });
    this.#pasteReader = new PasteReader({ onPaste: (text) => this.#onPaste(text), guard });
    this.#modes = openTerminalModes({
      stdin,
      stdout,
      onStop: () => this.#display.erase(),
      onContinue: () => this.#display.drawBelow(),
      guard,
    });
    this.#keys = new KeyReader({
      onKey: guard((text, key) => this.#receive(text, key)),
      isPasting: () => this.#pasteReader.isPasting,
      clock,
      guard,
    });
    this.#onBytes = guard((bytes) => this.#keys.read(bytes));
    this.#onResize = guard(() => this.#display.resized());
    this.#onDraw = guard(() => {
      this.#drawing = undefined;
      this.#display.draw();
    });
    stdin.on('data', this.#onBytes).on('end', listener.onEnd).on('error', listener.onError);
    stdout.on('resize', this.#onResize).on('error', listener.onEnd);
    stdin.resume();
  }

  print(lines: readonly string[]): void {
    this.#display.print(lines);
  }

  show(message: ShownMessage): void {
    if (message.isOwn) this.#dispatch({ type: 'line.sent' });
    this.#display.show(message);
  }

  setStatus(lines: readonly string[]): void {
    this.#display.setStatus(lines);
  }

  notify(text: DisplayText): void {
    this.#notifier.notify(text);
  }

  ask(prompt: Prompt): void {
    this.#run(() => {
      if (this.#effects.isOpen(prompt)) return this.#step({ type: 'prompt.repeated' });
      this.#step({ type: 'prompt.dropped' });
      this.#step({ type: 'prompt.asked', prompt });
    });
  }

  dropPrompt(): void {
    this.#dispatch({ type: 'prompt.dropped' });
  }

  close(): void {
    clearImmediate(this.#drawing);
    this.#notifier.close();
    this.#pasteReader.close();
    this.#keys.close();
    // This step is not queued, even if an effect closes the console. Queued tasks have no effect afterwards.
    this.#step({ type: 'console.closed' });
    this.#display.erase();
    this.#modes.close();
    const { onEnd, onError } = this.#listener;
    this.#stdin.off('data', this.#onBytes).off('end', onEnd).off('error', onError);
    // A write that has not ended can fail after the console is closed.
    ignoreErrors(this.#stdout.off('resize', this.#onResize).off('error', onEnd));
    this.#stdin.pause();
  }

  // Input.

  #receive(text: string | undefined, key: Key): void {
    this.#keyAtMs = this.#clock.now();
    this.#notifier.keyPressed();
    if (this.#keyAtMs - this.#activeAtMs >= ACTIVITY_PAUSE_MS) {
      this.#activeAtMs = this.#keyAtMs;
      this.#listener.onActivity();
    }
    if (!this.#pasteReader.handle(key)) this.#deliver({ kind: 'key', text, key }, this.#keyAtMs);
  }

  #onPaste(text: string | undefined): void {
    if (text !== undefined) this.#deliver({ kind: 'paste', text }, this.#clock.now());
    else this.#display.print([`(Not pasted: it is longer than ${MAX_PASTE_BYTES / 1024 ** 2} MiB.)`]);
  }

  /** Dispatches an input to the chart. Ctrl-Z and Ctrl-L do not depend on the chart's state. */
  #deliver(input: Input, atMs: number): void {
    if (input.kind === 'paste') {
      const lineCount = linesOfPaste(input.text).length;
      return this.#dispatch({ type: 'paste.received', lineCount, input, atMs });
    }
    const { ctrl, name } = input.key;
    if (ctrl && name === 'z') this.#modes.stop();
    else if (ctrl && name === 'l') this.#display.clear();
    else if (ctrl && name === 'c') this.#interrupt();
    else if (ctrl && name === 'd') this.#dispatch({ type: 'end.pressed', input, atMs });
    else this.#dispatch({ type: 'key.pressed', text: input.text, input, atMs });
  }

  #interrupt(): void {
    const nowMs = this.#clock.now();
    const isAgain = nowMs - this.#interruptAtMs < INTERRUPT_AGAIN_MS;
    this.#interruptAtMs = nowMs;
    this.#dispatch({ type: 'interrupt.pressed', isAgain });
  }

  // The chart.

  #dispatch(input: ConsoleInput): void {
    this.#run(() => this.#step(input));
  }

  /** Runs a task now, or after the current task and all waiting tasks. */
  #run(task: () => void): void {
    this.#tasks.push(task);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#tasks.shift(); next !== undefined; next = this.#tasks.shift()) next();
    } finally {
      this.#isBusy = false;
    }
  }

  #step(input: ConsoleInput): void {
    const nowMs = this.#clock.now();
    const [next, effects] = steps.step(this.#state, {
      ...input,
      hasText: this.#effects.hasText,
      isTyping: nowMs - this.#keyAtMs < QUIET_MS,
      ahead: this.#effects.aheadAt(nowMs),
    });
    this.#state = next;
    for (const effect of effects) this.#effects[effect as ConsoleEffect](input);
  }
}
