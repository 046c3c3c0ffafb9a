/**
 * What is typed or pasted while nothing is asked: it waits a while for the next question.
 */

import type { Key } from './prompts.js';

/** A key that was pressed. */
export interface KeyInput {
  readonly kind: 'key';
  readonly text: string | undefined;
  readonly key: Key;
}

/** A text that was pasted. */
export interface PasteInput {
  readonly kind: 'paste';
  readonly text: string;
}

export type Input = KeyInput | PasteInput;

interface TimedInput {
  readonly input: Input;
  readonly atMs: number;
}

/** Most inputs that wait; more are dropped. */
export const MAX_INPUTS_AHEAD = 1_024;

/** How long an input waits, in milliseconds: what was typed longer ago was meant for something else. */
export const INPUT_AHEAD_MS = 2_000;

export class TypeAhead {
  #inputs: TimedInput[] = [];

  add(input: Input, atMs: number): void {
    // One paste is as long as all keys together may be, and more.
    const isFull = this.#inputs.length >= MAX_INPUTS_AHEAD;
    if (!isFull && !(input.kind === 'paste' && this.#hasPaste)) this.#inputs.push({ input, atMs });
  }

  /** Hands out, in order, what has not waited longer than that. */
  take(nowMs: number, longestMs = INPUT_AHEAD_MS): TimedInput[] {
    const inputs = this.#inputs.filter(({ atMs }) => nowMs - atMs <= longestMs);
    this.#inputs = [];
    return inputs;
  }

  /** Whether anything waits, and if so, whether any of it has not waited too long. */
  freshness(nowMs: number): 'none' | 'stale' | 'fresh' {
    const last = this.#inputs.at(-1);
    if (last === undefined) return 'none';
    return nowMs - last.atMs <= INPUT_AHEAD_MS ? 'fresh' : 'stale';
  }

  get #hasPaste(): boolean {
    return this.#inputs.some(({ input }) => input.kind === 'paste');
  }
}
