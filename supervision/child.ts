/**
 * A child as its supervisor has it: a spec, and at most one actor at a time.
 *
 * It starts that actor and waits until it is ready, asks it to end and waits for that, and says what
 * happened. When to do so, and what follows from it, is for the supervisor to decide.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { isReady, takesShutdown } from './actor-state.js';
import { answer, type Reply, type Started } from './administration.js';
import { Backoff } from './backoff.js';
import type { AnyActorSystem, BehaviourScope, Timer } from './behaviour.js';
import type { ResolvedSpec } from './child-spec.js';
import { NEXT_TURN_MS, START_TIMEOUT_MS } from './defaults.js';
import type { EndReason, LifecycleEvent } from './lifecycle.js';
import type { RestartBudget } from './restart-budget.js';

/** The error of a child that did not become ready within {@link START_TIMEOUT_MS}. */
export function notReady(id: string): Error {
  return new Error(`'${id}' was not ready within ${START_TIMEOUT_MS} ms`);
}

/** From a child to its own supervisor. */
export type ChildNews =
  | { readonly type: 'child.readied'; readonly actorId: string }
  /** It was not ready, or did not end, in time. */
  | { readonly type: 'child.overdue'; readonly actorId: string };

/**
 * Why a child is to be started. It decides what a failure means: `first`, the supervisor's own start fails;
 * `added`, the child is forgotten; `asked`, it stays down; `restart`, it is tried again.
 */
export type Purpose = 'first' | 'added' | 'asked' | 'restart';

const NOBODY: readonly Reply<never>[] = [];

/** What not every child has. */
interface ChildMore {
  /** True for one of many from a template: it is known by its actor. */
  readonly dynamic: boolean;
  /** Of a dynamic child: its input, for each start. */
  readonly input?: unknown;
  /** Of a named one. */
  readonly mailbox?: AnyActorRef | undefined;
}

export class Child {
  readonly spec: ResolvedSpec;
  readonly input: unknown;
  purpose: Purpose;
  /** Its place in the order of a list; the childList gives it. */
  rank = 0;
  state: 'down' | 'starting' | 'up' | 'stopping' = 'down';
  /** The actor that it is, or was last. */
  actor: AnyActorRef | undefined = undefined;
  /** The actor by which others know it: the last one that was up. */
  knownAs: AnyActorRef | undefined = undefined;
  /** Who waits for it to be up, and for it to be down. */
  onUp: readonly Reply<Started>[] = NOBODY;
  onDown: readonly Reply[] = NOBODY;
  readonly #scope: BehaviourScope<ChildNews>;
  readonly #dynamic: boolean;
  readonly #mailbox: AnyActorRef | undefined;
  readonly #backoff: Backoff | undefined;
  #timer: Timer | undefined = undefined;

  /** @param scope The supervisor's. */
  constructor(scope: BehaviourScope<ChildNews>, spec: ResolvedSpec, purpose: Purpose, more: ChildMore) {
    this.#scope = scope;
    this.spec = spec;
    this.purpose = purpose;
    this.#dynamic = more.dynamic;
    this.input = more.input;
    this.#mailbox = more.mailbox;
    this.#backoff = spec.backoff && new Backoff(spec.backoff);
  }

  /**
   * Starts an actor, and tells when it is ready.
   *
   * @returns True when it is ready already: {@link up} is to be called.
   * @throws What making it, or its input, threw.
   */
  start(actorId: string, makeInput: (system: AnyActorSystem) => unknown): boolean {
    this.state = 'starting';
    this.actor = undefined;
    const { self, system } = this.#scope;
    const actor = createActor(this.spec.logic, { parent: self, id: actorId, input: makeInput(system) });
    this.actor = actor;
    // What many short-lived children emit goes no further; a whole tree below one is heard.
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

  /** Takes note that it can be used. */
  up(): void {
    const actor = this.actor as AnyActorRef;
    this.state = 'up';
    this.knownAs = actor;
    this.purpose = 'restart';
    this.#scope.cancel(this.#timer);
    this.#backoff?.up(this.#scope.now());
    this.#mailbox?.send({ type: 'mailbox.attach', target: actor });
    this.emit({ type: 'child.started', ...this.about(), actor });
    this.answerUp({ ok: true, actor });
  }

  /** Asks it to end, in time; one that is brutal, or deaf now, is stopped at once, and down afterwards. */
  stop(timeoutMs: number | 'brutal' = this.spec.shutdown): void {
    const actor = this.actor as AnyActorRef;
    this.state = 'stopping';
    this.#mailbox?.send({ type: 'mailbox.detach' });
    this.#scope.cancel(this.#timer);
    if (timeoutMs === 'brutal' || (this.spec.mayBeDeaf && !takesShutdown(actor))) return this.kill();
    actor.send({ type: 'shutdown.requested' });
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#scope.sendLater({ type: 'child.overdue', actorId: actor.id }, timeoutMs);
  }

  /** Stops it hard. */
  kill(): void {
    if (this.actor !== undefined) this.#scope.stopChild(this.actor);
    this.down({ kind: 'killed' });
  }

  /** Takes note that its actor has ended, or never came to be. */
  down(reason: EndReason | undefined): void {
    const { actor } = this;
    this.state = 'down';
    this.#scope.cancel(this.#timer);
    this.#mailbox?.send({ type: 'mailbox.detach' });
    if (reason !== undefined && actor !== undefined && actor === this.knownAs) {
      this.emit({ type: 'child.ended', ...this.about(), actor, reason });
    }
    this.#answerDown();
  }

  /**
   * Takes one more restart from its supervisor's budget, because of an end, and tells of it.
   *
   * @returns After how many milliseconds it is to be started; `undefined` when it was one too many.
   */
  planRestart(budget: RestartBudget, error: unknown): number | undefined {
    const now = this.#scope.now();
    const attempt = budget.spend(now);
    if (attempt === undefined) {
      this.emit({ type: 'supervisor.gave-up', ...this.about(), error });
      return undefined;
    }
    const delayMs = Math.max(this.#backoff?.next(now) ?? 0, NEXT_TURN_MS);
    this.emit({ type: 'child.restarting', ...this.about(), attempt, delayMs });
    return delayMs;
  }

  /** Lets go of the actor, because the supervisor ends or forgets it. */
  release(): void {
    this.#scope.cancel(this.#timer);
    if (this.state !== 'down' && this.actor !== undefined) this.#scope.stopChild(this.actor);
    this.answerUp({ ok: false, code: 'shutting_down' });
  }

  /** Tells whoever waits for it to be up. */
  answerUp(given: Parameters<Reply<Started>>[0]): void {
    const replies = this.onUp;
    this.onUp = NOBODY;
    answer(this.#scope.self, replies, given);
  }

  #answerDown(): void {
    const replies = this.onDown;
    this.onDown = NOBODY;
    answer(this.#scope.self, replies, { ok: true });
  }

  /** How events name it. */
  about(): { readonly id: string; readonly supervisor: string; readonly dynamic: boolean } {
    const id = this.#dynamic ? (this.actor?.id ?? this.spec.id) : this.spec.id;
    return { id, supervisor: this.#scope.self.id, dynamic: this.#dynamic };
  }

  emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}
