/**
 * What can be seen of an actor from outside: whether it is over, the state of its chart.
 */

import type { AnyActorRef, StateValue } from 'xstate';
import { behaviourState } from '../../supervision/behaviour.js';

/** True when an actor has ended, whether or not anybody said so. */
export function isOver(actor: AnyActorRef): boolean {
  return actor.getSnapshot()?.status !== 'active';
}

/** The state of an actor's chart, names joined by dots; of parallel states, all of them. */
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
