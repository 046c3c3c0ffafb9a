/**
 * What can be seen of an actor: whether it has ended, and its state.
 */

import type { AnyActorRef, StateValue } from 'xstate';
import { behaviourState } from '../../supervision/behaviour.js';

/** True if an actor has ended, whether or not a lifecycle event reported it. */
export function isOver(actor: AnyActorRef): boolean {
  return actor.getSnapshot()?.status !== 'active';
}

/**
 * The state of an actor's chart: names joined by dots, parallel states separated by spaces. For a behaviour
 * without a chart, the word that its `state` function returns.
 */
export function stateOf(actor: AnyActorRef): string | undefined {
  const { value }: { readonly value?: StateValue } = actor.getSnapshot();
  return value === undefined ? behaviourState(actor) : pathsIn(value).join(' ');
}

function pathsIn(value: StateValue): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [name] : pathsIn(inner).map((path) => `${name}.${path}`),
  );
}
