/**
 * Random walks through a chart that XState runs. They find transitions that are never taken, and events that
 * break the chart.
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

/** Number of walks, and number of steps in each. */
const WALKS = 900;
const STEPS = 60;

/** One in this many steps sends an arbitrary event; the others send an event that the state handles. */
const ANYTHING = 10;

/** The plan of all walks. Each walk has a different seed. */
export interface Walk {
  readonly machine: AnyStateMachine;
  readonly input: (seed: number) => unknown;
  readonly events: (step: number) => readonly AnyEventObject[];
  /** Events to begin walks with. They lead to states that random events seldom reach. */
  readonly beginnings: readonly (readonly AnyEventObject[])[];
  /** Events that end a walk or change the rest of it. They are sent seldom. */
  readonly ends: readonly AnyEventObject[];
  /** Steps of the clock, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** Settles the actors that the chart has invoked. */
  readonly settleInvoked?: (
    actor: { getSnapshot(): { matches(state: never): boolean } },
    random: Random,
  ) => Promise<void>;
}

/** An actor that ignores all events. */
export function idleNeighbour(): never {
  return createActor(fromTransition((state: object) => state, {})).start() as never;
}

/** Returns the names of the transitions that no walk took. @throws If an event breaks the chart. */
export async function missedTransitions(walk: Walk): Promise<string[]> {
  const names = namesIn(walk.machine.root as AnyStateNode);
  const seen = new Set<string>();
  for (let seed = 1; seed <= WALKS; seed++) await walkOnce(walk, seed, names, seen);
  return [...names.values()].filter((name) => !seen.has(name));
}

async function walkOnce(
  { machine, input, events, beginnings, ends, delaysMs, settleInvoked }: Walk,
  seed: number,
  names: ReadonlyMap<object, string>,
  seen: Set<string>,
): Promise<void> {
  const random = new Random(seed);
  const clock = new SimulatedClock();
  let failure: unknown;
  const actor = createActor(machine, {
    clock,
    inspect: (event) => recordTransitions(event, names, seen),
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
    await settleInvoked?.(actor as never, random);
  }
  actor.stop();
  if (failure !== undefined) throw failure;
}

interface Microstep {
  readonly _transitions?: readonly object[];
}

function recordTransitions(
  event: InspectionEvent,
  names: ReadonlyMap<object, string>,
  seen: Set<string>,
): void {
  if (event.type !== '@xstate.microstep') return;
  for (const transition of (event as unknown as Microstep)._transitions ?? []) {
    seen.add(names.get(transition) ?? 'another');
  }
}

/** The names of a chart's transitions. Those of the same state and event differ by their index. */
function namesIn(root: AnyStateNode): Map<object, string> {
  const names = new Map<object, string>();
  const nameAll = (node: AnyStateNode): void => {
    for (const transitions of [...node.transitions.values(), node.always ?? []]) {
      for (const [index, transition] of transitions.entries())
        names.set(transition, `${node.id} on ${transition.eventType || 'entry'} #${index}`);
    }
    for (const child of Object.values(node.states)) nameAll(child);
  };
  nameAll(root);
  return names;
}
