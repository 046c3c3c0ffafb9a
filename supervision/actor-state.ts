/**
 * What XState tells a supervisor of an actor: whether it can be used, and how it ended.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import { IGNORE } from './behaviour.js';
import { reportObserverError } from './isolation.js';
import type { EndReason } from './lifecycle.js';

/** True when a started actor can be used; a logic whose snapshot has no `ready` always can. */
export function isReady(actor: AnyActorRef): boolean {
  const snapshot: { readonly status: string; readonly ready?: boolean } = actor.getSnapshot();
  return snapshot.status === 'active' && snapshot.ready !== false;
}

/** Whether a machine has a transition for the request to end in the state that it is in. */
export function takesShutdown(machine: AnyActorRef): boolean {
  try {
    return machine.getSnapshot().can({ type: 'shutdown.requested' });
  } catch {
    return true; // A guard threw. It will again when the request comes: the machine crashes, and so ends.
  }
}

/** True until a started actor has ended. */
export function isActive(actor: AnyActorRef): boolean {
  return (actor.getSnapshot() as { readonly status: string }).status === 'active';
}

/** XState's own news of a child's end, as they reach the parent. */
export type ActorEnded =
  | { readonly type: `xstate.done.actor.${string}`; readonly actorId: string; readonly output: unknown }
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };

/** Tells the end of a child from any other event. */
export function isActorEnded(event: EventObject): event is ActorEnded {
  return event.type.startsWith('xstate.done.actor.') || event.type.startsWith('xstate.error.actor.');
}

/**
 * What an actor threw when it was stopped already: it ended, and its supervisor knows; that it failed shall
 * be known too.
 */
export function reportLateError(supervisor: AnyActorRef, event: ActorEnded): void {
  if ('error' in event) reportObserverError('release', supervisor, event.error);
}

/** True for the end of an actor that had nothing to do. */
export function isIgnored(event: ActorEnded): boolean {
  return !('error' in event) && event.output === IGNORE;
}

/** Why an actor ended that its supervisor had asked to, or not. */
export function reasonOf(event: ActorEnded, asked: boolean): EndReason {
  if ('error' in event) return { kind: 'crashed', error: event.error };
  return { kind: asked ? 'shut_down' : 'done' };
}
