/**
 * A supervisor of a fixed list of children, after Erlang/OTP's `supervisor`.
 *
 * It starts them in order, each when the one before is ready; restarts what crashes, by its
 * strategy; gives up when restarts come too thick; and stops them in reverse order. One thing
 * happens at a time: a child being started or stopped is waited for (`#awaited`), and two queues
 * hold what comes next, stops before starts. Every event, whatever it was, ends in `#advance`.
 */

import { nanoid } from 'nanoid';
import { type AnyActorRef, createActor } from 'xstate';
import {
  countRestart,
  DEFAULT_RESTART_LIMITS,
  type RestartLimits,
  type RestartTimes,
} from '../../machines/restart-window.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from './behaviour.js';
import {
  type ActorEnded,
  type ChildSpec,
  DEFAULT_SHUTDOWN_MS,
  type EndReason,
  isActorEnded,
  isReady,
  type LifecycleEvent,
} from './child-spec.js';
import { mailboxLogic } from './mailbox.js';
import { SupervisorError } from './supervisor-error.js';

/** Longest wait for a child to become ready, in milliseconds; then it counts as crashed. */
export const START_TIMEOUT_MS = 120_000;

/** Which children are restarted when one crashes: it alone, all, or it and those started after it. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export interface SupervisorOptions {
  readonly strategy: Strategy;
  /** Default {@link DEFAULT_RESTART_LIMITS}. */
  readonly limits?: RestartLimits;
  /** In the order in which they start. */
  readonly children: readonly ChildSpec[];
}

/** What reaches a supervisor: the ends of its children from XState, the rest from itself. */
type SupervisorEvent =
  | ActorEnded
  | { readonly type: 'child.unstartable'; readonly id: string; readonly error: unknown }
  | { readonly type: 'child.readied'; readonly actorId: string }
  | { readonly type: 'child.overdue'; readonly actorId: string }
  | { readonly type: 'restart.due' };

interface Child {
  readonly spec: ChildSpec;
  readonly mailbox: AnyActorRef | undefined;
  actor: AnyActorRef | undefined;
  state: 'down' | 'starting' | 'up' | 'stopping';
}

/**
 * Actor logic of a supervisor.
 *
 * Its events ({@link LifecycleEvent}) and everything that its children emit are emitted by the
 * supervisor too, so one listener at the root hears the whole tree.
 *
 * @throws TypeError when two children have the same id.
 */
export function supervisor(options: SupervisorOptions): BehaviourLogic<SupervisorEvent, undefined> {
  const ids = new Set(options.children.map(({ id }) => id));
  if (ids.size !== options.children.length) throw new TypeError('children: ids must be unique');
  return fromBehaviour<SupervisorEvent>((scope) => new Supervisor(scope, options).begin());
}

class Supervisor implements Behaviour<SupervisorEvent> {
  readonly starting = true;
  readonly #scope: BehaviourScope<SupervisorEvent>;
  readonly #options: SupervisorOptions;
  readonly #limits: RestartLimits;
  readonly #children: Child[] = [];
  readonly #byActorId = new Map<string, Child>();

  #phase: 'starting' | 'running' | 'ending' = 'starting';
  #outcome: SupervisorError | undefined;
  #awaited: Child | undefined;
  #toStop: Child[] = [];
  #toStart: Child[] = [];
  #restarts: RestartTimes = [];
  #restartDue = true;
  #timer: Timer | undefined;

  constructor(scope: BehaviourScope<SupervisorEvent>, options: SupervisorOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_RESTART_LIMITS;
  }

  /** Makes all addresses first, so that children can be given each other's, then starts in order. */
  begin(): this {
    try {
      for (const spec of this.#options.children) {
        this.#children.push({ spec, mailbox: this.#openMailbox(spec), actor: undefined, state: 'down' });
      }
      this.#toStart = [...this.#children];
      this.#advance();
      return this;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  receive(event: SupervisorEvent): void {
    if (isActorEnded(event)) this.#onEnded(event);
    else if (event.type === 'child.unstartable') this.#onUnstartable(event.id, event.error);
    else if (event.type === 'child.readied') this.#onReadied(event.actorId);
    else if (event.type === 'child.overdue') this.#onOverdue(event.actorId);
    else if (event.type === 'restart.due') this.#restartDue = true;
    this.#advance();
  }

  shutdown(): void {
    this.#endAll(undefined);
    this.#advance();
  }

  release(): void {
    this.#scope.cancel(this.#timer);
    for (const { actor } of this.#children.toReversed())
      if (actor !== undefined) this.#scope.stopChild(actor);
    for (const { mailbox } of this.#children) if (mailbox !== undefined) this.#scope.stopChild(mailbox);
  }

  /** Does what can be done now; returns when there is something to wait for, or nothing left. */
  #advance(): void {
    while (this.#awaited === undefined) {
      const stopping = this.#toStop.pop();
      if (stopping !== undefined) {
        this.#stop(stopping);
        continue;
      }
      if (this.#phase === 'ending') return this.#finish();
      if (!this.#restartDue) return;
      const starting = this.#toStart.shift();
      if (starting === undefined) return this.#settle();
      this.#start(starting);
    }
  }

  #settle(): void {
    if (this.#phase === 'starting') this.#scope.ready();
    this.#phase = 'running';
  }

  #finish(): void {
    if (this.#outcome === undefined) this.#scope.end();
    else this.#scope.fail(this.#outcome);
  }

  // Starting.

  #start(child: Child): void {
    child.state = 'starting';
    this.#awaited = child;
    const id = `${child.spec.id}:${nanoid(10)}`;
    try {
      const input = child.spec.input?.(this.#scope.system);
      child.actor = createActor(child.spec.logic, { parent: this.#scope.self, id, input });
    } catch (error) {
      this.#scope.self.send({ type: 'child.unstartable', id: child.spec.id, error });
      return;
    }
    const { actor } = child;
    this.#byActorId.set(id, child);
    actor.on('*', (event) => this.#scope.emit(event));
    actor.start();
    if (isReady(actor)) this.#up(child);
    else this.#awaitReady(actor);
  }

  #awaitReady(actor: AnyActorRef): void {
    this.#timer = this.#scope.sendLater({ type: 'child.overdue', actorId: actor.id }, START_TIMEOUT_MS);
    const subscription = actor.subscribe({
      next: () => {
        if (!isReady(actor)) return;
        subscription.unsubscribe();
        this.#scope.self.send({ type: 'child.readied', actorId: actor.id });
      },
      // Without a listener of its own XState would report the error as unhandled.
      error: () => {},
    });
  }

  #onReadied(actorId: string): void {
    const child = this.#byActorId.get(actorId);
    if (child?.state === 'starting') this.#up(child);
  }

  #up(child: Child): void {
    child.state = 'up';
    this.#stopAwaiting(child);
    const actor = child.actor as AnyActorRef;
    child.mailbox?.send({ type: 'mailbox.attach', target: actor });
    this.#emit({ type: 'child.started', id: child.spec.id, actor });
  }

  // Stopping.

  #stop(child: Child): void {
    if (child.actor === undefined) return;
    child.state = 'stopping';
    child.mailbox?.send({ type: 'mailbox.detach' });
    const { shutdown = DEFAULT_SHUTDOWN_MS } = child.spec;
    if (shutdown === 'brutal') return this.#kill(child);
    this.#awaited = child;
    child.actor.send({ type: 'shutdown.requested' });
    if (shutdown !== Number.POSITIVE_INFINITY) {
      this.#timer = this.#scope.sendLater({ type: 'child.overdue', actorId: child.actor.id }, shutdown);
    }
  }

  #kill(child: Child): void {
    if (child.actor !== undefined) this.#scope.stopChild(child.actor);
    this.#down(child, { kind: 'killed' });
  }

  #onOverdue(actorId: string): void {
    const child = this.#byActorId.get(actorId);
    if (child === undefined) return;
    const { state } = child;
    this.#kill(child);
    if (state === 'starting') {
      this.#afterCrash(
        child,
        state,
        new Error(`'${child.spec.id}' was not ready within ${START_TIMEOUT_MS} ms`),
      );
    }
  }

  // Ends.

  #onEnded(event: ActorEnded): void {
    const child = this.#byActorId.get(event.actorId);
    if (child === undefined) return;
    const { state } = child;
    const crashed = 'error' in event;
    if (crashed) this.#down(child, { kind: 'crashed', error: event.error });
    else this.#down(child, { kind: state === 'stopping' ? 'shut-down' : 'done' });
    if (state === 'stopping') return;
    if (crashed) this.#afterCrash(child, state, event.error);
    else if (child.spec.restart !== 'transient') this.#restart(child, undefined);
  }

  #onUnstartable(id: string, error: unknown): void {
    const child = this.#children.find(({ spec, state }) => spec.id === id && state === 'starting');
    if (child === undefined) return;
    this.#down(child, { kind: 'crashed', error });
    this.#afterCrash(child, 'starting', error);
  }

  #afterCrash(child: Child, state: Child['state'], error: unknown): void {
    if (this.#phase === 'starting' && state === 'starting') {
      this.#endAll(new SupervisorError('start-failed', child.spec.id, error));
    } else {
      this.#restart(child, error);
    }
  }

  /** Takes note that a child has no actor any more. */
  #down(child: Child, reason: EndReason): void {
    if (child.actor !== undefined) this.#byActorId.delete(child.actor.id);
    const stopped = child.state === 'stopping';
    const neverStarted = this.#phase === 'starting' && child.state === 'starting';
    child.actor = undefined;
    child.state = 'down';
    child.mailbox?.send({ type: 'mailbox.detach' });
    this.#stopAwaiting(child);
    this.#toStop = this.#toStop.filter((queued) => queued !== child);
    if (stopped && child.spec.restart === 'temporary') this.#forget(child);
    if (!neverStarted) this.#emit({ type: 'child.ended', id: child.spec.id, reason });
  }

  #forget(child: Child): void {
    this.#children.splice(this.#children.indexOf(child), 1);
    if (child.mailbox !== undefined) this.#scope.stopChild(child.mailbox);
  }

  // Restarting.

  #restart(child: Child, error: unknown): void {
    if (this.#phase === 'ending') return;
    if (child.spec.restart === 'temporary') return this.#forget(child);
    const restarts = countRestart(this.#restarts, this.#scope.now(), this.#limits);
    if (restarts === undefined) {
      this.#emit({ type: 'supervisor.gave-up', id: child.spec.id, error });
      return this.#endAll(new SupervisorError('gave-up', child.spec.id, error));
    }
    this.#restarts = restarts;
    this.#emit({ type: 'child.restarting', id: child.spec.id, attempt: restarts.length });
    const group = this.#groupOf(child);
    this.#stopLater(group);
    const wanted = new Set([...this.#toStart, ...group.filter(({ spec }) => spec.restart !== 'temporary')]);
    this.#toStart = this.#children.filter((queued) => wanted.has(queued));
    // Not in this turn: a child that crashes at once must not keep the event loop from others.
    this.#restartDue = false;
    this.#scope.sendLater({ type: 'restart.due' }, 0);
  }

  #groupOf(child: Child): Child[] {
    switch (this.#options.strategy) {
      case 'one_for_one':
        return [child];
      case 'one_for_all':
        return this.#children;
      case 'rest_for_one':
        return this.#children.slice(this.#children.indexOf(child));
    }
  }

  /** Stops everything, in reverse order, and then ends: with `outcome` as a crash, without it normally. */
  #endAll(outcome: SupervisorError | undefined): void {
    if (this.#phase === 'ending') return;
    this.#phase = 'ending';
    this.#outcome = outcome;
    this.#toStart = [];
    this.#stopLater(this.#children);
  }

  #stopLater(children: readonly Child[]): void {
    const wanted = new Set([
      ...this.#toStop,
      ...children.filter(({ state }) => state === 'up' || state === 'starting'),
    ]);
    this.#toStop = this.#children.filter((child) => wanted.has(child));
    if (this.#awaited?.state === 'starting' && wanted.has(this.#awaited)) this.#stopAwaiting(this.#awaited);
  }

  // Small change.

  #openMailbox(spec: ChildSpec): AnyActorRef | undefined {
    if (spec.address === undefined) return undefined;
    const options = {
      parent: this.#scope.self,
      id: `mailbox:${spec.id}`,
      systemId: spec.id,
      input: spec.address,
    };
    return createActor(mailboxLogic, options).start();
  }

  #stopAwaiting(child: Child): void {
    if (this.#awaited !== child) return;
    this.#awaited = undefined;
    this.#scope.cancel(this.#timer);
  }

  #emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}
