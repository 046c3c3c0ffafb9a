/**
 * The console on a terminal: prompts at the bottom of the screen, everything else above them.
 *
 * The terminal is in raw mode from open to close. What is typed goes to the open prompt. While there
 * is none it waits, up to a limit, for the next; and when a line was interrupted, it goes on to that
 * line until the user has noticed: a call must never take what was being typed as its answer.
 */

import { emitKeypressEvents } from 'node:readline';
import type { ShownMessage } from '../machines/client/notices.js';
import { type DisplayText, toDisplayText } from '../protocol/display-text.js';
import type { Console, ConsoleListener, ConsoleOptions, Prompt } from './console.js';
import { Display } from './display.js';
import { Drafts } from './drafts.js';
import { History } from './history.js';
import { type Clipboard, LineEditor } from './line-editor.js';
import { MessageLines } from './message-lines.js';
import { Notifier } from './notifier.js';
import { linesOfPaste, MAX_PASTE_BYTES, PasteReader } from './paste.js';
import { PastedLines, previewOf, QUIT, unsentLines } from './pasted-lines.js';
import { type Key, KeyPrompt, LinePrompt, type OpenPrompt } from './prompts.js';
import { openTerminalModes, type TerminalModes } from './terminal-modes.js';
import { type Input, TypeAhead } from './type-ahead.js';

/** How long no key must come, in milliseconds, before keys count for what interrupted a line. */
const QUIET_MS = 700;

/** Least time between two reports that the user is active, in milliseconds. */
const ACTIVITY_PAUSE_MS = 1_000;

const BELL = '\u0007';

/** Opens the interactive console. */
export function openInteractiveConsole(options: ConsoleOptions, listener: ConsoleListener): Console {
  return new InteractiveConsole(options, listener);
}

class InteractiveConsole implements Console {
  readonly #stdin: NodeJS.ReadStream;
  readonly #stdout: NodeJS.WriteStream;
  readonly #listener: ConsoleListener;
  readonly #display: Display;
  readonly #modes: TerminalModes;
  readonly #notifier: Notifier;
  readonly #pasteReader: PasteReader;
  readonly #ahead = new TypeAhead();
  readonly #drafts = new Drafts();
  readonly #pasted = new PastedLines();
  readonly #clipboard: Clipboard = { text: '' };
  readonly #messages = new History();
  readonly #ids = new History();
  readonly #onKey: (text: string | undefined, key: Key) => void;
  readonly #onResize: () => void;
  readonly #onDraw: () => void;
  /** What the client asks. */
  #open: OpenPrompt | undefined;
  /** What the console itself asks before a paste is sent, in front of the prompt of the chat. */
  #question: KeyPrompt | undefined;
  /** The line that was interrupted, if it is kept: it takes the keys until the user has noticed. */
  #interrupted: LinePrompt | undefined;
  /** The line that a user was typing before the pasted lines that are being sent. */
  #sending: LinePrompt | undefined;
  /** Until then, keys are for the line that was interrupted; each of them puts it off. */
  #quietUntilMs = 0;
  #keyAtMs = Number.NEGATIVE_INFINITY;
  /** True from the time when a line of a chat is asked for until something else is asked. */
  #asksMessages = false;
  #activeAtMs = Number.NEGATIVE_INFINITY;
  #drawing: NodeJS.Immediate | undefined;

  constructor(options: ConsoleOptions, listener: ConsoleListener) {
    const { stdin, stdout, hasColor } = options;
    const { guard } = listener;
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#listener = listener;
    this.#display = new Display(stdout, new MessageLines({ hasColor, startedAtMs: Date.now() }));
    this.#notifier = new Notifier({
      mode: options.notify,
      isPrivate: options.notifyPrivate,
      write: (codes) => stdout.write(codes),
      now: () => performance.now(),
      guard,
    });
    this.#pasteReader = new PasteReader({ onPaste: (text) => this.#onPaste(text), guard });
    this.#modes = openTerminalModes({
      stdin,
      stdout,
      onStop: () => this.#display.erase(),
      onContinue: () => this.#display.drawBelow(),
      guard,
    });
    this.#onKey = guard((text, key) => this.#receive(text, key));
    this.#onResize = guard(() => this.#display.resized());
    this.#onDraw = guard(() => {
      this.#drawing = undefined;
      this.#display.draw();
    });
    emitKeypressEvents(stdin);
    stdin.on('keypress', this.#onKey).on('end', listener.onEnd).on('error', listener.onError);
    stdout.on('resize', this.#onResize).on('error', listener.onEnd);
    stdin.resume();
  }

  print(lines: readonly string[]): void {
    this.#display.print(lines);
  }

  show(message: ShownMessage): void {
    if (message.isOwn) this.#pasted.sent();
    this.#display.show(message);
  }

  setStatus(lines: readonly string[]): void {
    this.#display.setStatus(lines);
  }

  notify(text: DisplayText): void {
    this.#notifier.notify(text);
  }

  ask(prompt: Prompt): void {
    if (prompt === this.#open?.prompt) return this.#sendOn();
    this.dropPrompt();
    const { draft, isMessage } = prompt;
    if (this.#sending && (!isMessage || draft !== this.#sending.prompt.draft)) this.#giveUpPaste();
    const line = this.#pasted.take();
    if (line !== undefined) return this.#listener.onAnswer(line);
    this.#open = prompt.kind === 'key' ? this.#keyPrompt(prompt) : this.#linePrompt(prompt);
    this.#display.ask(this.#open);
    this.#deliverAhead(prompt);
  }

  /** Gives what was typed meanwhile to a prompt that it may have been meant for. */
  #deliverAhead(prompt: Prompt): void {
    const nowMs = performance.now();
    const wasMessage = this.#asksMessages;
    this.#asksMessages = prompt.isMessage === true;
    const ahead = this.#ahead.take(nowMs, wasMessage ? Number.POSITIVE_INFINITY : undefined);
    const isMeant =
      prompt.kind === 'line' ? prompt.isMessage || !wasMessage : !wasMessage && !prompt.isSudden;
    if (isMeant) {
      for (const { input, atMs } of ahead) this.#deliver(input, atMs);
      return;
    }
    const unsent = wasMessage ? textOf(ahead.map(({ input }) => input)) : '';
    if (unsent !== '') this.#display.print(unsentLines([unsent]));
    if (ahead.length > 0) this.#quietUntilMs = nowMs + QUIET_MS;
  }

  dropPrompt(): void {
    const open = this.#open;
    if (open === undefined) return;
    // What is asked next tells whether the lines can still be sent.
    const isPasteWaiting = this.#isPasteWaiting;
    this.#open = undefined;
    this.#question = undefined;
    this.#display.ask(undefined);
    if (open instanceof LinePrompt && isPasteWaiting) this.#sending = open;
    else if (open instanceof LinePrompt) this.#interrupt(open, this.#pasted.drop());
    else if (performance.now() >= this.#quietUntilMs) this.#interrupted = undefined;
  }

  close(): void {
    clearImmediate(this.#drawing);
    this.#notifier.close();
    this.#pasteReader.close();
    if (this.#isPasteWaiting) this.dropPrompt();
    this.#giveUpPaste();
    this.#display.erase();
    this.#modes.close();
    const { onEnd, onError } = this.#listener;
    this.#stdin.off('keypress', this.#onKey).off('end', onEnd).off('error', onError);
    // What was written last may fail yet, and nobody needs to hear of it.
    this.#stdout
      .off('resize', this.#onResize)
      .off('error', onEnd)
      .on('error', () => {});
    this.#stdin.pause();
  }

  // Keys come in.

  #receive(text: string | undefined, key: Key): void {
    this.#keyAtMs = performance.now();
    this.#notifier.keyPressed();
    if (this.#keyAtMs - this.#activeAtMs >= ACTIVITY_PAUSE_MS) {
      this.#activeAtMs = this.#keyAtMs;
      this.#listener.onActivity();
    }
    if (!this.#pasteReader.take(key)) this.#deliver({ kind: 'key', text, key }, this.#keyAtMs);
  }

  #onPaste(text: string | undefined): void {
    if (text !== undefined) this.#deliver({ kind: 'paste', text }, performance.now());
    else this.#display.print([`(Not pasted: it is longer than ${MAX_PASTE_BYTES / 1024 ** 2} MiB.)`]);
  }

  /** Gives an input to whatever it was meant for. */
  #deliver(input: Input, atMs: number): void {
    const isQuietTime = atMs < this.#quietUntilMs;
    const isOffScreen = isQuietTime || this.#sending !== undefined;
    const target = isOffScreen ? (this.#sending ?? this.#interrupted) : (this.#question ?? this.#open);
    if (input.kind === 'key' && this.#isCommand(input.key, target)) return;
    if (isQuietTime) this.#quietUntilMs = atMs + QUIET_MS;
    if (input.kind === 'key' && target?.prompt.isSudden && !isAnswer(input.text, target.prompt)) {
      // Whoever presses another key is typing something else, of which the next key may be part.
      this.#interrupted = undefined;
      this.#quietUntilMs = atMs + QUIET_MS;
      this.#stdout.write(BELL);
    } else if (target === undefined) {
      if (isOffScreen) this.#stdout.write(BELL);
      else this.#ahead.add(input, atMs);
    } else if (input.kind === 'key') target.keypress(input.text, input.key).catch(this.#listener.onError);
    else this.#paste(input.text, target);
  }

  /** Does what a few keys mean whatever is asked; false for all others. */
  #isCommand({ ctrl, name }: Key, target: OpenPrompt | undefined): boolean {
    if (!ctrl) return false;
    if (name === 'c' || (name === 'd' && !target?.typed)) this.#listener.onEnd();
    else if (name === 'z') this.#modes.stop();
    else if (name === 'l') this.#display.clear();
    else return false;
    return true;
  }

  /** A paste is text for a line. It answers nothing by itself, and is never sent unseen. */
  #paste(text: string, target: OpenPrompt): void {
    if (!(target instanceof LinePrompt)) {
      this.#stdout.write(BELL);
      return;
    }
    const lines = linesOfPaste(text);
    if (lines.length > 1 && target === this.#open && target.prompt.isMessage && !this.#isPasteWaiting)
      this.#askBeforeSending(lines, target);
    else target.insert(lines.join(' '));
  }

  #askBeforeSending(lines: readonly string[], chat: LinePrompt): void {
    const prompt: Prompt = { text: `Send these ${lines.length} lines (y/n)? `, kind: 'key', keys: 'yn' };
    this.#pasted.set(lines);
    this.#display.print(previewOf(lines));
    this.#question = this.#keyPrompt(prompt, (key) => {
      this.#question = undefined;
      this.#display.answered(prompt.text + key.toUpperCase());
      if (key.toLowerCase() === 'y') this.#beginSending(chat);
      else {
        this.#display.print([`(Not sent: the ${this.#pasted.drop().length} lines of the paste.)`]);
        this.#display.ask(chat);
      }
    });
    this.#display.ask(this.#question);
  }

  /** The first line is an answer now; the others are when the chat asks again. */
  #beginSending(chat: LinePrompt): void {
    this.#sending = chat;
    this.#open = undefined;
    this.#listener.onAnswer(this.#pasted.take() ?? '');
  }

  /** True while lines of a paste wait because the buddy does not read: the prompt is the user's meanwhile. */
  get #isPasteWaiting(): boolean {
    return !this.#pasted.isEmpty && this.#question === undefined;
  }

  /** The chat, whose prompt is still open, goes on: so do the pasted lines that wait. */
  #sendOn(): void {
    const line = this.#isPasteWaiting ? this.#pasted.take() : undefined;
    if (line === undefined || !(this.#open instanceof LinePrompt)) return;
    this.#sending = this.#open;
    this.#open = undefined;
    this.#display.ask(undefined);
    this.#listener.onAnswer(line);
  }

  // Prompts come and go.

  #keyPrompt(
    prompt: Prompt,
    onAnswer = (key: string) => this.#answer(key, prompt.text + key.toUpperCase()),
  ): KeyPrompt {
    return new KeyPrompt({ prompt, stdout: this.#stdout, onAnswer });
  }

  #linePrompt(prompt: Prompt): LinePrompt {
    const history = prompt.isMessage ? this.#messages : this.#ids;
    const editor = this.#lineFor(prompt);
    if (editor === this.#interrupted?.editor) this.#quietUntilMs = 0;
    return new LinePrompt({
      prompt,
      editor,
      stdout: this.#stdout,
      history: history.walk(),
      onEdit: () => {
        this.#drawing ??= setImmediate(this.#onDraw);
      },
      onAnswer: (line, from) => {
        // A line that is not on the screen is edited, but nobody sends it off.
        if (from !== this.#open) return from.alert();
        if (this.#isPasteWaiting) {
          // It would overtake the lines of the paste, unless it drops them.
          if (line !== QUIT) return from.alert();
          this.#display.print(unsentLines(this.#pasted.drop()));
        }
        history.add(line);
        this.#answer(line, prompt.isMessage ? undefined : prompt.text + toDisplayText(line));
      },
    });
  }

  /** The line as it was when it was interrupted, if it was. */
  #lineFor({ draft }: Prompt): LineEditor {
    const line = this.#sending?.editor ?? (draft === undefined ? undefined : this.#drafts.take(draft));
    this.#sending = undefined;
    return line ?? new LineEditor(this.#clipboard);
  }

  /** Closes the open prompt; a line that stays on the screen shows how it was answered. */
  #answer(value: string, line: string | undefined): void {
    this.#open = undefined;
    this.#display.answered(line);
    this.#listener.onAnswer(value);
  }

  /** The program takes a line away from the user, who may well be typing. */
  #interrupt(line: LinePrompt, pasted: readonly string[]): void {
    const nowMs = performance.now();
    if (!line.editor.isEmpty || nowMs - this.#keyAtMs < QUIET_MS) this.#quietUntilMs = nowMs + QUIET_MS;
    const { draft } = line.prompt;
    const unsent = [...pasted];
    if (draft !== undefined) {
      this.#drafts.keep(draft, line.editor);
      this.#interrupted = line;
    } else {
      // Nobody will ask for it again: it stays on the screen, and what follows it is no answer.
      this.#interrupted = undefined;
      if (!line.editor.isEmpty) unsent.push(line.typed);
    }
    if (unsent.length > 0) this.#display.print(unsentLines(unsent));
  }

  /** The chat is over before all lines of a paste were sent. */
  #giveUpPaste(): void {
    const line = this.#sending;
    this.#sending = undefined;
    if (line !== undefined) this.#interrupt(line, this.#pasted.drop());
  }
}

function isAnswer(text: string | undefined, { keys = '' }: Prompt): boolean {
  return text !== undefined && text !== '' && keys.includes(text.toLowerCase());
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
