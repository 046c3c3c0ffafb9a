/**
 * Runs the dialog about the 24 words of a key, between the console and the directory. No actor receives the
 * words: they exist only in private fields, while the dialog is open.
 */

import { randomInt } from 'node:crypto';
import type { SnapshotFrom } from 'xstate';
import { IDENTITY_WORDS, Identity, problemText, type WordsProblem } from '../../keys/identity.js';
import type { KeyDialog as KeyDialogKind, KeyDialogOutcome } from '../../machines/client/events.js';
import {
  type KeyDialogAction,
  type KeyDialogEvent,
  keyDialogMachine,
} from '../../machines/client/key-dialog.js';
import { type Steps, stepsOf } from '../../machines/steps.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { splitWords } from '../../protocol/safety-words.js';
import type { Console } from '../../terminal/console.js';
import {
  allWordsPrompt,
  KEY_DIALOG_SAY,
  keptLine,
  misspeltLine,
  refusedLine,
  twoWordsPrompt,
  wordsPrompt,
} from '../../terminal/key-dialog-words.js';
import type { Directory } from './directory.js';

/** The methods of the directory that the dialog calls. */
export type KeyWords = Pick<Directory, 'words' | 'dropSeed' | 'restore'>;

export interface KeyDialogOptions {
  readonly keys: KeyWords;
  readonly console: Pick<Console, 'ask' | 'print'>;
  readonly dialog: KeyDialogKind;
  readonly id: UserId;
  readonly onEnd: (outcome: KeyDialogOutcome) => void;
  readonly onError: (error: unknown) => void;
}

export class KeyDialog {
  readonly #options: KeyDialogOptions;
  readonly #steps: Steps<SnapshotFrom<typeof keyDialogMachine>, KeyDialogEvent>;
  #state: SnapshotFrom<typeof keyDialogMachine>;
  #words: readonly string[] = [];
  /** The words that the user has typed so far. */
  #typed: readonly string[] = [];
  #misspelt: WordsProblem | undefined;
  #refusal: DisplayText | undefined;
  #positions: readonly [number, number] = [1, 2];
  #isClosed = false;

  /** Opens the dialog, and begins with its first step. */
  constructor(options: KeyDialogOptions) {
    this.#options = options;
    this.#steps = stepsOf(keyDialogMachine, { dialog: options.dialog });
    this.#state = this.#steps.first;
    // `stepsOf` does not return the effects of entering the first state: run them here.
    if (options.dialog === 'copy') this.#effects.readWords();
    else this.#effects.askForWords();
  }

  /** Handles the answer to a question of the dialog. */
  answer(value: string): void {
    const isBlank = value.trim() === '';
    if (isBlank) return this.#step({ type: 'answer.blank' });
    if (this.#state.matches('asking'))
      return this.#step({ type: this.#isRight(value) ? 'answer.right' : 'answer.wrong' });
    this.#step({ type: this.#state.matches('typing') ? this.#readLine(value) : 'answer.given' });
  }

  /** Forgets the words. The dialog then reports no outcome. */
  close(): void {
    this.#isClosed = true;
    this.#words = [];
    this.#typed = [];
  }

  /** If all words of a line are in the list of possible words, adds them to the words typed so far. */
  #readLine(value: string): KeyDialogEvent['type'] {
    const words = [...this.#typed, ...splitWords(value)];
    const found = Identity.fromWords(words.join(' '));
    if ('problem' in found && found.problem === 'unknown-word') {
      this.#misspelt = found;
      return 'answer.misspelt';
    }
    this.#typed = words;
    return words.length < IDENTITY_WORDS ? 'answer.begun' : 'answer.given';
  }

  #isRight(value: string): boolean {
    const expected = this.#positions.map((position) => this.#words[position - 1]);
    const typed = splitWords(value);
    return typed.length === expected.length && typed.every((word, at) => word === expected[at]);
  }

  #step(event: KeyDialogEvent): void {
    if (this.#isClosed) return;
    const [next, effects] = this.#steps.step(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#effects[effect as KeyDialogAction]();
  }

  readonly #effects: Readonly<Record<KeyDialogAction, () => void>> = {
    readWords: () => {
      const { keys, id } = this.#options;
      this.#await(keys.words(id), (words) => {
        this.#words = words ?? [];
        this.#step({ type: words === undefined ? 'words.absent' : 'words.read' });
      });
    },
    showWords: () => {
      this.#say(KEY_DIALOG_SAY.copy);
      this.#options.console.ask(wordsPrompt(this.#words));
    },
    askTwoWords: () => {
      this.#positions = twoPositions(this.#words.length);
      this.#options.console.ask(twoWordsPrompt(this.#positions));
    },
    askForWords: () => this.#options.console.ask(allWordsPrompt(this.#options.id, this.#typed.length)),
    restoreKey: () => {
      const { keys, id } = this.#options;
      const typed = this.#typed.join(' ');
      this.#typed = [];
      this.#await(keys.restore(id, typed), (restored) => {
        this.#refusal = restored.restored ? undefined : restored.reason;
        this.#step({ type: restored.restored ? 'words.accepted' : 'words.refused' });
      });
    },
    dropSeed: () => this.#await(this.#options.keys.dropSeed(this.#options.id), () => {}),
    sayCopied: () => this.#say(KEY_DIALOG_SAY.copied),
    sayKept: () => this.#say(keptLine(this.#options.id)),
    sayWrong: () => this.#say(KEY_DIALOG_SAY.wrong),
    sayMisspelt: () => {
      if (this.#misspelt !== undefined) this.#say(misspeltLine(problemText(this.#misspelt)));
    },
    sayRefused: () => {
      if (this.#refusal !== undefined) this.#say(refusedLine(this.#refusal));
    },
    reportCopied: () => this.#end('copied'),
    reportRestored: () => this.#end('restored'),
    reportSkipped: () => this.#end('skipped'),
  };

  #await<TValue>(promise: Promise<TValue>, handle: (value: TValue) => void): void {
    promise
      .then((value) => {
        if (!this.#isClosed) handle(value);
      })
      .catch(this.#options.onError);
  }

  #say(line: string): void {
    this.#options.console.print([line]);
  }

  #end(outcome: KeyDialogOutcome): void {
    this.close();
    this.#options.onEnd(outcome);
  }
}

/** Two different random positions from 1 to `count`, the lower one first. */
function twoPositions(count: number): readonly [number, number] {
  const first = randomInt(1, count);
  return [first, randomInt(first + 1, count + 1)];
}
