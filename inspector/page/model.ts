/**
 * The page's model: built from the stream's frames, bounded in size.
 *
 * A model is immutable; each frame creates the next one. To pause, the page keeps showing an old model.
 */

import type { ActorView, Frame, Hello, LifecycleEntry, Message, Transition } from '../server/frame.js';
import { groupBy } from './groups.js';

/**
 * The maximum numbers of messages kept in all, and of one kind. The second limit keeps frequent messages from
 * evicting rare ones.
 */
export const MAX_MESSAGES = 500;
export const MAX_MESSAGES_PER_KIND = 60;

/** The limits for entries of the lifecycle log: in all, and of one kind. */
export const MAX_ENTRIES = 500;
export const MAX_ENTRIES_PER_KIND = 50;

/** The maximum number of transitions kept for one actor, and the maximum number of these actors. */
export const MAX_STEPS = 40;
export const MAX_STEPPING_ACTORS = 1_000;

/** A thing with a serial number. Later things have higher numbers. */
export type Numbered<Thing> = Thing & { readonly serial: number };

/** A transition, and the time of its frame. */
export type Step = Numbered<Transition & { readonly at: number }>;

export interface Model {
  /** Describes the inspected program; `undefined` until the stream's hello has arrived. */
  readonly hello: Hello | undefined;
  /** The time of the last frame. */
  readonly at: number;
  readonly actors: readonly ActorView[];
  /** The oldest first. */
  readonly messages: readonly Numbered<Message>[];
  /** The oldest first. */
  readonly lifecycle: readonly Numbered<LifecycleEntry>[];
  /** The transitions of each actor, by its path, the oldest first. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** Number of messages and log entries that the frames omitted. */
  readonly omitted: number;
  readonly nextSerial: number;
}

export const NOTHING_YET: Model = {
  hello: undefined,
  at: 0,
  actors: [],
  messages: [],
  lifecycle: [],
  steps: new Map(),
  omitted: 0,
  nextSerial: 0,
};

/**
 * The model at the start of a stream. Nothing is kept from an earlier stream.
 *
 * @param firstSerial The first serial number. If there was an earlier stream, pass the `nextSerial` of its
 * model, so that no number is used twice.
 */
export function begin(hello: Hello, firstSerial = 0): Model {
  const lifecycle = hello.lives
    .slice(-MAX_ENTRIES)
    .map((entry, index) => ({ ...entry, serial: firstSerial + index }));
  return {
    ...NOTHING_YET,
    hello,
    at: hello.startedAt,
    lifecycle,
    nextSerial: firstSerial + lifecycle.length,
  };
}

/** The model after a frame. */
export function applyFrame(model: Model, frame: Frame): Model {
  let { nextSerial } = model;
  const numbered = <Thing>(thing: Thing): Numbered<Thing> => ({ ...thing, serial: nextSerial++ });
  return {
    hello: model.hello,
    at: frame.at,
    actors: frame.actors ?? model.actors,
    messages: keep(
      model.messages,
      frame.messages.map(numbered),
      MAX_MESSAGES,
      MAX_MESSAGES_PER_KIND,
      messageKind,
    ),
    lifecycle: keep(model.lifecycle, frame.lives.map(numbered), MAX_ENTRIES, MAX_ENTRIES_PER_KIND, entryKind),
    steps: keepSteps(
      model.steps,
      frame.transitions.map((transition) => numbered({ ...transition, at: frame.at })),
    ),
    omitted: model.omitted + frame.untold,
    nextSerial,
  };
}

function messageKind({ from, to, type }: Message): string {
  return `${from ?? ''}>${to} ${type}`;
}

function entryKind({ path, what, why }: LifecycleEntry): string {
  return `${path} ${what} ${what === 'ended' ? why : ''}`;
}

/** True for the entry of an ordinary start or end. */
export function isOrdinary({ what, why, error }: { [Key in 'what' | 'why' | 'error']?: unknown }): boolean {
  return (what === 'started' || what === 'ended') && why !== 'crashed' && error === undefined;
}

/** The latest of the old and the fresh items: at most `most` in all, and at most `mostAlike` of one kind. */
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
    // Moves this actor to the end. The first actor is then the one whose last transition is the oldest.
    steps.delete(path);
    steps.set(path, all);
  }
  for (const path of steps.keys()) {
    if (steps.size <= MAX_STEPPING_ACTORS) break;
    steps.delete(path);
  }
  return steps;
}
