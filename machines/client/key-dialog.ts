/**
 * The dialog about the 24 words of a key, at a terminal. It either shows the words of a new key and asks the
 * user to type two of them, or asks for the words of a key that is not on this machine.
 *
 * Owns: the order of the questions. Trusts: its owner (actors/client/key-dialog.ts), which holds the words
 * and compares them. Neither an event nor the context contains a word.
 */

import { setup } from 'xstate';
import type { KeyDialog } from './events.js';

export interface KeyDialogInput {
  readonly dialog: KeyDialog;
}

export type KeyDialogEvent =
  // From the key files.
  | { readonly type: 'words.read' }
  /** The words are not on this machine. */
  | { readonly type: 'words.absent' }
  // From the user.
  | { readonly type: 'answer.blank' }
  /**
   * While the words are shown: a line that is not blank. While all words are asked for: the line after which
   * no word is missing.
   */
  | { readonly type: 'answer.given' }
  /** A line of words, after which some of the 24 words are still missing. */
  | { readonly type: 'answer.begun' }
  /** A line with a word that is not in the list of words. */
  | { readonly type: 'answer.misspelt' }
  /**
   * The answer when the dialog asks for two words. `answer.right`: these two words. `answer.wrong`: any other
   * line that is not blank.
   */
  | { readonly type: 'answer.right' }
  | { readonly type: 'answer.wrong' }
  // From the directory, which checks the typed words.
  | { readonly type: 'words.accepted' }
  | { readonly type: 'words.refused' };

/** The effects of the chart. The owner has one function for each effect. */
export type KeyDialogAction =
  | 'readWords'
  | 'showWords'
  | 'askTwoWords'
  | 'askForWords'
  | 'restoreKey'
  | 'sayMisspelt'
  /** Removes the seed from this machine. */
  | 'dropSeed'
  | 'sayCopied'
  | 'sayKept'
  | 'sayWrong'
  | 'sayRefused'
  | 'reportCopied'
  | 'reportRestored'
  | 'reportSkipped';

function firstContext({ input }: { readonly input: KeyDialogInput }): KeyDialogInput {
  return input;
}

const effect = () => {};

export const keyDialogMachine = setup({
  types: {} as { context: KeyDialogInput; input: KeyDialogInput; events: KeyDialogEvent },
  guards: { isCopying: ({ context }) => context.dialog === 'copy' },
  actions: {
    readWords: effect,
    showWords: effect,
    askTwoWords: effect,
    askForWords: effect,
    restoreKey: effect,
    sayMisspelt: effect,
    dropSeed: effect,
    sayCopied: effect,
    sayKept: effect,
    sayWrong: effect,
    sayRefused: effect,
    reportCopied: effect,
    reportRestored: effect,
    reportSkipped: effect,
  } satisfies Record<KeyDialogAction, () => void>,
}).createMachine({
  id: 'key-dialog',
  description: 'Shows the words of a key and asks for two of them, or asks for all of them.',
  context: firstContext,
  initial: 'starting',
  states: {
    starting: {
      description: 'Decides whether the dialog shows words or asks for them.',
      always: [
        { guard: 'isCopying', target: 'reading', description: 'The key is on this machine.' },
        { target: 'typing' },
      ],
    },
    reading: {
      description: 'Reads the words from the file of the key.',
      entry: 'readWords',
      on: {
        'words.read': 'showing',
        'words.absent': { target: 'ended', actions: 'reportSkipped' },
      },
    },
    showing: {
      description: 'The words are on the screen until the user has copied them.',
      entry: 'showWords',
      on: { 'answer.blank': 'asking', 'answer.given': 'asking' },
    },
    asking: {
      description: 'Asks for two of the words. The words are no longer on the screen.',
      entry: 'askTwoWords',
      on: {
        'answer.right': {
          target: 'ended',
          actions: ['dropSeed', 'sayCopied', 'reportCopied'],
          description: 'From now on, the user has the only copy of the words.',
        },
        'answer.wrong': { target: 'asking', reenter: true, actions: 'sayWrong' },
        'answer.blank': {
          target: 'ended',
          actions: ['sayKept', 'reportSkipped'],
          description: 'The words stay on this machine.',
        },
      },
    },
    typing: {
      description: 'Asks for the 24 words, line by line.',
      entry: 'askForWords',
      on: {
        'answer.given': 'checking',
        'answer.begun': { target: 'typing', reenter: true, description: 'Asks for the remaining words.' },
        'answer.misspelt': {
          target: 'typing',
          reenter: true,
          actions: 'sayMisspelt',
          description: 'Asks for the words of this line again, and keeps the words of earlier lines.',
        },
        'answer.blank': { target: 'ended', actions: 'reportSkipped' },
      },
    },
    checking: {
      description: 'Asks the server whether the words belong to the key, and makes a new device.',
      entry: 'restoreKey',
      on: {
        'words.accepted': { target: 'ended', actions: 'reportRestored' },
        'words.refused': { target: 'typing', actions: 'sayRefused' },
      },
    },
    ended: { type: 'final', description: 'The dialog is over.' },
  },
});
