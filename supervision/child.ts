/**
 * A supervisor's record of one child: a spec, and at most one actor at a time.
 *
 * `Child` starts the actor, waits until it is ready, asks it to end, waits for its end, and reports each
 * step. The supervisor decides when to start and stop a child, and what follows from each report.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { canHandleShutdown, isReady } from './actor-state.js';
import { type Reply, type Started, sendAnswer } from './administration.js';
import { Backoff } from './backoff.js';
import type { AnyActorSystem, BehaviourScope, Timer } from './behaviour.js';
import type { ResolvedSpec } from './child-spec.js';
import { NEXT_ITERATION_MS, START_TIMEOUT_MS } from './defaults.js';
import type { EndReason, LifecycleEvent } from './lifecycle.js';
import type { RestartBudget } from './restart-budget.js';

/** The error of a child that did not become ready within {@link START_TIMEOUT_MS}. */
export function notReady(id: string): Error {
  return new Error(`'${id}' was not ready within ${START_TIMEOUT_MS} ms`);
}

/** The events that a `Child` sends to its supervisor. */
export type ChildReport =
  | { readonly type: 'child.readied'; readonly actorId: string }
  /** The actor was not ready, or did not end, in time. */
  | { readonly type: 'child.overdue'; readonly actorId: string };

/**
 * Why a child is started. The purpose decides what a failed start causes. With `first`, the supervisor's own
 * start fails; with `added`, the child is forgotten; with `asked`, the child stays down; with `restart`, the
 * supervisor tries the start again.
 */
export type Purpose = 'first' | 'added' | 'asked' | 'restart';

const NO_REPLIES: readonly Reply<never>[] = [];

/** The optional parts of a child. */
interface ChildMore {
  /** True for a child of a dynamic supervisor, which is identified by its actor. */
  readonly dynamic: boolean;
  /** The input of a dynamic child, for each start. */
  readonly input?: unknown;
  /** The mailbox of a child with an address. */
  readonly mailbox?: AnyActorRef | undefined;
}

export class Child {
  readonly spec: ResolvedSpec;
  readonly input: unknown;
  purpose: Purpose;
  /** Its position in start order; set by the child list. */
  rank = 0;
  state: 'down' | 'starting' | 'up' | 'stopping' = 'down';
  /** Its current or last actor. */
  actor: AnyActorRef | undefined = undefined;
  /** The last actor that was up. Other actors may still name the child by this actor. */
  knownAs: AnyActorRef | undefined = undefined;
  /** The replies to send when the child is up, and when it is down. */
  onUp: readonly Reply<Started>[] = NO_REPLIES;
  onDown: readonly Reply[] = NO_REPLIES;
  readonly #scope: BehaviourScope<ChildReport>;
  readonly #dynamic: boolean;
  readonly #mailbox: AnyActorRef | undefined;
  readonly #backoff: Backoff | undefined;
  #timer: Timer | undefined = undefined;

  /** @param scope The scope of the supervisor. */
  constructor(scope: BehaviourScope<ChildReport>, spec: ResolvedSpec, purpose: Purpose, more: ChildMore) {
    this.#scope = scope;
    this.spec = spec;
    this.purpose = purpose;
    this.#dynamic = more.dynamic;
    this.input = more.input;
    this.#mailbox = more.mailbox;
    this.#backoff = spec.backoff && new Backoff(spec.backoff);
  }

  /**
   * Starts an actor. If the actor is not ready at once, sends `child.readied` when it becomes ready.
   *
   * @returns True if the actor is ready already. The caller must then call {@link markUp}.
   * @throws The error thrown while the actor or its input was created.
   */
  start(actorId: string, makeInput: (system: AnyActorSystem) => unknown): boolean {
    this.state = 'starting';
    this.actor = undefined;
    const { self, system } = this.#scope;
    const actor = createActor(this.spec.logic, { parent: self, id: actorId, input: makeInput(system) });
    this.actor = actor;
    // A dynamic supervisor has many short-lived children: it forwards only events of children with a subtree.
    if (!this.#dynamic || this.spec.type === 'supervisor') actor.on('*', (event) => this.#scope.emit(event));
    actor.start();
    if (isReady(actor)) return true;
    this.#timer = this.#scope.sendLater({ type: 'child.overdue', actorId }, START_TIMEOUT_MS);
    const subscription = actor.subscribe(() => {
      if (!isReady(actor)) return;
      subscription.unsubscribe();
      this.#scope.self.send({ type: 'child.readied', actorId });
    });
    return false;
  }

  /** Marks the child as up: its actor is ready. */
  markUp(): void {
    const actor = this.actor as AnyActorRef;
    this.state = 'up';
    this.knownAs = actor;
    this.purpose = 'restart';
    this.#scope.cancel(this.#timer);
    this.#backoff?.recordUp(this.#scope.now());
    this.#mailbox?.send({ type: 'mailbox.attach', target: actor });
    this.emit({ type: 'child.started', ...this.about(), actor });
    this.replyToStarts({ ok: true, actor });
  }

  /**
   * Asks the actor to end within a time limit. If the time limit is `brutal`, or if the actor would ignore
   * the request in its current state, stops the actor and marks the child as down at once.
   */
  stop(timeoutMs: number | 'brutal' = this.spec.shutdown): void {
    const actor = this.actor as AnyActorRef;
    this.state = 'stopping';
    this.#mailbox?.send({ type: 'mailbox.detach' });
    this.#scope.cancel(this.#timer);
    if (timeoutMs === 'brutal' || (this.spec.mayIgnoreShutdown && !canHandleShutdown(actor)))
      return this.kill();
    actor.send({ type: 'shutdown.requested' });
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#scope.sendLater({ type: 'child.overdue', actorId: actor.id }, timeoutMs);
  }

  /** Stops the actor without asking it. */
  kill(): void {
    if (this.actor !== undefined) this.#scope.stopChild(this.actor);
    this.markDown({ kind: 'killed' });
  }

  /** Marks the child as down: its actor has ended, or could not be created. */
  markDown(reason: EndReason | undefined): void {
    const { actor } = this;
    this.state = 'down';
    this.#scope.cancel(this.#timer);
    this.#mailbox?.send({ type: 'mailbox.detach' });
    if (reason !== undefined && actor !== undefined && actor === this.knownAs) {
      this.emit({ type: 'child.ended', ...this.about(), actor, reason });
    }
    this.#replyToStops();
  }

  /**
   * Takes one restart from its supervisor's budget. Reports the planned restart, or that the supervisor gives
   * up.
   *
   * @returns The delay of the start in milliseconds; `undefined` when the restart exceeds the budget.
   */
  planRestart(budget: RestartBudget, error: unknown): number | undefined {
    const now = this.#scope.now();
    const attempt = budget.spend(now);
    if (attempt === undefined) {
      this.emit({ type: 'supervisor.gave-up', ...this.about(), error });
      return undefined;
    }
    const delayMs = Math.max(this.#backoff?.next(now) ?? 0, NEXT_ITERATION_MS);
    this.emit({ type: 'child.restarting', ...this.about(), attempt, delayMs });
    return delayMs;
  }

  /** Stops the actor, because the supervisor ends or forgets the child. */
  release(): void {
    this.#scope.cancel(this.#timer);
    if (this.state !== 'down' && this.actor !== undefined) this.#scope.stopChild(this.actor);
    this.replyToStarts({ ok: false, code: 'shutting_down' });
  }

  /** Replies to the callers that wait for the child to be up. */
  replyToStarts(given: Parameters<Reply<Started>>[0]): void {
    const replies = this.onUp;
    this.onUp = NO_REPLIES;
    sendAnswer(this.#scope.self, replies, given);
  }

  #replyToStops(): void {
    const replies = this.onDown;
    this.onDown = NO_REPLIES;
    sendAnswer(this.#scope.self, replies, { ok: true });
  }

  /** The fields that name the child in lifecycle events. */
  about(): { readonly id: string; readonly supervisor: string; readonly dynamic: boolean } {
    const id = this.#dynamic ? (this.actor?.id ?? this.spec.id) : this.spec.id;
    return { id, supervisor: this.#scope.self.id, dynamic: this.#dynamic };
  }

  emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}
