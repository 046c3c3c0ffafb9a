/**
 * Walks at random through a chart that XState runs: which of its transitions were taken, and that no event
 * breaks it.
 */

import {
  type AnyEventObject,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  fromTransition,
  type InspectionEvent,
  SimulatedClock,
} from 'xstate';
import { Random } from './random.js';

/** How many walks there are, and how long each is. */
const WALKS = 600;
const STEPS = 60;

/** Of so many steps one is any event; the others are what the state can do something with. */
const ANYTHING = 10;

/** A walk's plan; `seed` makes it one of many. */
export interface Walk {
  readonly machine: AnyStateMachine;
  readonly input: (seed: number) => unknown;
  readonly events: (step: number) => readonly AnyEventObject[];
  /** Where walks begin: chance would seldom come there. */
  readonly beginnings: readonly (readonly AnyEventObject[])[];
  /** Events that end a walk, or change all of the rest of it. */
  readonly ends: readonly AnyEventObject[];
  /** Steps of the clock in milliseconds, besides events. */
  readonly delaysMs: readonly number[];
  /** Lets what the chart invoked answer. */
  readonly settle?: (
    actor: { getSnapshot(): { matches(state: never): boolean } },
    random: Random,
  ) => Promise<void>;
}

/** An actor that takes events and does nothing. */
export function idleNeighbour(): never {
  return createActor(fromTransition((state: object) => state, {})).start() as never;
}

/** The transitions that no walk came through, by their names; an event that breaks the chart throws. */
export async function missedTransitions(walk: Walk): Promise<string[]> {
  const names = namesIn(walk.machine.root as AnyStateNode);
  const seen = new Set<string>();
  for (let seed = 1; seed <= WALKS; seed++) await walkOnce(walk, seed, names, seen);
  return [...names.values()].filter((name) => !seen.has(name));
}

async function walkOnce(
  { machine, input, events, beginnings, ends, delaysMs, settle }: Walk,
  seed: number,
  names: ReadonlyMap<object, string>,
  seen: Set<string>,
): Promise<void> {
  const random = new Random(seed);
  const clock = new SimulatedClock();
  let failure: unknown;
  const actor = createActor(machine, {
    clock,
    inspect: (event) => note(event, names, seen),
    input: input(seed),
  });
  actor.subscribe({
    error(error) {
      failure = error;
    },
  });
  actor.start();
  for (const event of random.pick(beginnings)) actor.send(event);
  for (let step = 0; step < STEPS && actor.getSnapshot().status === 'active'; step++) {
    const all = events(step);
    const possible = all.filter((event) => actor.getSnapshot().can(event));
    const choice = random.below(ANYTHING) === 0 || possible.length === 0 ? all : possible;
    if (random.below(8) === 0) clock.increment(random.pick(delaysMs));
    else if (random.below(STEPS) === 0) actor.send(random.pick(ends));
    else actor.send(random.pick(choice));
    await settle?.(actor as never, random);
  }
  actor.stop();
  if (failure !== undefined) throw failure;
}

interface Microstep {
  readonly _transitions?: readonly object[];
}

function note(event: InspectionEvent, names: ReadonlyMap<object, string>, seen: Set<string>): void {
  if (event.type !== '@xstate.microstep') return;
  for (const transition of (event as unknown as Microstep)._transitions ?? []) {
    seen.add(names.get(transition) ?? 'another');
  }
}

/** The transitions of a chart; those of the same state for the same event differ by their place. */
function namesIn(root: AnyStateNode): Map<object, string> {
  const names = new Map<object, string>();
  const nameAll = (node: AnyStateNode): void => {
    for (const transitions of [...node.transitions.values(), node.always ?? []]) {
      for (const [place, transition] of transitions.entries())
        names.set(transition, `${node.id} on ${transition.eventType || 'entry'} #${place}`);
    }
    for (const child of Object.values(node.states)) nameAll(child);
  };
  nameAll(root);
  return names;
}
