/**
 * The two prompts of the interactive console: enquirer's, as far as keys go. It names them and
 * binds them to commands, which are the methods below; drawing is the prompt block's business,
 * because enquirer leaves ghost rows behind a wrapped line, and keys are handed in one by one,
 * because enquirer would lose those that are typed between two prompts.
 */

import Enquirer from 'enquirer';
import type { Prompt } from '../../machines/client/events.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { MAX_LINE_BYTES } from './console.js';
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

interface LinePromptOptions extends PromptOptions {
  /** The text to begin with. */
  readonly draft: string;
  /** Told of every change, so that it is drawn: once for all keys of a paste. */
  readonly onEdit: () => void;
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
  readonly #options: LinePromptOptions;
  /** What a user sees as characters, before the cursor and, backwards, after it. */
  #before: string[];
  #after: string[] = [];

  constructor(options: LinePromptOptions) {
    super({ stdout: options.stdout });
    this.#options = options;
    this.prompt = options.prompt;
    this.#before = graphemesOf(options.draft);
  }

  get typed(): string {
    return this.#before.join('') + this.#rest;
  }

  draw(): void {
    const before = toDisplayText(this.#before.join(''));
    this.#options.block.draw(this.prompt.text + before, toDisplayText(this.#rest));
  }

  get #rest(): string {
    return this.#after.toReversed().join('');
  }

  // The names of these methods are enquirer's commands.

  dispatch(text: string | undefined, key: Key): void {
    if (!text || key.ctrl || key.meta || text < ' ' || this.#isFull()) return this.alert();
    // What is typed may join the character before it: an accent, a joined emoji.
    const last = this.#before.pop() ?? '';
    this.#before.push(...graphemesOf(last + text));
    this.#options.onEdit();
  }

  submit(): void {
    this.last();
    this.draw();
    this.#options.onAnswer(this.typed);
  }

  /** Escape. */
  cancel(): void {
    this.#before = [];
    this.#after = [];
    this.#options.onEdit();
  }

  /** Backspace. */
  delete(): void {
    this.#before.pop();
    this.#options.onEdit();
  }

  deleteForward(): void {
    this.#after.pop();
    this.#options.onEdit();
  }

  /** Ctrl-W. */
  cutLeft(): void {
    this.#before = graphemesOf(this.#before.join('').replace(/\S+\s*$/, ''));
    this.#options.onEdit();
  }

  /** Ctrl-U. */
  undo(): void {
    this.#before = [];
    this.#options.onEdit();
  }

  /** Ctrl-K. */
  cutForward(): void {
    this.#after = [];
    this.#options.onEdit();
  }

  left(): void {
    this.#moveLeft(1);
  }

  right(): void {
    this.#moveRight(1);
  }

  first(): void {
    this.#moveLeft(this.#before.length);
  }

  last(): void {
    this.#moveRight(this.#after.length);
  }

  backward = this.left;
  forward = this.right;
  home = this.first;
  end = this.last;

  #moveLeft(count: number): void {
    if (count > 0) this.#after.push(...this.#before.splice(-count).reverse());
    this.#options.onEdit();
  }

  #moveRight(count: number): void {
    if (count > 0) this.#before.push(...this.#after.splice(-count).reverse());
    this.#options.onEdit();
  }

  #isFull(): boolean {
    return this.#before.length + this.#after.length >= MAX_LINE_BYTES;
  }
}
