/**
 * The effects of the console's statechart (machines/terminal/console-chart.ts). Each effect of the chart is a
 * method of the same name. The class owns the open prompt, the hidden line that takes keys, the drafts and
 * the pastes.
 */

import type { BareConsoleEvent, ConsoleEffect } from '../machines/terminal/console-setup.js';
import { toDisplayText } from '../protocol/display-text.js';
import type { Clock } from './clock.js';
import { isSamePrompt, type Prompt } from './console.js';
import type { Display } from './display.js';
import { Drafts } from './drafts.js';
import { History } from './input-history.js';
import { type Clipboard, LineEditor } from './line-editor.js';
import { linesOfPaste } from './paste.js';
import { PastedLines, previewOf, unsentLines } from './pasted-lines.js';
import { BELL, KeyPrompt, LinePrompt, type OpenPrompt } from './prompts.js';
import { type Input, type KeyInput, type PasteInput, TypeAhead } from './type-ahead.js';

/**
 * The quiet time, in milliseconds. A prompt that opens without an action of the user takes keys only after
 * this time without a key.
 */
export const QUIET_MS = 700;

/**
 * The user gets a hint after pressing a key too early. The hint names the keys of the prompt if there are at
 * most this many.
 */
const MAX_KEYS_NAMED = 2;

/** The chart's events, with additional data that only the effects need. */
export type ConsoleInput =
  | Exclude<
      BareConsoleEvent,
      { readonly type: 'prompt.asked' | 'key.pressed' | 'end.pressed' | 'paste.received' }
    >
  | { readonly type: 'prompt.asked'; readonly prompt: Prompt }
  | ({ readonly type: 'key.pressed'; readonly text: string | undefined } & Timed<KeyInput>)
  | ({ readonly type: 'end.pressed' } & Timed<KeyInput>)
  | ({ readonly type: 'paste.received'; readonly lineCount: number } & Timed<PasteInput>);

interface Timed<TInput extends Input> {
  readonly input: TInput;
  readonly atMs: number;
}

export interface ConsoleEffectsOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly display: Display;
  readonly clock: Clock;
  /** Steps the chart at once, so that keys after an answer do not go to the answered prompt. */
  readonly step: (input: ConsoleInput) => void;
  /** Handles an input that was typed ahead. */
  readonly deliver: (input: Input, atMs: number) => void;
  readonly onAnswer: (value: string) => void;
  readonly onInterrupt: () => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
  /** Called after every change of a line, to draw the line. */
  readonly onEdit: () => void;
  readonly onQuiet: () => void;
}

export class ConsoleEffects implements Readonly<Record<ConsoleEffect, (input: ConsoleInput) => void>> {
  readonly #options: ConsoleEffectsOptions;
  readonly #display: Display;
  readonly #ahead = new TypeAhead();
  readonly #drafts = new Drafts();
  readonly #pasted = new PastedLines();
  readonly #clipboard: Clipboard = { text: '' };
  readonly #messages = new History();
  readonly #ids = new History();
  /** The client's open prompt. */
  #open: OpenPrompt | undefined;
  /** The console's own question before a paste is sent. It is shown in place of the chat's prompt. */
  #question: KeyPrompt | undefined;
  /** The line that takes the keys although it is not on the screen. */
  #kept: LinePrompt | undefined;
  #cancelQuietTimer = () => {};
  /** True if the hint about a key that came too early was already shown in this quiet time. */
  #isKeyAskedAgain = false;

  constructor(options: ConsoleEffectsOptions) {
    this.#options = options;
    this.#display = options.display;
  }

  /** True if this prompt is the open one. */
  isOpen(prompt: Prompt): boolean {
    return isSamePrompt(prompt, this.#open?.prompt);
  }

  /** True if the line that takes the keys is not empty. */
  get hasText(): boolean {
    const line = this.#kept ?? this.#open;
    return line instanceof LinePrompt && !line.editor.isEmpty;
  }

  /** Whether typed-ahead input waits, and whether it is too old. */
  aheadAt(nowMs: number): 'none' | 'stale' | 'fresh' {
    return this.#ahead.freshness(nowMs);
  }

  // Type-ahead.

  typeAhead(input: ConsoleInput): void {
    if ('input' in input) this.#ahead.add(input.input, input.atMs);
  }

  deliverAhead(): void {
    for (const { input, atMs } of this.#ahead.drain(this.#options.clock.now()))
      this.#options.deliver(input, atMs);
  }

  deliverAllAhead(): void {
    for (const { input, atMs } of this.#drainAhead()) this.#options.deliver(input, atMs);
  }

  reportUnsentAhead(): void {
    const text = textOf(this.#drainAhead().map(({ input }) => input));
    if (text !== '') this.#display.print(unsentLines([text]));
  }

  dropAhead(): void {
    this.#drainAhead();
  }

  #drainAhead() {
    return this.#ahead.drain(this.#options.clock.now(), Number.POSITIVE_INFINITY);
  }

  // Prompts.

  openPrompt(input: ConsoleInput): void {
    if (input.type !== 'prompt.asked') return;
    const { prompt } = input;
    const { draft } = prompt;
    const editor = draft === undefined ? undefined : this.#drafts.restore(draft);
    this.#open =
      prompt.kind === 'key'
        ? this.#keyPrompt(prompt)
        : this.#linePrompt(
            prompt,
            editor ?? new LineEditor(prompt.isSecret ? { text: '' } : this.#clipboard),
          );
    this.#display.ask(this.#open);
  }

  closePrompt(): void {
    this.#open = undefined;
    this.#display.ask(undefined);
  }

  /** Closes the open prompt and passes on its answer. Messages and secrets do not stay on the screen. */
  deliverAnswer(input: ConsoleInput): void {
    const open = this.#open;
    if (input.type !== 'answer.given' || open === undefined) return;
    const { prompt } = open;
    const { value } = input;
    if (open instanceof LinePrompt && !prompt.isSecret) this.#historyOf(prompt).add(value);
    this.#open = undefined;
    const shown = open instanceof LinePrompt ? toDisplayText(value) : value.toUpperCase();
    this.#display.answered(prompt.isMessage || prompt.isSecret ? undefined : prompt.text + shown);
    this.#options.onAnswer(value);
  }

  interruptInput(): void {
    this.#options.onInterrupt();
  }

  endInput(): void {
    this.#options.onEnd();
  }

  // The hidden line that takes the keys.

  /**
   * Closes a line that is no longer asked for. A line with a draft name is kept as a draft. The text of any
   * other line is printed as not sent, unless it is secret. Unsent lines of a paste are printed, too.
   */
  interruptLine(): void {
    const line = this.#open ?? this.#kept;
    this.#question = undefined;
    if (this.#open !== undefined) this.closePrompt();
    const unsent = this.#pasted.drop();
    this.#kept = undefined;
    if (!(line instanceof LinePrompt) || line.prompt.isSecret) return;
    const { draft } = line.prompt;
    if (draft !== undefined) {
      this.#drafts.keep(draft, line.editor);
      this.#kept = line;
    } else if (!line.editor.isEmpty) unsent.push(line.typed);
    if (unsent.length > 0) this.#display.print(unsentLines(unsent));
  }

  forgetLine(): void {
    this.#kept = undefined;
  }

  /** Hides the line until it is asked for again. */
  setLineAside(): void {
    if (this.#open instanceof LinePrompt) this.#kept = this.#open;
    this.closePrompt();
  }

  reopenLine(input: ConsoleInput): void {
    if (input.type !== 'prompt.asked' || this.#kept === undefined) return;
    this.#open = this.#linePrompt(input.prompt, this.#kept.editor);
    this.#kept = undefined;
    this.#display.ask(this.#open);
  }

  // Keys and pastes.

  pressShown(input: ConsoleInput): void {
    this.#press(this.#question ?? this.#open, input);
  }

  pressKept(input: ConsoleInput): void {
    this.#press(this.#kept, input);
  }

  insertShown(input: ConsoleInput): void {
    insert(this.#open, input);
  }

  insertKept(input: ConsoleInput): void {
    insert(this.#kept, input);
  }

  /** Cuts the whole line, so that Ctrl-Y can put it back. */
  clearLine(): void {
    const line = this.#kept ?? this.#open;
    if (line instanceof LinePrompt) line.cancel();
  }

  ringBell(): void {
    this.#options.stdout.write(BELL);
  }

  /** Shows the hint once per quiet time, because a key that is held down repeats many times a second. */
  askForKeyAgain(): void {
    this.ringBell();
    if (this.#isKeyAskedAgain || this.#open === undefined) return;
    this.#isKeyAskedAgain = true;
    const keys = [...(this.#open.prompt.keys ?? '')];
    this.#display.print([`Press ${keys.length > MAX_KEYS_NAMED ? 'the key' : keys.join(' or ')} again.`]);
  }

  #press(prompt: OpenPrompt | undefined, input: ConsoleInput): void {
    if (input.type !== 'key.pressed' && input.type !== 'end.pressed') return;
    const { text, key } = input.input;
    prompt?.keypress(text, key).catch(this.#options.onError);
  }

  // Pastes of several lines.

  askAboutPaste(input: ConsoleInput): void {
    if (input.type !== 'paste.received') return;
    const lines = linesOfPaste(input.input.text);
    this.#pasted.set(lines);
    const preview = previewOf(lines);
    this.#display.print(preview);
    this.#question = this.#keyPrompt({
      text: `Send these ${lines.length} lines (y/n)? `,
      kind: 'key',
      keys: 'yn',
      lead: preview,
    });
    this.#display.ask(this.#question);
  }

  agreeToPaste(input: ConsoleInput): void {
    const question = this.#question;
    this.#question = undefined;
    if (input.type === 'answer.given' && question !== undefined)
      this.#display.answered(question.prompt.text + input.value.toUpperCase());
  }

  refusePaste(input: ConsoleInput): void {
    this.agreeToPaste(input);
    this.#display.print([`(The ${this.#pasted.drop().length} pasted lines were not sent.)`]);
    this.#display.ask(this.#open);
  }

  sendLine(): void {
    const line = this.#pasted.shift();
    if (line !== undefined) this.#options.onAnswer(line);
  }

  reportUnsentPaste(): void {
    this.#display.print(unsentLines(this.#pasted.drop()));
  }

  // The quiet time.

  startQuietTimer(): void {
    this.#cancelQuietTimer();
    this.#cancelQuietTimer = this.#options.clock.callLater(this.#options.onQuiet, QUIET_MS);
  }

  stopQuietTimer(): void {
    this.#isKeyAskedAgain = false;
    this.#cancelQuietTimer();
  }

  #keyPrompt(prompt: Prompt): KeyPrompt {
    return new KeyPrompt({ prompt, stdout: this.#options.stdout, onAnswer: this.#onAnswer });
  }

  #linePrompt(prompt: Prompt, editor: LineEditor): LinePrompt {
    const { stdout, onEdit } = this.#options;
    const history = this.#historyOf(prompt).walk();
    return new LinePrompt({ prompt, editor, stdout, history, onEdit, onAnswer: this.#onAnswer });
  }

  #historyOf({ isMessage, isSecret }: Prompt): History {
    if (isSecret) return new History();
    return isMessage ? this.#messages : this.#ids;
  }

  readonly #onAnswer = (value: string) => this.#options.step({ type: 'answer.given', value });
}

/** Inserts a paste into a line. A paste never sends the line. */
function insert(line: OpenPrompt | undefined, input: ConsoleInput): void {
  if (input.type === 'paste.received' && line instanceof LinePrompt)
    line.insert(linesOfPaste(input.input.text).join(' '));
}

/** The text of all inputs, in one line. */
function textOf(inputs: readonly Input[]): string {
  const texts = inputs.map((input) => {
    if (input.kind === 'paste') return linesOfPaste(input.text).join(' ');
    return input.key.ctrl || input.key.meta ? '' : (input.text ?? '');
  });
  return texts
    .join('')
    .replace(/[\r\n]+/g, ' ')
    .trim();
}
