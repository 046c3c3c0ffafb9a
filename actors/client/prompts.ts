/**
 * The two prompts of the interactive console: enquirer's, as far as keys go. It names them and
 * binds them to commands, which are the methods below; drawing is the prompt block's business,
 * because enquirer leaves ghost rows behind a wrapped line, and keys are handed in one by one,
 * because enquirer would lose those that are typed between two prompts.
 */

import Enquirer from 'enquirer';
import type { Prompt } from '../../machines/client/events.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { graphemesOf } from './layout.js';
import type { PromptBlock } from './prompt-block.js';

/** A key as `node:readline` reports it. */
export interface Key {
  readonly sequence?: string;
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
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

export interface OpenPrompt extends EnquirerPrompt {
  readonly prompt: Prompt;
  /** What was typed and not yet sent off. */
  readonly typed: string;
  draw(): void;
}

interface PromptOptions {
  readonly prompt: Prompt;
  readonly block: PromptBlock;
  readonly stdout: NodeJS.WriteStream;
  readonly onAnswer: (value: string) => void;
}

/** A question that one key answers. */
export class KeyPrompt extends BasePrompt implements OpenPrompt {
  readonly typed = '';
  readonly prompt: Prompt;
  readonly #options: PromptOptions;

  constructor(options: PromptOptions) {
    super({ stdout: options.stdout });
    this.#options = options;
    this.prompt = options.prompt;
  }

  draw(): void {
    this.#options.block.draw(this.prompt.text, '');
  }

  dispatch(text: string | undefined): void {
    const { block, onAnswer } = this.#options;
    if (!text || !this.prompt.keys?.includes(text.toLowerCase())) return this.alert();
    block.draw(this.prompt.text + text.toUpperCase(), '');
    onAnswer(text);
  }

  // Enquirer's own would answer without a key.

  submit(): void {
    this.alert();
  }

  cancel(): void {
    this.alert();
  }
}

/** A question that a line of text answers, edited as in a shell. */
export class LinePrompt extends BasePrompt implements OpenPrompt {
  readonly prompt: Prompt;
  readonly #options: PromptOptions;
  /** What a user sees as characters, before and after the cursor. */
  #before: string[] = [];
  #after: string[] = [];

  constructor(options: PromptOptions, draft: string) {
    super({ stdout: options.stdout });
    this.#options = options;
    this.prompt = options.prompt;
    this.#before = graphemesOf(draft);
  }

  get typed(): string {
    return [...this.#before, ...this.#after].join('');
  }

  draw(): void {
    const before = toDisplayText(this.#before.join(''));
    this.#options.block.draw(this.prompt.text + before, toDisplayText(this.#after.join('')));
  }

  // The names of these methods are enquirer's commands.

  dispatch(text: string | undefined, key: Key): void {
    if (!text || key.ctrl || key.meta || text < ' ') return this.alert();
    this.#edit(graphemesOf(this.#before.join('') + text), this.#after);
  }

  submit(): void {
    this.last();
    this.#options.onAnswer(this.typed);
  }

  /** Escape. */
  cancel(): void {
    this.#edit([], []);
  }

  /** Backspace. */
  delete(): void {
    this.#edit(this.#before.slice(0, -1), this.#after);
  }

  deleteForward(): void {
    this.#edit(this.#before, this.#after.slice(1));
  }

  /** Ctrl-W. */
  cutLeft(): void {
    const kept = this.#before.join('').replace(/\S+\s*$/, '');
    this.#edit(graphemesOf(kept), this.#after);
  }

  /** Ctrl-U. */
  undo(): void {
    this.#edit([], this.#after);
  }

  /** Ctrl-K. */
  cutForward(): void {
    this.#edit(this.#before, []);
  }

  left(): void {
    this.#edit(this.#before.slice(0, -1), [...this.#before.slice(-1), ...this.#after]);
  }

  right(): void {
    this.#edit([...this.#before, ...this.#after.slice(0, 1)], this.#after.slice(1));
  }

  first(): void {
    this.#edit([], [...this.#before, ...this.#after]);
  }

  last(): void {
    this.#edit([...this.#before, ...this.#after], []);
  }

  backward = this.left;
  forward = this.right;
  home = this.first;
  end = this.last;

  #edit(before: string[], after: string[]): void {
    this.#before = before;
    this.#after = after;
    this.draw();
  }
}
