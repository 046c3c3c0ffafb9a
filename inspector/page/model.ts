/**
 * What the page knows: a stream's frames go in, a picture of bounded size comes out.
 *
 * A model is never changed, only followed by the next. So pausing is keeping an old one on the screen, and
 * whatever is still the same object need not be drawn again.
 */

import type { ActorView, Frame, Hello, Life, Message, Transition } from '../server/frame.js';
import { groupBy } from './groups.js';

/** Most messages that are kept, and most of them that are alike: a rare one outlives many of another kind. */
export const MAX_MESSAGES = 500;
export const MAX_ALIKE_MESSAGES = 60;

/** The same for lives. */
export const MAX_LIVES = 500;
export const MAX_ALIKE_LIVES = 50;

/** Most transitions that are kept for each actor, and most actors for which they are kept. */
export const MAX_STEPS = 40;
export const MAX_STEPPING_ACTORS = 1_000;

/** Told from all others by a number that grows. */
export type Numbered<Thing> = Thing & { readonly serial: number };

/** A transition, and when it was told. */
export type Step = Numbered<Transition & { readonly at: number }>;

export interface Model {
  /** Whose system it is; `undefined` until the stream says so. */
  readonly hello: Hello | undefined;
  /** The time of the last frame. */
  readonly at: number;
  readonly actors: readonly ActorView[];
  /** The oldest first, like {@link lives} and each actor's {@link steps}. */
  readonly messages: readonly Numbered<Message>[];
  readonly lives: readonly Numbered<Life>[];
  /** The transitions of each actor, by its path. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** How much happened that no frame told. */
  readonly untold: number;
  readonly nextSerial: number;
}

export const NOTHING_YET: Model = {
  hello: undefined,
  at: 0,
  actors: [],
  messages: [],
  lives: [],
  steps: new Map(),
  untold: 0,
  nextSerial: 0,
};

/**
 * A stream begins, or begins anew: what was known before is of no use.
 *
 * @param firstSerial Numbers go on, so that nothing new is taken for something old.
 */
export function begin(hello: Hello, firstSerial = 0): Model {
  const lives = hello.lives
    .slice(-MAX_LIVES)
    .map((life, index) => ({ ...life, serial: firstSerial + index }));
  return { ...NOTHING_YET, hello, at: hello.startedAt, lives, nextSerial: firstSerial + lives.length };
}

/** The model after a frame. */
export function take(model: Model, frame: Frame): Model {
  let { nextSerial } = model;
  const numbered = <Thing>(thing: Thing): Numbered<Thing> => ({ ...thing, serial: nextSerial++ });
  return {
    hello: model.hello,
    at: frame.at,
    actors: frame.actors ?? model.actors,
    messages: keep(model.messages, frame.messages.map(numbered), MAX_MESSAGES, MAX_ALIKE_MESSAGES, keyOf),
    lives: keep(model.lives, frame.lives.map(numbered), MAX_LIVES, MAX_ALIKE_LIVES, fateOf),
    steps: keepSteps(
      model.steps,
      frame.transitions.map((transition) => numbered({ ...transition, at: frame.at })),
    ),
    untold: model.untold + frame.untold,
    nextSerial,
  };
}

function keyOf({ from, to, type }: Message): string {
  return `${from ?? ''}>${to} ${type}`;
}

function fateOf({ path, what, why }: Life): string {
  return `${path} ${what} ${what === 'ended' ? why : ''}`;
}

/** True of a life that only came or went as it should. */
export function isOrdinary({ what, why, error }: { [Key in 'what' | 'why' | 'error']?: unknown }): boolean {
  return (what === 'started' || what === 'ended') && why !== 'crashed' && error === undefined;
}

/** The latest of old and new ones, within both limits. */
function keep<Thing>(
  old: readonly Thing[],
  fresh: readonly Thing[],
  most: number,
  mostAlike: number,
  kind: (thing: Thing) => string,
): readonly Thing[] {
  if (fresh.length === 0) return old;
  const all = [...old, ...fresh];
  const alike = new Map<string, number>();
  const kept: Thing[] = [];
  for (let index = all.length - 1; index >= 0 && kept.length < most; index -= 1) {
    const thing = all[index] as Thing;
    const key = kind(thing);
    const count = alike.get(key) ?? 0;
    if (count >= mostAlike) continue;
    alike.set(key, count + 1);
    kept.push(thing);
  }
  return kept.reverse();
}

function keepSteps(
  old: ReadonlyMap<string, readonly Step[]>,
  fresh: readonly Step[],
): ReadonlyMap<string, readonly Step[]> {
  if (fresh.length === 0) return old;
  const steps = new Map(old);
  for (const [path, own] of groupBy(fresh, (step) => step.path)) {
    const all = [...(steps.get(path) ?? []), ...own].slice(-MAX_STEPS);
    // Whoever moved last is last, so that the first is the one to forget.
    steps.delete(path);
    steps.set(path, all);
  }
  for (const path of steps.keys()) {
    if (steps.size <= MAX_STEPPING_ACTORS) break;
    steps.delete(path);
  }
  return steps;
}
