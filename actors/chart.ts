/**
 * Runs a flat statechart that controls a resource of its actor, such as a socket.
 *
 * The chart (in machines/) decides which actions run. The actor implements them: it opens the resource, has
 * one function per action of the chart, and releases the resource, no matter how the actor ends.
 *
 * XState's interpreter can run these charts too, and a test compares the results. But with the interpreter, a
 * connection costs several times as much CPU time. The interpreter also has no hook that releases a resource
 * when an actor is stopped or crashes.
 */

import type { AnyActorLogic, AnyStateMachine, EventObject } from 'xstate';
import { type BehaviourLogic, type BehaviourScope, fromBehaviour } from '../supervision/behaviour.js';
import { isMachine } from '../supervision/xstate-internals.js';

/** What the actor adds to its chart: the resource and the effects. */
export interface ChartActor<TEvent extends EventObject, TAction extends string, TInput, TResource> {
  /** Opens the resource. The resource's listeners send the chart's events to `scope.self`. */
  open(scope: BehaviourScope<TEvent>, input: TInput): TResource;
  /** One effect per action that the chart names. */
  readonly actions: Readonly<Record<TAction, (resource: TResource, event: TEvent) => void>>;
  /** Releases the resource. Called once, when the actor ends. `isFinal`: the chart reached a final state. */
  release(resource: TResource, isFinal: boolean): void;
}

/** What a state does with an event. A transition with a guard is taken only if the guard is true. */
interface Transition {
  readonly target: string | undefined;
  readonly guard: ((args: { readonly event: EventObject }) => boolean) | undefined;
  readonly actions: readonly string[];
}

interface State {
  readonly name: string;
  readonly final: boolean;
  readonly on: ReadonlyMap<string, readonly Transition[]>;
}

/**
 * Actor logic of a flat chart: atomic and final states, and transitions with named actions and named guards.
 * Guards see only the event.
 *
 * @throws TypeError if the chart uses any other feature of XState, or names an action or a guard that is not
 * implemented.
 */
export function fromChart<TEvent extends EventObject, TAction extends string, TInput, TResource>(
  machine: AnyStateMachine,
  { open, actions, release }: ChartActor<TEvent, TAction, TInput, TResource>,
): BehaviourLogic<TEvent, TInput> {
  const { initial, states } = compile(machine, actions);

  const logic = fromBehaviour<TEvent, TInput>((scope, input) => {
    const resource = open(scope, input);
    let state = initial;

    function step(event: TEvent): void {
      const candidates = state.on.get(event.type);
      const transition = candidates?.find(({ guard }) => guard === undefined || guard({ event }));
      if (transition === undefined) return;
      if (transition.target !== undefined) state = states.get(transition.target) as State;
      for (const action of transition.actions) actions[action as TAction](resource, event);
      if (state.final) scope.end();
    }

    return {
      receive: step,
      shutdown: () => step({ type: 'shutdown.requested' } as TEvent),
      release: () => release(resource, state.final),
      state: () => state.name,
    };
  });
  return Object.assign(logic, { [CHART]: machine });
}

/** Marks logics that run a chart. */
const CHART = Symbol('chart');

/** The statechart that a logic runs: a machine itself, or the chart of {@link fromChart}. */
export function chartOf(logic: AnyActorLogic): AnyStateMachine | undefined {
  return isMachine(logic) ? logic : (logic as { readonly [CHART]?: AnyStateMachine })[CHART];
}

const STATE_KEYS: readonly string[] = ['description', 'on', 'type'];
const TRANSITION_KEYS: readonly string[] = ['actions', 'description', 'guard', 'target'];

/** Turns a chart's configuration into a table. Throws if the chart is not flat. */
function compile(
  machine: AnyStateMachine,
  actions: Readonly<Record<string, unknown>>,
): { readonly initial: State; readonly states: ReadonlyMap<string, State> } {
  const { id, initial } = machine.config;
  const states = machine.config.states as Record<string, Record<string, unknown>>;
  const { guards } = machine.implementations;

  function assert(condition: boolean, what: string): asserts condition {
    if (!condition) throw new TypeError(`chart '${id}' cannot be run flat: ${what}`);
  }

  function compileTransition(config: string | Record<string, unknown>): Transition {
    const {
      target,
      guard,
      actions: names = [],
      ...rest
    } = typeof config === 'string' ? { target: config } : config;
    const unknown = Object.keys(rest).find((key) => !TRANSITION_KEYS.includes(key));
    assert(unknown === undefined, `a transition has '${unknown}'`);
    assert(target === undefined || (typeof target === 'string' && target in states), `no state '${target}'`);
    const named = [names].flat() as readonly string[];
    for (const name of named) assert(name in actions, `no action '${name}'`);
    assert(guard === undefined || (typeof guard === 'string' && guard in guards), `no guard '${guard}'`);
    return { target, guard: guards[guard as string] as Transition['guard'], actions: named };
  }

  function compileState(name: string): State {
    const config = states[name] ?? {};
    const unknown = Object.keys(config).find((key) => !STATE_KEYS.includes(key));
    assert(unknown === undefined, `state '${name}' has '${unknown}'`);
    const on = Object.entries(config['on'] ?? {}).map(
      ([type, configs]) => [type, [configs].flat().map(compileTransition)] as const,
    );
    return { name, final: config['type'] === 'final', on: new Map(on) };
  }

  const compiled = new Map(Object.keys(states).map((name) => [name, compileState(name)]));
  const first = compiled.get(String(initial));
  assert(first !== undefined, 'no initial state');
  return { initial: first, states: compiled };
}
