/**
 * A supervisor of a list of children, after Erlang/OTP's `supervisor`.
 *
 * It starts them in order, each when the one before is ready; restarts what crashes, by its
 * strategy; gives up when restarts come too thick; and stops them in reverse order. One thing
 * happens at a time: a child being started or stopped is waited for (`#awaited`), and two queues
 * hold what comes next, stops before starts. Every event, whatever it was, ends in `#advance`.
 */

import { nanoid } from 'nanoid';
import { type AnyActorRef, createActor } from 'xstate';
import {
  type AdministrationEvent,
  type ChildInfo,
  countOf,
  type RefusalCode,
  type Reply,
  type Started,
} from './administration.js';
import { Backoff } from './backoff.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  IGNORE,
  type Timer,
} from './behaviour.js';
import {
  type ActorEnded,
  type ChildSpec,
  isActorEnded,
  isReady,
  markSupervisor,
  NEXT_TURN_MS,
  notReady,
  type ResolvedSpec,
  resolveSpec,
  START_TIMEOUT_MS,
} from './child-spec.js';
import { contain, reportBystander } from './containment.js';
import { demand } from './demand.js';
import type { EndReason, LifecycleEvent, ShutdownReason } from './lifecycle.js';
import { mailboxLogic } from './mailbox.js';
import { checkLimits, RestartBudget, type RestartLimits } from './restart-window.js';
import { SupervisorError } from './supervisor-error.js';

const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/** Which children are restarted when one crashes: it alone, all, or it and those started after it. */
export type Strategy = (typeof STRATEGIES)[number];

const AUTO_SHUTDOWNS = ['never', 'any', 'all'] as const;

/** Whether the supervisor ends, normally, when a significant child ends by itself, or when all did. */
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number];

export interface SupervisorOptions {
  readonly strategy: Strategy;
  /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s. */
  readonly limits?: RestartLimits;
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** In the order in which they start. */
  readonly children: readonly ChildSpec[];
}

/** What reaches a supervisor: the ends of its children from XState, questions from anyone, the rest from itself. */
export type SupervisorEvent =
  | ActorEnded
  | AdministrationEvent
  | { readonly type: 'child.unstartable'; readonly id: string; readonly error: unknown }
  | { readonly type: 'child.readied'; readonly actorId: string }
  | { readonly type: 'child.overdue'; readonly actorId: string }
  | { readonly type: 'restart.due' };

/**
 * Why a child is to be started. It decides what a failure means: `first`, the supervisor's own start fails;
 * `added`, the child is forgotten; `asked`, it stays down; `restart`, it is tried again.
 */
type Purpose = 'first' | 'added' | 'asked' | 'restart';

interface Child {
  readonly spec: ResolvedSpec;
  readonly mailbox: AnyActorRef | undefined;
  readonly backoff: Backoff;
  state: 'down' | 'queued' | 'starting' | 'up' | 'stopping';
  actor: AnyActorRef | undefined;
  purpose: Purpose;
  /** Not started again before this time. */
  dueAtMs: number;
  /** Who waits for it to be up, and for it to be down. */
  onUp: Reply<Started>[];
  onDown: Reply[];
}

/**
 * Actor logic of a supervisor.
 *
 * Its events ({@link LifecycleEvent}) and everything that its children emit are emitted by the
 * supervisor too, so one listener at the root hears the whole tree.
 *
 * @throws TypeError that names the option, or a child's field, when its value is not one of those allowed.
 */
export function supervisor(
  options: SupervisorOptions,
): BehaviourLogic<SupervisorEvent, undefined, LifecycleEvent> {
  const { strategy, autoShutdown = 'never', limits } = options;
  demand(STRATEGIES.includes(strategy), `strategy: one of ${STRATEGIES.join(', ')}, not '${strategy}'`);
  demand(
    AUTO_SHUTDOWNS.includes(autoShutdown),
    `autoShutdown: one of ${AUTO_SHUTDOWNS.join(', ')}, not '${autoShutdown}'`,
  );
  demand(Array.isArray(options.children), 'children: a list of specs');
  const specs = options.children.map((spec) => resolveChild(spec, autoShutdown));
  for (const [index, { id }] of specs.entries()) {
    demand(
      specs.findIndex((other) => other.id === id) === index,
      `children: ids must be unique, not '${id}'`,
    );
  }
  const checkedLimits = checkLimits(limits);
  return markSupervisor(
    fromBehaviour<SupervisorEvent, undefined, LifecycleEvent>((scope) =>
      new Supervisor(scope, {
        strategy,
        autoShutdown,
        specs,
        budget: new RestartBudget(checkedLimits),
      }).begin(),
    ),
  );
}

function resolveChild(spec: ChildSpec, autoShutdown: AutoShutdown): ResolvedSpec {
  const resolved = resolveSpec(spec);
  demand(
    !(resolved.significant && autoShutdown === 'never'),
    `significant: '${resolved.id}' means nothing without autoShutdown`,
  );
  return resolved;
}

interface Settings {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly specs: readonly ResolvedSpec[];
  readonly budget: RestartBudget;
}

class Supervisor implements Behaviour<SupervisorEvent> {
  readonly starting = true;
  readonly #scope: BehaviourScope<SupervisorEvent>;
  readonly #settings: Settings;
  /** In the order of their start. */
  readonly #children: Child[] = [];
  readonly #byActorId = new Map<string, Child>();

  #phase: 'starting' | 'running' | 'ending' = 'starting';
  #outcome: SupervisorError | undefined;
  #awaited: Child | undefined;
  #awaitedTimer: Timer | undefined;
  #toStop: Child[] = [];
  #toStart: Child[] = [];
  #dueTimer: Timer | undefined;

  constructor(scope: BehaviourScope<SupervisorEvent>, settings: Settings) {
    this.#scope = scope;
    this.#settings = settings;
  }

  /** Makes all addresses first, so that children can be given each other's, then starts in order. */
  begin(): this {
    contain(this.#scope.self, (event) => this.#emit(event));
    try {
      for (const spec of this.#settings.specs) this.#startLater(this.#adopt(spec, 'first'));
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
    else if (event.type === 'restart.due') this.#dueTimer = undefined;
    else this.#administer(event);
    this.#advance();
  }

  shutdown(): void {
    this.#endAll('requested');
    this.#advance();
  }

  release(): void {
    this.#scope.cancel(this.#awaitedTimer);
    this.#scope.cancel(this.#dueTimer);
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
      const starting = this.#nextDue();
      if (starting === undefined) return this.#settle();
      this.#start(starting);
    }
  }

  #nextDue(): Child | undefined {
    const now = this.#scope.now();
    const due = this.#toStart.find(({ dueAtMs }) => dueAtMs <= now);
    if (due !== undefined) this.#toStart = this.#toStart.filter((child) => child !== due);
    return due;
  }

  #settle(): void {
    if (this.#toStart.length > 0) {
      const first = Math.min(...this.#toStart.map(({ dueAtMs }) => dueAtMs));
      this.#scope.cancel(this.#dueTimer);
      // A timer may come a little early: a whole millisecond later is never too early twice.
      const delayMs = Math.max(Math.ceil(first - this.#scope.now()), NEXT_TURN_MS);
      this.#dueTimer = this.#scope.sendLater({ type: 'restart.due' }, delayMs);
    }
    if (this.#phase === 'starting') this.#scope.ready();
    this.#phase = 'running';
  }

  #finish(): void {
    if (this.#outcome === undefined) this.#scope.end();
    else this.#scope.fail(this.#outcome);
  }

  // Starting.

  #adopt(spec: ResolvedSpec, purpose: Purpose): Child {
    const mailbox = this.#openMailbox(spec);
    const backoff = new Backoff(spec.backoff);
    const child: Child = {
      spec,
      mailbox,
      backoff,
      state: 'down',
      actor: undefined,
      purpose,
      dueAtMs: Number.NEGATIVE_INFINITY,
      onUp: [],
      onDown: [],
    };
    this.#children.push(child);
    return child;
  }

  /** Queues a child that is down; the queue has the order of the children. */
  #startLater(child: Child): void {
    if (child.state === 'down') child.state = 'queued';
    if (this.#toStart.includes(child)) return;
    this.#toStart = this.#children.filter((other) => other === child || this.#toStart.includes(other));
  }

  #start(child: Child): void {
    const { spec } = child;
    child.state = 'starting';
    this.#awaited = child;
    const id = `${spec.id}:${nanoid(10)}`;
    try {
      const input = spec.input?.(this.#scope.system);
      const actor: AnyActorRef & { start(): void } = createActor(spec.logic, {
        parent: this.#scope.self,
        id,
        input,
      });
      child.actor = actor;
      this.#byActorId.set(id, child);
      actor.on('*', (event) => this.#scope.emit(event));
      actor.start();
      if (isReady(actor)) this.#up(child);
      else this.#awaitReady(actor);
    } catch (error) {
      // Not now: the loop that called this must come to its end first.
      this.#scope.self.send({ type: 'child.unstartable', id: spec.id, error });
    }
  }

  #awaitReady(actor: AnyActorRef): void {
    this.#awaitedTimer = this.#scope.sendLater(
      { type: 'child.overdue', actorId: actor.id },
      START_TIMEOUT_MS,
    );
    const subscription = actor.subscribe(() => {
      if (!isReady(actor)) return;
      subscription.unsubscribe();
      this.#scope.self.send({ type: 'child.readied', actorId: actor.id });
    });
  }

  #onReadied(actorId: string): void {
    const child = this.#byActorId.get(actorId);
    if (child?.state === 'starting') this.#up(child);
  }

  #up(child: Child): void {
    const { backoff, mailbox, spec } = child;
    const actor = child.actor as AnyActorRef;
    child.state = 'up';
    child.purpose = 'restart';
    this.#stopAwaiting(child);
    backoff.up(this.#scope.now());
    mailbox?.send({ type: 'mailbox.attach', target: actor });
    this.#emit({ type: 'child.started', ...this.#about(spec.id), actor });
    this.#answer(child.onUp.splice(0), { ok: true, actor });
  }

  // Stopping.

  #stop(child: Child): void {
    if (child.actor === undefined) return;
    child.state = 'stopping';
    child.mailbox?.send({ type: 'mailbox.detach' });
    const { shutdown } = child.spec;
    if (shutdown === 'brutal') return this.#kill(child);
    this.#awaited = child;
    child.actor.send({ type: 'shutdown.requested' });
    if (shutdown !== Number.POSITIVE_INFINITY) {
      const overdue = { type: 'child.overdue', actorId: child.actor.id } as const;
      this.#awaitedTimer = this.#scope.sendLater(overdue, shutdown);
    }
  }

  #kill(child: Child): void {
    if (child.actor !== undefined) this.#scope.stopChild(child.actor);
    this.#down(child, { kind: 'killed' });
  }

  #onOverdue(actorId: string): void {
    const child = this.#byActorId.get(actorId);
    if (child === undefined) return;
    const wasStarting = child.state === 'starting';
    this.#kill(child);
    if (wasStarting) this.#onCrash(child, notReady(child.spec.id), true);
  }

  // Ends.

  #onEnded(event: ActorEnded): void {
    const child = this.#byActorId.get(event.actorId);
    if (child === undefined) return;
    const { state } = child;
    const wasStarting = state === 'starting';
    if ('error' in event) {
      this.#down(child, { kind: 'crashed', error: event.error });
      if (state !== 'stopping') this.#onCrash(child, event.error, wasStarting);
    } else if (wasStarting && event.output === IGNORE) {
      this.#onIgnored(child);
    } else {
      if (wasStarting) this.#up(child);
      this.#down(child, { kind: state === 'stopping' ? 'shut_down' : 'done' });
      if (state !== 'stopping') this.#onDone(child);
    }
  }

  #onUnstartable(id: string, error: unknown): void {
    const child = this.#children.find(({ spec, state }) => spec.id === id && state === 'starting');
    if (child === undefined) return;
    if (child.actor !== undefined) this.#scope.stopChild(child.actor);
    this.#down(child, { kind: 'crashed', error });
    this.#onCrash(child, error, true);
  }

  #onIgnored(child: Child): void {
    this.#clear(child);
    child.purpose = 'restart';
    this.#emit({ type: 'child.ignored', ...this.#about(child.spec.id) });
    this.#answer(child.onUp.splice(0), { ok: true, actor: undefined });
    if (child.spec.restart === 'temporary') this.#forget(child);
  }

  #onDone(child: Child): void {
    const { restart } = child.spec;
    if (restart === 'permanent') return this.#restart(child, undefined);
    if (restart === 'temporary') this.#forget(child);
    this.#endAfter(child);
  }

  #onCrash(child: Child, error: unknown, wasStarting: boolean): void {
    const { restart, id } = child.spec;
    if (wasStarting && child.purpose !== 'restart') {
      this.#emit({ type: 'child.start-failed', ...this.#about(id), error });
      if (child.purpose === 'first')
        this.#endAll('start_failed', new SupervisorError('start_failed', id, error));
      if (child.purpose === 'added') this.#forget(child);
      return this.#answer(child.onUp.splice(0), { ok: false, code: 'start_failed', error });
    }
    if (restart !== 'temporary') return this.#restart(child, error);
    this.#forget(child);
    this.#endAfter(child);
  }

  /** A child ended by itself, for good: without a significant one, there may be nothing left to do. */
  #endAfter({ spec }: Child): void {
    if (!spec.significant) return;
    const goesOn =
      this.#settings.autoShutdown === 'all' &&
      this.#children.some((child) => child.spec.significant && child.state !== 'down');
    if (!goesOn) this.#endAll('significant_child_ended');
  }

  /** Takes note that a child has no actor any more. */
  #down(child: Child, reason: EndReason): void {
    const { actor, spec, state } = child;
    const neverWasUp = state === 'starting';
    this.#clear(child);
    if (actor !== undefined && !neverWasUp) {
      this.#emit({ type: 'child.ended', ...this.#about(spec.id), actor, reason });
    }
    if (state === 'stopping' && spec.restart === 'temporary') this.#forget(child);
    this.#answer(child.onDown.splice(0), { ok: true });
  }

  #clear(child: Child): void {
    if (child.actor !== undefined) this.#byActorId.delete(child.actor.id);
    child.actor = undefined;
    child.state = this.#toStart.includes(child) ? 'queued' : 'down';
    child.mailbox?.send({ type: 'mailbox.detach' });
    this.#stopAwaiting(child);
    this.#toStop = this.#toStop.filter((queued) => queued !== child);
  }

  #forget(child: Child): void {
    this.#children.splice(this.#children.indexOf(child), 1);
    if (child.mailbox !== undefined) this.#scope.stopChild(child.mailbox);
  }

  // Restarting.

  #restart(child: Child, error: unknown): void {
    if (this.#phase === 'ending') return;
    const { id } = child.spec;
    const now = this.#scope.now();
    const attempt = this.#settings.budget.spend(now);
    if (attempt === undefined) {
      this.#emit({ type: 'supervisor.gave-up', ...this.#about(id), error });
      return this.#endAll('gave_up', new SupervisorError('gave_up', id, error));
    }
    const delayMs = Math.max(child.backoff.next(now), NEXT_TURN_MS);
    this.#emit({ type: 'child.restarting', ...this.#about(id), attempt, delayMs });
    const group = this.#groupOf(child);
    this.#stopLater(group);
    for (const member of group) {
      if (member.spec.restart === 'temporary') continue;
      member.dueAtMs = Math.max(member.dueAtMs, now + delayMs);
      this.#startLater(member);
    }
  }

  #groupOf(child: Child): Child[] {
    switch (this.#settings.strategy) {
      case 'one_for_one':
        return [child];
      case 'one_for_all':
        return this.#children;
      case 'rest_for_one':
        return this.#children.slice(this.#children.indexOf(child));
    }
  }

  /** Stops everything, in reverse order, and then ends: with `outcome` as a crash, without it normally. */
  #endAll(reason: ShutdownReason, outcome?: SupervisorError): void {
    if (this.#phase === 'ending') return;
    this.#phase = 'ending';
    this.#outcome = outcome;
    for (const child of this.#toStart.splice(0))
      child.state = child.state === 'queued' ? 'down' : child.state;
    this.#emit({ type: 'supervisor.shutting-down', supervisor: this.#scope.self.id, reason });
    for (const { onUp } of this.#children) this.#refuse(onUp.splice(0), 'shutting_down');
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

  // Administration.

  #administer(event: AdministrationEvent): void {
    switch (event.type) {
      case 'child.add':
        return this.#add(event.spec, event.reply);
      case 'child.terminate':
        return this.#terminate(event.child, event.reply);
      case 'child.restart':
        return this.#restartDown(event.id, event.reply);
      case 'child.delete':
        return this.#delete(event.id, event.reply);
      case 'children.list':
        return this.#answer([event.reply], this.#children.map(infoOf));
      case 'children.count':
        return this.#answer([event.reply], countOf(this.#children.map(infoOf)));
    }
  }

  #add(spec: ChildSpec, reply: Reply<Started>): void {
    if (this.#phase === 'ending') return this.#refuse([reply], 'shutting_down');
    const present = this.#find(spec.id);
    if (present !== undefined) {
      return this.#refuse([reply], present.state === 'down' ? 'already_present' : 'already_started');
    }
    try {
      const child = this.#adopt(resolveChild(spec, this.#settings.autoShutdown), 'added');
      child.onUp.push(reply);
      this.#startLater(child);
    } catch (error) {
      this.#answer([reply], { ok: false, code: 'invalid_spec', error });
    }
  }

  #terminate(id: string | AnyActorRef, reply: Reply): void {
    const child = this.#find(id);
    if (child === undefined) return this.#refuse([reply], 'not_found');
    this.#toStart = this.#toStart.filter((queued) => queued !== child);
    if (child.state === 'queued') child.state = 'down';
    this.#refuse(child.onUp.splice(0), 'shutting_down');
    if (child.state === 'down') return this.#answer([reply], { ok: true });
    child.onDown.push(reply);
    this.#stopLater([child]);
  }

  #restartDown(id: string, reply: Reply<Started>): void {
    const child = this.#find(id);
    if (child === undefined) return this.#refuse([reply], 'not_found');
    if (this.#phase === 'ending') return this.#refuse([reply], 'shutting_down');
    if (child.state !== 'down') return this.#refuse([reply], notDown(child));
    child.onUp.push(reply);
    child.dueAtMs = Number.NEGATIVE_INFINITY;
    child.purpose = 'asked';
    this.#startLater(child);
  }

  #delete(id: string, reply: Reply): void {
    const child = this.#find(id);
    if (child === undefined) return this.#refuse([reply], 'not_found');
    if (child.state !== 'down') return this.#refuse([reply], notDown(child));
    this.#forget(child);
    this.#answer([reply], { ok: true });
  }

  #find(id: string | AnyActorRef): Child | undefined {
    return this.#children.find(({ actor, spec }) => spec.id === id || (actor !== undefined && actor === id));
  }

  #refuse(replies: readonly Reply<never>[], code: RefusalCode): void {
    this.#answer(replies, { ok: false, code });
  }

  #answer<TAnswer>(replies: readonly ((answer: TAnswer) => void)[], answer: TAnswer): void {
    for (const reply of replies) {
      try {
        reply(answer);
      } catch (error) {
        reportBystander('reply', this.#scope.self, error);
      }
    }
  }

  // Small change.

  #openMailbox({ id, address }: ResolvedSpec): AnyActorRef | undefined {
    if (address === undefined) return undefined;
    const parent = this.#scope.self;
    return createActor(mailboxLogic, { parent, id: `mailbox:${id}`, systemId: id, input: address }).start();
  }

  #stopAwaiting(child: Child): void {
    if (this.#awaited !== child) return;
    this.#awaited = undefined;
    this.#scope.cancel(this.#awaitedTimer);
  }

  #about(id: string): { readonly id: string; readonly supervisor: string; readonly dynamic: false } {
    return { id, supervisor: this.#scope.self.id, dynamic: false };
  }

  #emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}

function isRestarting({ purpose, state }: Child): boolean {
  return purpose === 'restart' && (state === 'queued' || state === 'starting');
}

function notDown(child: Child): 'running' | 'restarting' {
  return isRestarting(child) ? 'restarting' : 'running';
}

function infoOf(child: Child): ChildInfo {
  const { actor, spec } = child;
  return { id: spec.id, actor: isRestarting(child) ? 'restarting' : actor, type: spec.type };
}
