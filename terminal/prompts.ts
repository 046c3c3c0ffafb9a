/**
 * The two kinds of prompts of the interactive console. In a line prompt, the package enquirer names the keys
 * and binds them to commands, which are the methods of the prompt. The console draws the prompt itself,
 * because enquirer leaves stale rows behind a wrapped line. The console also passes in the keys one by one,
 * because enquirer would lose keys that are typed between two prompts.
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
  /** Set by enquirer for Alt, on terminals that send an escape before the key. */
  readonly option?: boolean;
}

/** The part of enquirer's base class that this file uses. Enquirer's own types omit it. */
interface EnquirerPrompt {
  /** Calls the method to which the key is bound, or `dispatch` if it is not bound. */
  keypress(text: string | undefined, key: Key): Promise<unknown>;
  /** Rings the bell. */
  alert(): void;
}

const BasePrompt = (Enquirer as unknown as { Prompt: new (options: { stdout: unknown }) => EnquirerPrompt })
  .Prompt;

/** The terminal's bell. It rings for a key that has no effect. */
export const BELL = '\u0007';

export interface OpenPrompt {
  readonly prompt: Prompt;
  /** The typed text that has not been sent yet. */
  readonly typed: string;
  /** The question and the typed text, before and after the cursor, safe to show. */
  readonly shown: { readonly before: string; readonly after: string };
  /** Handles a key. Rejects with the error that the command of the key throws. */
  keypress(text: string | undefined, key: Key): Promise<unknown>;
}

interface PromptOptions {
  readonly prompt: Prompt;
  readonly stdout: NodeJS.WriteStream;
  /** Called with the key that answers, or with the line when Enter is pressed. */
  readonly onAnswer: (value: string) => void;
}

interface LinePromptOptions extends PromptOptions {
  /** The line so far. */
  readonly editor: LineEditor;
  /** Lines that were sent before. */
  readonly history: HistoryWalk;
  /** Called after every change. Drawing can be deferred until all keys that came together are handled. */
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
  /** Keys that enquirer does not bind, or binds differently than a shell. */
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

  /** Inserts text at the cursor. Rings the bell if not all of the text fits. */
  insert(text: string): void {
    if (!this.editor.insert(text)) this.alert();
    this.#options.onEdit();
  }

  // These methods have the names of enquirer's commands. Where the name does not suggest the keys, a comment
  // gives them.

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

  /** Backspace; with Alt, deletes a word. */
  delete(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.cutWordLeft() : this.editor.deleteLeft());
  }

  /** Delete or Ctrl-D; with Alt, deletes a word. */
  deleteForward(_text: string | undefined, key: Key): void {
    this.#edit(key.meta ? this.editor.cutWordRight() : this.editor.deleteRight());
  }

  /** Ctrl-W; also Alt-Left on terminals that send it with two escapes. */
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

  /** Ends the handling of a key: reports the change, or rings the bell if there was none. */
  #edit(done: boolean): void {
    if (done) this.#options.onEdit();
    else this.alert();
  }
}
