/**
 * A supervisor of many children of one kind, after OTP's `simple_one_for_one`.
 *
 * Its children are started from one template, each with an input of its own, and are known by their
 * actors. Starting and stopping one costs the same with one or with 100,000 alive: they live in a `Map`
 * of the supervisor's own, because a machine's `spawnChild` copies the list of all children each time.
 */

import { nanoid } from 'nanoid';
import { type AnyActorLogic, type AnyActorRef, createActor, type InputFrom } from 'xstate';
import {
  type AdministrationEvent,
  type ChildInfo,
  type ChildStart,
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
  type ChildOptions,
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
import { checkLimits, RestartBudget, type RestartLimits } from './restart-window.js';
import { SupervisorError } from './supervisor-error.js';

/** The one spec of a dynamic supervisor's children; `shutdown` is for all of them together. */
export interface Template<TLogic extends AnyActorLogic> extends ChildOptions {
  /** What kind of child this is: the first half of each child's id. */
  readonly id: string;
  readonly logic: TLogic;
}

export interface DynamicSupervisorOptions<TLogic extends AnyActorLogic> {
  readonly template: Template<TLogic>;
  /** Most children at once, those being restarted included. */
  readonly limit: number;
  /** Told of the input of each child that is not started: beyond the limit, or while shutting down. */
  readonly refuse?: (input: InputFrom<TLogic>) => void;
  /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s, of all children together. */
  readonly limits?: RestartLimits;
}

export type DynamicSupervisorEvent<TInput> =
  | ChildStart<TInput>
  | AdministrationEvent
  | ActorEnded
  // From itself.
  | { readonly type: 'child.readied'; readonly actorId: string }
  | { readonly type: 'child.overdue'; readonly actorId: string }
  | { readonly type: 'shutdown.overdue' }
  | { readonly type: 'restart.due'; readonly child: unknown };

/** A child from its first start to its last end: the actors that it was follow one another. */
interface Child {
  /** Kept for the next start; not of a temporary child, which has none. */
  readonly input: unknown;
  readonly backoff: Backoff | undefined;
  actor: AnyActorRef | undefined;
  state: 'starting' | 'up' | 'stopping' | 'restarting';
  wasUp: boolean;
  timer: Timer | undefined;
  onUp: Reply<Started> | undefined;
  onDown: Reply | undefined;
}

/**
 * Actor logic of a dynamic supervisor. It emits the lives of its children; what these emit themselves
 * goes no further.
 *
 * @throws TypeError that names the option, or the template's field, when its value is not one of those allowed.
 */
export function dynamicSupervisor<TLogic extends AnyActorLogic>(
  options: DynamicSupervisorOptions<TLogic>,
): BehaviourLogic<DynamicSupervisorEvent<InputFrom<TLogic>>, undefined, LifecycleEvent> {
  type Event = DynamicSupervisorEvent<InputFrom<TLogic>>;
  const { template, limit, refuse = () => {} } = options;
  demand(typeof template === 'object' && !Array.isArray(template), 'template: exactly one spec');
  demand(limit > 0, `limit: a number of children, not ${limit}`);
  const spec = resolveSpec({ ...template, significant: false });
  const limits = checkLimits(options.limits);
  return markSupervisor(
    fromBehaviour<Event, undefined, LifecycleEvent>((scope) => {
      const budget = new RestartBudget(limits);
      const supervisor: Behaviour<Event> = new DynamicSupervisor(scope, { spec, limit, refuse, budget });
      return supervisor;
    }),
  );
}

interface Settings<TInput> {
  readonly spec: ResolvedSpec;
  readonly limit: number;
  readonly refuse: (input: TInput) => void;
  readonly budget: RestartBudget;
}

class DynamicSupervisor<TInput> implements Behaviour<DynamicSupervisorEvent<TInput>> {
  readonly #scope: BehaviourScope<DynamicSupervisorEvent<TInput>>;
  readonly #settings: Settings<TInput>;
  /** Children that have an actor, by its id. */
  readonly #children = new Map<string, Child>();
  /** Children that wait for their restart. */
  readonly #restarting = new Set<Child>();
  /** Makes ids that never repeat, cheaply: this supervisor's own, and a number. */
  readonly #incarnation = nanoid(8);
  #starts = 0;
  #ending = false;
  #outcome: SupervisorError | undefined;
  #shutdownTimer: Timer | undefined;

  constructor(scope: BehaviourScope<DynamicSupervisorEvent<TInput>>, settings: Settings<TInput>) {
    this.#scope = scope;
    this.#settings = settings;
    contain(scope.self, (event) => this.#emit(event));
  }

  receive(event: DynamicSupervisorEvent<TInput>): void {
    if (isActorEnded(event)) return this.#onEnded(event);
    switch (event.type) {
      case 'child.start':
        return this.#add(event);
      case 'restart.due':
        return this.#onRestartDue(event.child as Child);
      case 'child.readied':
        return this.#onReadied(event.actorId);
      case 'child.overdue':
        return this.#onOverdue(event.actorId);
      case 'shutdown.overdue':
        return this.#killAll();
      case 'child.terminate':
        return this.#terminate(event.child, event.reply);
      case 'children.list':
        return this.#answer(event.reply, this.#list());
      case 'children.count':
        return this.#answer(event.reply, countOf(this.#list()));
      default:
        return this.#refuse(event.reply, 'dynamic');
    }
  }

  shutdown(): void {
    this.#endAll('requested');
  }

  release(): void {
    this.#scope.cancel(this.#shutdownTimer);
    for (const { timer } of this.#restarting) this.#scope.cancel(timer);
    for (const { actor, timer } of this.#children.values()) {
      this.#scope.cancel(timer);
      if (actor !== undefined) this.#scope.stopChild(actor);
    }
  }

  // Starting.

  #add({ input, reply }: ChildStart<TInput>): void {
    const full = this.#children.size + this.#restarting.size >= this.#settings.limit;
    if (this.#ending || full) return this.#turnAway(input, reply, full ? 'limit_reached' : 'shutting_down');
    const { spec } = this.#settings;
    const isTemporary = spec.restart === 'temporary';
    const child: Child = {
      input: isTemporary ? undefined : input,
      backoff: isTemporary ? undefined : new Backoff(spec.backoff),
      actor: undefined,
      state: 'starting',
      wasUp: false,
      timer: undefined,
      onUp: reply,
      onDown: undefined,
    };
    this.#start(child, input);
  }

  #start(child: Child, input: unknown): void {
    const { id: kind, logic } = this.#settings.spec;
    const id = `${kind}:${this.#incarnation}-${this.#starts++}`;
    child.state = 'starting';
    try {
      const actor = createActor(logic, { parent: this.#scope.self, id, input });
      child.actor = actor;
      this.#children.set(id, child);
      actor.start();
      if (isReady(actor)) this.#up(child, actor);
      else this.#awaitReady(child, actor);
    } catch (error) {
      this.#onUnstartable(id, child, error);
    }
  }

  #awaitReady(child: Child, actor: AnyActorRef): void {
    child.timer = this.#scope.sendLater({ type: 'child.overdue', actorId: actor.id }, START_TIMEOUT_MS);
    const subscription = actor.subscribe(() => {
      if (!isReady(actor)) return;
      subscription.unsubscribe();
      this.#scope.self.send({ type: 'child.readied', actorId: actor.id });
    });
  }

  #onReadied(actorId: string): void {
    const child = this.#children.get(actorId);
    if (child?.state === 'starting') this.#up(child, child.actor as AnyActorRef);
  }

  #up(child: Child, actor: AnyActorRef): void {
    child.state = 'up';
    child.wasUp = true;
    this.#scope.cancel(child.timer);
    child.backoff?.up(this.#scope.now());
    this.#emit({
      type: 'child.started',
      id: actor.id,
      supervisor: this.#scope.self.id,
      dynamic: true,
      actor,
    });
    this.#answer(take(child, 'onUp'), { ok: true, actor });
  }

  #turnAway(input: TInput, reply: Reply<Started> | undefined, code: RefusalCode): void {
    try {
      this.#settings.refuse(input);
    } catch (error) {
      reportBystander('refusal', this.#scope.self, error);
    }
    this.#refuse(reply, code);
  }

  // Ends.

  #onEnded(event: ActorEnded): void {
    const child = this.#children.get(event.actorId);
    if (child === undefined) return;
    const { state } = child;
    if ('error' in event) {
      this.#forget(event.actorId, child, { kind: 'crashed', error: event.error });
      if (state !== 'stopping') this.#onCrash(event.actorId, child, event.error);
    } else if (state === 'starting' && event.output === IGNORE) {
      this.#forget(event.actorId, child, undefined);
      this.#emit({ type: 'child.ignored', ...this.#about(event.actorId) });
      this.#answer(take(child, 'onUp'), { ok: true, actor: undefined });
    } else {
      if (state === 'starting') this.#up(child, child.actor as AnyActorRef);
      this.#forget(event.actorId, child, { kind: state === 'stopping' ? 'shut_down' : 'done' });
      if (state !== 'stopping' && this.#settings.spec.restart === 'permanent')
        this.#restart(child, undefined);
    }
    this.#finishIfEmpty();
  }

  #onUnstartable(actorId: string, child: Child, error: unknown): void {
    if (child.actor?.id === actorId) this.#scope.stopChild(child.actor);
    this.#forget(actorId, child, undefined);
    this.#onCrash(actorId, child, error);
  }

  #onCrash(actorId: string, child: Child, error: unknown): void {
    if (!child.wasUp) {
      this.#emit({ type: 'child.start-failed', ...this.#about(actorId), error });
      this.#answer(take(child, 'onUp'), { ok: false, code: 'start_failed', error });
    } else if (this.#settings.spec.restart !== 'temporary') {
      this.#restart(child, error);
    }
  }

  #onOverdue(actorId: string): void {
    const child = this.#children.get(actorId);
    if (child === undefined) return;
    const wasStarting = child.state === 'starting';
    this.#kill(actorId, child);
    if (wasStarting) this.#onCrash(actorId, child, notReady(actorId));
  }

  #kill(actorId: string, child: Child): void {
    if (child.actor !== undefined) this.#scope.stopChild(child.actor);
    this.#forget(actorId, child, { kind: 'killed' });
  }

  /** Takes note that a child has no actor any more. */
  #forget(actorId: string, child: Child, reason: EndReason | undefined): void {
    this.#children.delete(actorId);
    this.#scope.cancel(child.timer);
    const { actor, state } = child;
    if (reason !== undefined && actor !== undefined && state !== 'starting') {
      this.#emit({
        type: 'child.ended',
        id: actorId,
        supervisor: this.#scope.self.id,
        dynamic: true,
        actor,
        reason,
      });
    }
    this.#answer(take(child, 'onDown'), { ok: true });
  }

  // Restarting.

  #restart(child: Child, error: unknown): void {
    if (this.#ending) return;
    const id = child.actor?.id ?? this.#settings.spec.id;
    const now = this.#scope.now();
    const attempt = this.#settings.budget.spend(now);
    if (attempt === undefined) {
      this.#emit({ type: 'supervisor.gave-up', ...this.#about(id), error });
      return this.#endAll('gave_up', new SupervisorError('gave_up', id, error));
    }
    const delayMs = Math.max(child.backoff?.next(now) ?? 0, NEXT_TURN_MS);
    this.#emit({ type: 'child.restarting', ...this.#about(id), attempt, delayMs });
    child.state = 'restarting';
    this.#restarting.add(child);
    child.timer = this.#scope.sendLater({ type: 'restart.due', child }, delayMs);
  }

  #onRestartDue(child: Child): void {
    if (this.#restarting.delete(child)) this.#start(child, child.input);
  }

  // Stopping.

  #terminate(actor: string | AnyActorRef, reply: Reply): void {
    if (typeof actor === 'string') return this.#refuse(reply, 'dynamic');
    const waiting = [...this.#restarting].find((child) => child.actor === actor);
    if (waiting !== undefined) {
      this.#scope.cancel(waiting.timer);
      this.#restarting.delete(waiting);
      return this.#answer(reply, { ok: true });
    }
    const child = this.#children.get(actor.id);
    if (child?.actor !== actor) return this.#refuse(reply, 'not_found');
    const { shutdown } = this.#settings.spec;
    child.onDown = reply;
    if (shutdown === 'brutal') return this.#kill(actor.id, child);
    child.state = 'stopping';
    this.#scope.cancel(child.timer);
    this.#refuse(take(child, 'onUp'), 'shutting_down');
    actor.send({ type: 'shutdown.requested' });
    if (shutdown !== Number.POSITIVE_INFINITY) {
      child.timer = this.#scope.sendLater({ type: 'child.overdue', actorId: actor.id }, shutdown);
    }
  }

  /** Asks all children to end, and then ends: with `outcome` as a crash, without it normally. */
  #endAll(reason: ShutdownReason, outcome?: SupervisorError): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#outcome = outcome;
    this.#emit({ type: 'supervisor.shutting-down', supervisor: this.#scope.self.id, reason });
    for (const { timer } of this.#restarting) this.#scope.cancel(timer);
    this.#restarting.clear();
    const { shutdown } = this.#settings.spec;
    if (shutdown === 'brutal') return this.#killAll();
    for (const child of this.#children.values()) {
      child.state = 'stopping';
      child.actor?.send({ type: 'shutdown.requested' });
      this.#refuse(take(child, 'onUp'), 'shutting_down');
    }
    if (shutdown !== Number.POSITIVE_INFINITY) {
      this.#shutdownTimer = this.#scope.sendLater({ type: 'shutdown.overdue' }, shutdown);
    }
    this.#finishIfEmpty();
  }

  #killAll(): void {
    for (const [actorId, child] of this.#children) this.#kill(actorId, child);
    this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (!this.#ending || this.#children.size > 0) return;
    if (this.#outcome === undefined) this.#scope.end();
    else this.#scope.fail(this.#outcome);
  }

  // Small change.

  #list(): readonly ChildInfo[] {
    const { type } = this.#settings.spec;
    return [...this.#children.values(), ...this.#restarting].map(({ actor, state, wasUp }) => ({
      id: actor?.id ?? this.#settings.spec.id,
      actor: state === 'restarting' || (state === 'starting' && wasUp) ? 'restarting' : actor,
      type,
    }));
  }

  #refuse(reply: Reply<never> | undefined, code: RefusalCode): void {
    this.#answer(reply, { ok: false, code });
  }

  #answer<TAnswer>(reply: ((answer: TAnswer) => void) | undefined, answer: TAnswer): void {
    try {
      reply?.(answer);
    } catch (error) {
      reportBystander('reply', this.#scope.self, error);
    }
  }

  #about(id: string): { readonly id: string; readonly supervisor: string; readonly dynamic: true } {
    return { id, supervisor: this.#scope.self.id, dynamic: true };
  }

  #emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}

/** Takes a reply from a child: each is given once. */
function take<TKey extends 'onUp' | 'onDown'>(child: Child, key: TKey): Child[TKey] {
  const reply = child[key];
  if (reply !== undefined) child[key] = undefined as Child[TKey];
  return reply;
}
