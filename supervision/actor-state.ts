/**
 * Reads an actor's state from XState: whether the actor is ready, and how it ended.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import { IGNORE } from './behaviour.js';
import { reportObserverError } from './isolation.js';
import type { EndReason } from './lifecycle.js';

/** True when a started actor is ready for use. An actor whose snapshot has no `ready` is ready at once. */
export function isReady(actor: AnyActorRef): boolean {
  const snapshot: { readonly status: string; readonly ready?: boolean } = actor.getSnapshot();
  return snapshot.status === 'active' && snapshot.ready !== false;
}

/** Whether a machine has a transition for `shutdown.requested` in its current state. */
export function canHandleShutdown(machine: AnyActorRef): boolean {
  try {
    return machine.getSnapshot().can({ type: 'shutdown.requested' });
  } catch {
    return true; // A guard threw. It will throw again at the request, and the machine will then crash.
  }
}

/** True until a started actor has ended. */
export function isActive(actor: AnyActorRef): boolean {
  return (actor.getSnapshot() as { readonly status: string }).status === 'active';
}

/** The events with which XState reports the end of a child to its parent. */
export type ActorEnded =
  | { readonly type: `xstate.done.actor.${string}`; readonly actorId: string; readonly output: unknown }
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };

/** Whether an event is XState's report of a child's end. */
export function isActorEnded(event: EventObject): event is ActorEnded {
  return event.type.startsWith('xstate.done.actor.') || event.type.startsWith('xstate.error.actor.');
}

/**
 * Reports the error of an actor that its supervisor had already stopped. The supervisor no longer handles the
 * end of that actor, so without this report the error would be lost.
 */
export function reportLateError(supervisor: AnyActorRef, event: ActorEnded): void {
  if ('error' in event) reportObserverError('release', supervisor, event.error);
}

/** Whether an actor ended because it had nothing to do. */
export function isIgnored(event: ActorEnded): boolean {
  return !('error' in event) && event.output === IGNORE;
}

/** Why an actor ended. @param asked Whether the supervisor of the actor had asked it to end. */
export function reasonOf(event: ActorEnded, asked: boolean): EndReason {
  if ('error' in event) return { kind: 'crashed', error: event.error };
  return { kind: asked ? 'shut_down' : 'done' };
}
