/**
 * The effects of the console's statechart (machines/terminal/console-chart.ts), each under the name that
 * the chart uses. Owns what is typed into: the open prompt, the line off the screen, drafts and pastes.
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

/** How long no key must come, in milliseconds, before keys count for a prompt that came up by itself. */
export const QUIET_MS = 700;

/** Most keys of a prompt that are named where one of them came too early. */
const MAX_KEYS_NAMED = 2;

/** What the chart is told, with what it need not know of it. */
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
  /** Tells the chart at once: what was typed after an answer is not for the same prompt. */
  readonly step: (input: ConsoleInput) => void;
  /** Takes an input that was typed ahead. */
  readonly deliver: (input: Input, atMs: number) => void;
  readonly onAnswer: (value: string) => void;
  readonly onInterrupt: () => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
  /** Told of every change of a line, so that it is drawn. */
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
  /** What the client asks. */
  #open: OpenPrompt | undefined;
  /** What the console itself asks before a paste is sent, in front of the prompt of the chat. */
  #question: KeyPrompt | undefined;
  /** The line that takes the keys off the screen, while the chart has one do so. */
  #kept: LinePrompt | undefined;
  #cancelQuietTimer = () => {};
  /** True once the user was told, in this quiet time, that a key came too early. */
  #isKeyAskedAgain = false;

  constructor(options: ConsoleEffectsOptions) {
    this.#options = options;
    this.#display = options.display;
  }

  /** True where this is what the client asks at the moment. */
  isOpen(prompt: Prompt): boolean {
    return isSamePrompt(prompt, this.#open?.prompt);
  }

  /** True where the line that takes the keys is not empty. */
  get hasText(): boolean {
    const line = this.#kept ?? this.#open;
    return line instanceof LinePrompt && !line.editor.isEmpty;
  }

  /** What waits of that which was typed ahead. */
  aheadAt(nowMs: number): 'none' | 'stale' | 'fresh' {
    return this.#ahead.freshness(nowMs);
  }

  // Type-ahead.

  typeAhead(input: ConsoleInput): void {
    if ('input' in input) this.#ahead.add(input.input, input.atMs);
  }

  deliverAhead(): void {
    for (const { input, atMs } of this.#ahead.take(this.#options.clock.now()))
      this.#options.deliver(input, atMs);
  }

  deliverAllAhead(): void {
    for (const { input, atMs } of this.#takeAllAhead()) this.#options.deliver(input, atMs);
  }

  reportUnsentAhead(): void {
    const text = textOf(this.#takeAllAhead().map(({ input }) => input));
    if (text !== '') this.#display.print(unsentLines([text]));
  }

  dropAhead(): void {
    this.#takeAllAhead();
  }

  #takeAllAhead() {
    return this.#ahead.take(this.#options.clock.now(), Number.POSITIVE_INFINITY);
  }

  // Prompts.

  openPrompt(input: ConsoleInput): void {
    if (input.type !== 'prompt.asked') return;
    const { prompt } = input;
    const { draft } = prompt;
    const editor = draft === undefined ? undefined : this.#drafts.take(draft);
    this.#open =
      prompt.kind === 'key'
        ? this.#keyPrompt(prompt)
        : this.#linePrompt(prompt, editor ?? new LineEditor(this.#clipboard));
    this.#display.ask(this.#open);
  }

  closePrompt(): void {
    this.#open = undefined;
    this.#display.ask(undefined);
  }

  /** Closes the open prompt. An id stays on the screen with its question, a message does not. */
  deliverAnswer(input: ConsoleInput): void {
    const open = this.#open;
    if (input.type !== 'answer.given' || open === undefined) return;
    const { prompt } = open;
    const { value } = input;
    if (open instanceof LinePrompt) this.#historyOf(prompt).add(value);
    this.#open = undefined;
    const shown = open instanceof LinePrompt ? toDisplayText(value) : value.toUpperCase();
    this.#display.answered(prompt.isMessage ? undefined : prompt.text + shown);
    this.#options.onAnswer(value);
  }

  interruptInput(): void {
    this.#options.onInterrupt();
  }

  endInput(): void {
    this.#options.onEnd();
  }

  // The line that is off the screen and takes the keys.

  /** The line is no longer asked for: it is kept as a draft, or what was typed is told as unsent. */
  interruptLine(): void {
    const line = this.#open ?? this.#kept;
    this.#question = undefined;
    if (this.#open !== undefined) this.closePrompt();
    const unsent = this.#pasted.drop();
    this.#kept = undefined;
    if (!(line instanceof LinePrompt)) return;
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

  /** The line goes off the screen, to be asked for again. */
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

  // Where a key or a paste goes.

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

  /** What was typed can be put back, as after a cut. */
  clearLine(): void {
    const line = this.#kept ?? this.#open;
    if (line instanceof LinePrompt) line.cancel();
  }

  ringBell(): void {
    this.#options.stdout.write(BELL);
  }

  /** Says it once in a quiet time: a key that is held down comes many times a second. */
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
    this.#display.print([`(Not sent: the ${this.#pasted.drop().length} lines of the paste.)`]);
    this.#display.ask(this.#open);
  }

  sendLine(): void {
    const line = this.#pasted.take();
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

  #historyOf({ isMessage }: Prompt): History {
    return isMessage ? this.#messages : this.#ids;
  }

  readonly #onAnswer = (value: string) => this.#options.step({ type: 'answer.given', value });
}

/** A paste is text for a line, and never sends it. */
function insert(line: OpenPrompt | undefined, input: ConsoleInput): void {
  if (input.type === 'paste.received' && line instanceof LinePrompt)
    line.insert(linesOfPaste(input.input.text).join(' '));
}

/** The characters among what was typed and pasted, in one line. */
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
