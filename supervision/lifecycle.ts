/**
 * The lifecycle events that supervisors emit for the actors below them, for a log, metrics or an inspector.
 *
 * A supervisor re-emits the events of its children. One listener at the root therefore receives the events of
 * the whole tree: `root.on('child.ended', ({ id, reason }) => …)`.
 */

import type { AnyActorRef } from 'xstate';

/** Why a child ended. */
export type EndReason =
  /** It ended by itself. */
  | { readonly kind: 'done' }
  /** It threw, or ended with an error. */
  | { readonly kind: 'crashed'; readonly error: unknown }
  /** It ended because its supervisor asked it to. */
  | { readonly kind: 'shut_down' }
  /** Its supervisor stopped it: without asking it to end, or because it did not end in time. */
  | { readonly kind: 'killed' };

/** Why a supervisor stops all its children and ends. */
export type ShutdownReason = 'requested' | 'start_failed' | 'gave_up' | 'significant_child_ended';

/** Why an address refuses a message: its stash is full, or its child has been forgotten. */
export type RefusalReason = 'full' | 'closed';

/** The source of an error that belongs to no actor. */
export type ObserverKind = 'observer' | 'listener' | 'inspector' | 'refusal' | 'reply' | 'release';

interface ChildEvent {
  /** The child's id in its spec. For a child of a dynamic supervisor, the id of its actor. */
  readonly id: string;
  /** The actor id of the supervisor. */
  readonly supervisor: string;
  /** True for a child of a dynamic supervisor, which may have very many children. */
  readonly dynamic: boolean;
}

export type LifecycleEvent =
  | (ChildEvent & { readonly type: 'child.started'; readonly actor: AnyActorRef })
  /** The child had nothing to do: its start returned `IGNORE`. */
  | (ChildEvent & { readonly type: 'child.ignored' })
  | (ChildEvent & { readonly type: 'child.ended'; readonly actor: AnyActorRef; readonly reason: EndReason })
  /** A first start, or a start that was requested, failed. The supervisor does not retry the start. */
  | (ChildEvent & { readonly type: 'child.start-failed'; readonly error: unknown })
  /** The child will be restarted. `attempt` counts the supervisor's restarts in the current period. */
  | (ChildEvent & { readonly type: 'child.restarting'; readonly attempt: number; readonly delayMs: number })
  /** The restarts exceeded the limit: the supervisor shuts down and ends with an error. */
  | (ChildEvent & { readonly type: 'supervisor.gave-up'; readonly error: unknown })
  | {
      readonly type: 'supervisor.shutting-down';
      readonly supervisor: string;
      readonly reason: ShutdownReason;
    }
  /**
   * An address refused messages. The first refusal is reported at once; the number of further refusals is
   * reported once a second.
   */
  | {
      readonly type: 'message.refused';
      /** The name of the address. `undefined` if the report covers several addresses. */
      readonly address: string | undefined;
      readonly reason: RefusalReason;
      /** The type of the last refused message. */
      readonly message: string;
      /** The number of refused messages since the previous report. */
      readonly count: number;
    }
  /** An observer or another callback threw. No actor is affected. */
  | {
      readonly type: 'observer.failed';
      readonly observer: ObserverKind;
      /** The id of the observed actor. */
      readonly actor: string;
      readonly error: unknown;
    };
