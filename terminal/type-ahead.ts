/**
 * Input that is typed or pasted while no prompt is open. It waits a short time for the next prompt.
 */

import type { Key } from './prompts.js';

/** A pressed key. */
export interface KeyInput {
  readonly kind: 'key';
  readonly text: string | undefined;
  readonly key: Key;
}

/** A pasted text. */
export interface PasteInput {
  readonly kind: 'paste';
  readonly text: string;
}

export type Input = KeyInput | PasteInput;

interface TimedInput {
  readonly input: Input;
  readonly atMs: number;
}

/** The maximum number of inputs that wait. Further inputs are dropped. */
export const MAX_INPUTS_AHEAD = 1_024;

/** How long an input is fresh, in milliseconds. Older input is delivered only to a chat. */
export const INPUT_AHEAD_MS = 2_000;

export class TypeAhead {
  #inputs: TimedInput[] = [];

  add(input: Input, atMs: number): void {
    // At most one paste waits, because one paste may be longer than all keys together.
    const isFull = this.#inputs.length >= MAX_INPUTS_AHEAD;
    if (!isFull && !(input.kind === 'paste' && this.#hasPaste)) this.#inputs.push({ input, atMs });
  }

  /** Removes all inputs, and returns those that waited at most `longestMs` milliseconds, in order. */
  drain(nowMs: number, longestMs = INPUT_AHEAD_MS): TimedInput[] {
    const inputs = this.#inputs.filter(({ atMs }) => nowMs - atMs <= longestMs);
    this.#inputs = [];
    return inputs;
  }

  /** `none`: no input waits. `fresh`: at least the last one is recent enough. `stale`: all are too old. */
  freshness(nowMs: number): 'none' | 'stale' | 'fresh' {
    const last = this.#inputs.at(-1);
    if (last === undefined) return 'none';
    return nowMs - last.atMs <= INPUT_AHEAD_MS ? 'fresh' : 'stale';
  }

  get #hasPaste(): boolean {
    return this.#inputs.some(({ input }) => input.kind === 'paste');
  }
}
