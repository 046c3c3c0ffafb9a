/**
 * The two prompts of the interactive console. For a line, enquirer names the keys and binds them to
 * commands, which are the methods of the prompt. Drawing is the console's business, because enquirer
 * leaves ghost rows behind a wrapped line, and keys are handed in one by one, because enquirer would
 * lose those that are typed between two prompts.
 */

import Enquirer from 'enquirer';
import { isAnswerTo } from '../machines/terminal/console-setup.js';
import { toDisplayText } from '../protocol/display-text.js';
import type { Prompt } from './console.js';
import type { HistoryWalk } from './input-history.js';
import type { LineEditor } from './line-editor.js';

/** A key as `node:readline` reports it. */
export interface Key {
  readonly sequence?: string;
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  /** Alt, as terminals say it that send an escape before the whole key; set by enquirer. */
  readonly option?: boolean;
}

/** The part of enquirer's base class that is used here; its own types leave it out. */
interface EnquirerPrompt {
  /** Calls the method that the key is bound to, or else `dispatch`. */
  keypress(text: string | undefined, key: Key): Promise<unknown>;
  /** Rings the bell. */
  alert(): void;
}

const BasePrompt = (Enquirer as unknown as { Prompt: new (options: { stdout: unknown }) => EnquirerPrompt })
  .Prompt;

/** Says that a key means nothing. */
export const BELL = '\u0007';

export interface OpenPrompt {
  readonly prompt: Prompt;
  /** What was typed and not yet sent off. */
  readonly typed: string;
  /** The question and what was typed, before and after the cursor, safe to be shown. */
  readonly shown: { readonly before: string; readonly after: string };
  /** Takes a key. Rejects with what a command throws. */
  keypress(text: string | undefined, key: Key): Promise<unknown>;
}

interface PromptOptions {
  readonly prompt: Prompt;
  readonly stdout: NodeJS.WriteStream;
  /** Told of the key that answers, or of the line when Enter is pressed. */
  readonly onAnswer: (value: string) => void;
}

interface LinePromptOptions extends PromptOptions {
  /** The line as it is so far. */
  readonly editor: LineEditor;
  /** Lines that were sent off before. */
  readonly history: HistoryWalk;
  /** Told of every change, so that it is drawn: once for all keys that come together. */
  readonly onEdit: () => void;
}

/** A question that one key answers. */
export class KeyPrompt implements OpenPrompt {
  readonly typed = '';
  readonly prompt: Prompt;
  readonly #options: PromptOptions;

  constructor(options: PromptOptions) {
    this.#options = options;
    this.prompt = options.prompt;
  }

  get shown() {
    return { before: this.prompt.text, after: '' };
  }

  async keypress(text: string | undefined): Promise<void> {
    const { stdout, onAnswer } = this.#options;
    if (text !== undefined && isAnswerTo(this.prompt, text)) onAnswer(text);
    else stdout.write(BELL);
  }
}

/** A question that a line of text answers, edited as in a shell. */
export class LinePrompt extends BasePrompt implements OpenPrompt {
  readonly prompt: Prompt;
  readonly editor: LineEditor;
  readonly #options: LinePromptOptions;
  /** Keys to which enquirer binds nothing, or what a shell has elsewhere. */
  readonly #bindings: Readonly<Record<string, () => boolean>>;

  constructor(options: LinePromptOptions) {
    super({ stdout: options.stdout });
    this.#options = options;
    this.prompt = options.prompt;
    this.editor = options.editor;
    const { editor } = options;
    this.#bindings = {
      'ctrl t': () => editor.transpose(),
      'ctrl y': () => editor.yank(),
      'ctrl left': () => editor.wordLeft(),
      'ctrl right': () => editor.wordRight(),
      'ctrl delete': () => editor.cutWordRight(),
      'meta b': () => editor.wordLeft(),
      'meta f': () => editor.wordRight(),
      'meta d': () => editor.cutWordRight(),
      'meta right': () => editor.wordRight(),
    };
  }

  get typed(): string {
    return this.editor.text;
  }

  get shown() {
    const { before, after } = this.editor;
    return { before: this.prompt.text + toDisplayText(before), after: toDisplayText(after) };
  }

  /** Puts text where the cursor is; rings the bell when the line has no room for all of it. */
  insert(text: string): void {
    if (!this.editor.insert(text)) this.alert();
    this.#options.onEdit();
  }

  // The names of these methods are enquirer's commands.

  dispatch(text: string | undefined, key: Key): void {
    if (key.ctrl || key.meta || key.option) {
      const binding = this.#bindings[`${key.ctrl ? 'ctrl' : 'meta'} ${key.name}`];
      return binding === undefined ? this.alert() : this.#edit(binding());
    }
    if (!text || text < ' ') return this.alert();
    this.insert(text);
  }

  submit(): void {
    this.#options.onAnswer(this.typed);
  }

  /** Escape. */
  cancel(): void {
    this.#edit(this.editor.cutAll());
  }

  /** Backspace; with Alt, by words. */
  delete(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.cutWordLeft() : this.editor.deleteLeft());
  }

  /** Delete or Ctrl-D; with Alt, by words. */
  deleteForward(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.cutWordRight() : this.editor.deleteRight());
  }

  /** Ctrl-W; and Alt-Left, where a terminal sends it as two escapes. */
  cutLeft(_text: string | undefined, key: Key): void {
    this.#edit(key.name === 'left' ? this.editor.wordLeft() : this.editor.cutToSpaceLeft());
  }

  /** Ctrl-U. */
  undo(): void {
    this.#edit(this.editor.cutToStart());
  }

  /** Ctrl-K. */
  cutForward(): void {
    this.#edit(this.editor.cutToEnd());
  }

  left(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.wordLeft() : this.editor.left());
  }

  right(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.wordRight() : this.editor.right());
  }

  first(): void {
    this.editor.toStart();
    this.#options.onEdit();
  }

  last(): void {
    this.editor.toEnd();
    this.#options.onEdit();
  }

  up(): void {
    this.#recall(this.#options.history.up(this.typed));
  }

  down(): void {
    this.#recall(this.#options.history.down(this.typed));
  }

  backward = this.left;
  forward = this.right;
  home = this.first;
  end = this.last;
  /** Ctrl-P and Ctrl-N. */
  search = this.up;
  newItem = this.down;

  #recall(line: string | undefined): void {
    if (line !== undefined) this.editor.set(line);
    this.#edit(line !== undefined);
  }

  /** After a key: shows what it did, or rings the bell where it could do nothing. */
  #edit(done: boolean): void {
    if (done) this.#options.onEdit();
    else this.alert();
  }
}
