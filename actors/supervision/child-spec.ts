/**
 * What a supervisor must know of a child: a description, as data, from which it can be started again.
 */

import type { AnyActorLogic, AnyActorRef, EventObject, InputFrom } from 'xstate';
import type { AnyActorSystem } from './behaviour.js';
import type { AddressOptions } from './mailbox.js';

/** When a child is started again: always, only after a crash, or never. */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

/**
 * How a child is stopped: after at most so many milliseconds from the request to end, or at once.
 * `Infinity` is for supervisors, which bound the stop of their own children.
 */
export type ShutdownPolicy = number | 'brutal';

/** OTP's default for a worker, in milliseconds. */
export const DEFAULT_SHUTDOWN_MS = 5_000;

export interface ChildSpec {
  /** Unique among its siblings; with `address`, in the whole system. */
  readonly id: string;
  readonly logic: AnyActorLogic;
  /** Makes the input, anew at every start. */
  readonly input?: (system: AnyActorSystem) => unknown;
  /** Default `permanent`. */
  readonly restart?: RestartPolicy;
  /** Default {@link DEFAULT_SHUTDOWN_MS}. */
  readonly shutdown?: ShutdownPolicy;
  /** Gives the child a mailbox under its id: see {@link addressOf}. */
  readonly address?: AddressOptions;
}

/** Writes a child's spec with its input checked against its logic. */
export function child<TLogic extends AnyActorLogic>(
  spec: Omit<ChildSpec, 'logic' | 'input'> & {
    readonly logic: TLogic;
  } & (undefined extends InputFrom<TLogic>
      ? { readonly input?: (system: AnyActorSystem) => InputFrom<TLogic> }
      : { readonly input: (system: AnyActorSystem) => InputFrom<TLogic> }),
): ChildSpec {
  return spec as ChildSpec;
}

/** What supervisors emit about their children; an inner supervisor's events pass through the outer. */
export type LifecycleEvent =
  | { readonly type: 'child.started'; readonly id: string; readonly actor: AnyActorRef }
  | { readonly type: 'child.ended'; readonly id: string; readonly reason: EndReason }
  | { readonly type: 'child.restarting'; readonly id: string; readonly attempt: number }
  | { readonly type: 'supervisor.gave-up'; readonly id: string; readonly error: unknown };

/** Why a child ended: by itself, by a crash, because it was asked to, or by force. */
export type EndReason =
  | { readonly kind: 'done' }
  | { readonly kind: 'crashed'; readonly error: unknown }
  | { readonly kind: 'shut-down' }
  | { readonly kind: 'killed' };

/** True when a started actor can be used; a logic whose snapshot has no `ready` always can. */
export function isReady(actor: AnyActorRef): boolean {
  const snapshot: { readonly status: string; readonly ready?: boolean } = actor.getSnapshot();
  return snapshot.status === 'active' && snapshot.ready !== false;
}

/** XState's own news of a child's end, as they reach the parent. */
export type ActorEnded =
  | { readonly type: `xstate.done.actor.${string}`; readonly actorId: string }
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };

/** Tells the end of a child from any other event. */
export function isActorEnded(event: EventObject): event is ActorEnded {
  return event.type.startsWith('xstate.done.actor.') || event.type.startsWith('xstate.error.actor.');
}
