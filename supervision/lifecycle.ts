/**
 * What supervisors emit: the life of every actor under them, for a log, for metrics, for an
 * inspector.
 *
 * Whatever a child emits, its supervisor emits too. So one listener at the root hears the whole tree:
 * `root.on('child.ended', ({ id, reason }) => …)`.
 */

import type { AnyActorRef } from 'xstate';

/** Why a child ended. */
export type EndReason =
  /** By itself. */
  | { readonly kind: 'done' }
  /** By a throw, or with an error. */
  | { readonly kind: 'crashed'; readonly error: unknown }
  /** Because its supervisor asked. */
  | { readonly kind: 'shut_down' }
  /** By force: it is stopped brutally, or did not end in time. */
  | { readonly kind: 'killed' };

/** Why a supervisor stops all its children, and ends. */
export type ShutdownReason = 'requested' | 'start_failed' | 'gave_up' | 'significant_child_ended';

/** Why an address refuses a message: as much waits there as may, or the child is gone for good. */
export type RefusalReason = 'full' | 'closed';

/** Where a throw came from that belongs to no actor. */
export type ObserverKind = 'observer' | 'listener' | 'inspector' | 'refusal' | 'reply' | 'release';

interface ChildEvent {
  /** The child's id in its spec; for a child of a dynamic supervisor, its actor's id. */
  readonly id: string;
  /** The id of the supervisor's actor. */
  readonly supervisor: string;
  /** True for a child of a dynamic supervisor, of whom there may be very many. */
  readonly dynamic: boolean;
}

export type LifecycleEvent =
  | (ChildEvent & { readonly type: 'child.started'; readonly actor: AnyActorRef })
  /** It had nothing to do, and said so with `IGNORE`. */
  | (ChildEvent & { readonly type: 'child.ignored' })
  | (ChildEvent & { readonly type: 'child.ended'; readonly actor: AnyActorRef; readonly reason: EndReason })
  /** Its first start, or one that was asked for, failed; it is not tried again. */
  | (ChildEvent & { readonly type: 'child.start-failed'; readonly error: unknown })
  /** It will be started again; `attempt` counts the supervisor's restarts in the current period. */
  | (ChildEvent & { readonly type: 'child.restarting'; readonly attempt: number; readonly delayMs: number })
  /** One restart too many: the supervisor shuts down, and ends with an error. */
  | (ChildEvent & { readonly type: 'supervisor.gave-up'; readonly error: unknown })
  | {
      readonly type: 'supervisor.shutting-down';
      readonly supervisor: string;
      readonly reason: ShutdownReason;
    }
  /**
   * An address refused messages. The first is reported at once; of those that follow, each second, the
   * number.
   */
  | {
      readonly type: 'message.refused';
      /** The name; `undefined` when it stands for several addresses, because there were very many. */
      readonly address: string | undefined;
      readonly reason: RefusalReason;
      /** The type of the message; of several, of the last. */
      readonly message: string;
      /** How many since the event before. */
      readonly count: number;
    }
  /** Somebody who only watches, or was told of something, threw. No actor is the worse for it. */
  | {
      readonly type: 'observer.failed';
      readonly observer: ObserverKind;
      /** The id of the actor that was watched. */
      readonly actor: string;
      readonly error: unknown;
    };
