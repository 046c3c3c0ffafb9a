/**
 * A supervisor of many children of one kind, modelled on Erlang/OTP's `simple_one_for_one`.
 *
 * It starts its children from one template, each with its own input, and identifies them by their actors.
 * Starting and stopping a child costs the same with one child or with 100,000. The supervisor keeps its
 * children in a slot map (slot-map.ts). A machine's `spawnChild` would copy the list of children each time.
 */

import { nanoid } from 'nanoid';
import type { AnyActorLogic, AnyActorRef, InputFrom } from 'xstate';
import {
  type ActorEnded,
  isActive,
  isActorEnded,
  isIgnored,
  reasonOf,
  reportLateError,
} from './actor-state.js';
import {
  type AdministrationEvent,
  type ChildInfo,
  type ChildStart,
  countOf,
  type Reply,
  refuse,
  type Started,
  sendAnswer,
} from './administration.js';
import { assert } from './assert.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from './behaviour.js';
import { Child, type ChildReport, notReady } from './child.js';
import { type ChildOptions, markSupervisor, type ResolvedSpec, resolveSpec } from './child-spec.js';
import { guardCallback, isolate } from './isolation.js';
import type { LifecycleEvent, ShutdownReason } from './lifecycle.js';
import { type MailboxRegistry, mailboxRegistryOf } from './mailbox-registry.js';
import { type ChildLimit, currentLimit, type QuotaOptions, Quotas, type RoomWanted } from './quotas.js';
import { checkLimits, RestartBudget, type RestartLimits } from './restart-budget.js';
import { SlotMap } from './slot-map.js';
import { SupervisorError } from './supervisor-error.js';

/**
 * The spec of all children of a dynamic supervisor. When the supervisor ends, one `shutdown` time applies to
 * all children together.
 */
export interface Template<TLogic extends AnyActorLogic> extends ChildOptions {
  /** The first part of each child's actor id. */
  readonly id: string;
  readonly logic: TLogic;
}

/** Why a child is not started: a maximum number of children is reached, or the supervisor shuts down. */
export type StartRefusal = 'limit' | 'quota' | 'shutting_down';

export interface DynamicSupervisorOptions<TLogic extends AnyActorLogic> {
  readonly template: Template<TLogic>;
  /** The maximum number of children at once, including those that wait for a restart. */
  readonly limit: ChildLimit;
  /** Limits the children that share one key, which is read from their inputs. */
  readonly quota?: QuotaOptions<InputFrom<TLogic>>;
  /** Receives the input of each child that is not started, and the reason. */
  readonly refuse?: (input: InputFrom<TLogic>, reason: StartRefusal) => void;
  /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s, for all children together. */
  readonly limits?: RestartLimits;
}

export type DynamicSupervisorEvent<TInput> =
  | ChildStart<TInput>
  | AdministrationEvent
  | ActorEnded
  // Sent by the supervisor to itself.
  | ChildReport
  | { readonly type: 'shutdown.overdue' }
  | { readonly type: 'restart.due'; readonly child: Child };

/**
 * Actor logic of a dynamic supervisor. It emits lifecycle events of its children. It re-emits the events of a
 * child only if the child is a supervisor.
 *
 * @throws TypeError that names the option, or the template's field, when its value is not allowed.
 */
export function dynamicSupervisor<TLogic extends AnyActorLogic>(
  options: DynamicSupervisorOptions<TLogic>,
): BehaviourLogic<DynamicSupervisorEvent<InputFrom<TLogic>>, undefined, LifecycleEvent> {
  type Event = DynamicSupervisorEvent<InputFrom<TLogic>>;
  const { template, limit, quota, refuse = () => {} } = options;
  assert(typeof template === 'object' && !Array.isArray(template), 'template: exactly one spec');
  assertLimit('limit', limit);
  if (quota !== undefined) assertLimit('quota.limit', quota.limit);
  const spec = resolveSpec({ ...template, significant: false });
  const limits = checkLimits(options.limits);
  return markSupervisor(
    fromBehaviour<Event, undefined, LifecycleEvent>((scope) => {
      const budget = new RestartBudget(limits);
      const supervisor: Behaviour<Event> = new DynamicSupervisor(scope, {
        spec,
        limit,
        quota,
        refuse,
        budget,
      });
      return supervisor;
    }),
    'dynamic',
  );
}

function assertLimit(name: string, limit: ChildLimit): void {
  const current = currentLimit(limit);
  assert(current > 0, `${name}: a number of children, not ${current}`);
}

interface Settings<TInput> {
  readonly spec: ResolvedSpec;
  readonly limit: ChildLimit;
  readonly quota: QuotaOptions<TInput> | undefined;
  readonly refuse: (input: TInput, reason: StartRefusal) => void;
  readonly budget: RestartBudget;
}

class DynamicSupervisor<TInput> implements Behaviour<DynamicSupervisorEvent<TInput>> {
  readonly #scope: BehaviourScope<DynamicSupervisorEvent<TInput>>;
  readonly #settings: Settings<TInput>;
  readonly #registry: MailboxRegistry;
  /** Children that have an actor, by actor id. */
  readonly #children = new SlotMap<Child>();
  /** Children that wait for a restart, each with its timer. */
  readonly #restarting = new Map<Child, Timer>();
  readonly #quotas: Quotas<Child, TInput> | undefined;
  /** Children that were up and are not up again yet, by their previous actor. */
  readonly #wereUp = new Map<AnyActorRef, Child>();
  /** The beginning of the actor ids of all children. It is unique to this incarnation of the supervisor. */
  readonly #prefix: string;
  #ending = false;
  #outcome: SupervisorError | undefined;
  #shutdownTimer: Timer | undefined;

  constructor(scope: BehaviourScope<DynamicSupervisorEvent<TInput>>, settings: Settings<TInput>) {
    this.#scope = scope;
    this.#settings = settings;
    this.#prefix = `${settings.spec.id}:${nanoid(8)}-`;
    this.#quotas = settings.quota && new Quotas(settings.quota, () => this.#byAge());
    isolate(scope.self, (event) => this.#emit(event));
    this.#registry = mailboxRegistryOf(scope);
  }

  receive(event: DynamicSupervisorEvent<TInput>): void {
    if (isActorEnded(event)) return this.#onEnded(event);
    const { self } = this.#scope;
    switch (event.type) {
      case 'child.start':
        return this.#add(event);
      case 'child.readied':
        return this.#onReadied(event.actorId);
      case 'child.overdue':
        return this.#onOverdue(event.actorId);
      case 'restart.due':
        return this.#onRestartDue(event.child);
      case 'shutdown.overdue':
        return this.#killAll();
      case 'child.terminate':
        return this.#terminate(event.child, event.reply);
      case 'children.list':
        return sendAnswer(self, [event.reply], this.#list());
      case 'children.count':
        return sendAnswer(self, [event.reply], countOf(this.#list()));
      case 'child.add':
      case 'child.restart':
      case 'child.delete':
        return refuse(self, event.reply, 'dynamic');
    }
  }

  shutdown(): void {
    this.#endAll('requested');
  }

  release(): void {
    this.#scope.cancel(this.#shutdownTimer);
    for (const timer of this.#restarting.values()) this.#scope.cancel(timer);
    for (const child of this.#children.values()) child.release();
    this.#registry.closeFor(this.#scope.self);
  }

  // Starting.

  #add({ input, reply }: ChildStart<TInput>): void {
    if (this.#ending) return this.#reject(input, reply, 'shutting_down');
    const full = this.#limitReachedBy(input);
    if (full !== undefined) return this.#reject(input, reply, full);
    const child = new Child(this.#scope, this.#settings.spec, 'added', { dynamic: true, input });
    if (reply !== undefined) child.onUp = [reply];
    this.#start(child);
  }

  #limitReachedBy(input: TInput): 'quota' | 'limit' | undefined {
    const count = this.#children.size + this.#restarting.size;
    if (this.#quotas?.admits(input, count) === false) return 'quota';
    const limit = currentLimit(this.#settings.limit);
    // If a lowered limit leaves too many children, two of them must end for each new child.
    const hasRoom = count < limit || this.#makeRoomFor(input, count === limit ? 1 : 2);
    return hasRoom ? undefined : 'limit';
  }

  /**
   * Asks children to end until `needed` of them have ended. Their end events are handled after this event and
   * before the next request.
   */
  #makeRoomFor(input: TInput, needed: number): boolean {
    const wanted: RoomWanted = { type: 'room.wanted' };
    let ended = 0;
    for (const { actor } of this.#quotas?.displaceable(input) ?? []) {
      if (actor === undefined || !isActive(actor)) continue;
      actor.send(wanted);
      if (!isActive(actor)) ended += 1;
      if (ended === needed) return true;
    }
    return false;
  }

  #start(child: Child): void {
    const actorId = this.#children.add(this.#prefix, child);
    this.#quotas?.add(child);
    let isReady: boolean;
    try {
      isReady = child.start(actorId, () => child.input);
    } catch (error) {
      child.kill();
      this.#children.delete(actorId);
      this.#onCrash(child, error);
      if (!this.#restarting.has(child)) this.#forget(child);
      return;
    }
    if (isReady) this.#up(child);
  }

  #onReadied(actorId: string): void {
    const child = this.#children.get(actorId);
    if (child?.state === 'starting') this.#up(child);
  }

  #up(child: Child): void {
    if (child.knownAs !== undefined) this.#wereUp.delete(child.knownAs);
    child.markUp();
  }

  #reject(input: TInput, reply: Reply<Started> | undefined, reason: StartRefusal): void {
    const { self } = this.#scope;
    guardCallback('refusal', self, this.#settings.refuse)(input, reason);
    if (reply !== undefined) refuse(self, reply, reason === 'shutting_down' ? reason : 'limit_reached');
  }

  // Ends of children.

  #onEnded(event: ActorEnded): void {
    const child = this.#children.get(event.actorId);
    if (child === undefined) return reportLateError(this.#scope.self, event);
    const { state } = child;
    const ignored = state === 'starting' && isIgnored(event);
    if (state === 'starting' && !ignored && !('error' in event)) this.#up(child);
    this.#children.delete(event.actorId);
    child.markDown(ignored ? undefined : reasonOf(event, state === 'stopping'));
    if (ignored) this.#onIgnored(child);
    else if (state !== 'stopping') this.#onOwnEnd(child, event);
    if (!this.#restarting.has(child)) this.#forget(child);
    this.#finishIfEmpty();
  }

  #onIgnored(child: Child): void {
    this.#emit({ type: 'child.ignored', ...child.about() });
    child.replyToStarts({ ok: true, actor: undefined });
  }

  #onOwnEnd(child: Child, event: ActorEnded): void {
    if ('error' in event) this.#onCrash(child, event.error);
    else if (child.spec.restart === 'permanent') this.#restart(child, undefined);
  }

  #onCrash(child: Child, error: unknown): void {
    if (child.purpose === 'added') {
      this.#emit({ type: 'child.start-failed', ...child.about(), error });
      child.replyToStarts({ ok: false, code: 'start_failed', error });
    } else if (child.spec.restart !== 'temporary') {
      this.#restart(child, error);
    }
  }

  #onOverdue(actorId: string): void {
    const child = this.#children.get(actorId);
    if (child === undefined) return;
    const { state } = child;
    this.#children.delete(actorId);
    child.kill();
    if (state === 'starting') this.#onCrash(child, notReady(actorId));
    if (!this.#restarting.has(child)) this.#forget(child);
    this.#finishIfEmpty();
  }

  /** Forgets a child that will not be started again. For a supervisor, closes the addresses in its tree. */
  #forget(child: Child): void {
    this.#quotas?.remove(child);
    if (child.knownAs === undefined) return;
    this.#wereUp.delete(child.knownAs);
    if (child.spec.type === 'supervisor') this.#registry.closeBelow(child.knownAs);
  }

  // Restarting and giving up.

  #restart(child: Child, error: unknown): void {
    if (this.#ending) return;
    const delayMs = child.planRestart(this.#settings.budget, error);
    if (delayMs === undefined) {
      return this.#endAll('gave_up', new SupervisorError('gave_up', child.about().id, error));
    }
    if (child.knownAs !== undefined) this.#wereUp.set(child.knownAs, child);
    this.#restarting.set(child, this.#scope.sendInLaterIteration({ type: 'restart.due', child }, delayMs));
  }

  #onRestartDue(child: Child): void {
    if (this.#restarting.delete(child)) this.#start(child);
  }

  // Stopping.

  #terminate(actor: string | AnyActorRef, reply: Reply): void {
    const { self } = this.#scope;
    if (typeof actor === 'string') return refuse(self, reply, 'dynamic');
    const child = this.#children.get(String(actor?.id)) ?? this.#wereUp.get(actor);
    if (child === undefined || (child.actor !== actor && child.knownAs !== actor)) {
      return refuse(self, reply, 'not_found');
    }
    this.#wereUp.delete(actor);
    const timer = this.#restarting.get(child);
    if (timer !== undefined) {
      this.#scope.cancel(timer);
      this.#restarting.delete(child);
      this.#forget(child);
      return sendAnswer(self, [reply], { ok: true });
    }
    child.onDown = [...child.onDown, reply];
    if (child.state === 'stopping') return;
    child.replyToStarts({ ok: false, code: 'shutting_down' });
    this.#stop(String(child.actor?.id), child);
  }

  #stop(actorId: string, child: Child, timeoutMs?: number): void {
    child.stop(timeoutMs);
    if (child.state !== 'down') return;
    this.#children.delete(actorId);
    this.#forget(child);
  }

  /**
   * Ends all children, and then the supervisor. If `outcome` is given, the supervisor crashes with it;
   * otherwise it ends normally.
   */
  #endAll(reason: ShutdownReason, outcome?: SupervisorError): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#outcome = outcome;
    this.#emit({ type: 'supervisor.shutting-down', supervisor: this.#scope.self.id, reason });
    for (const timer of this.#restarting.values()) this.#scope.cancel(timer);
    this.#restarting.clear();
    for (const child of this.#children.values()) child.replyToStarts({ ok: false, code: 'shutting_down' });
    const { shutdown } = this.#settings.spec;
    if (shutdown === 'brutal') return this.#killAll();
    // All children share one time limit.
    for (const [actorId, child] of this.#children.entries()) {
      if (child.state !== 'stopping') this.#stop(actorId, child, Number.POSITIVE_INFINITY);
    }
    if (shutdown !== Number.POSITIVE_INFINITY) {
      this.#shutdownTimer = this.#scope.sendLater({ type: 'shutdown.overdue' }, shutdown);
    }
    this.#finishIfEmpty();
  }

  #killAll(): void {
    for (const [actorId, child] of [...this.#children.entries()]) {
      this.#children.delete(actorId);
      child.kill();
      this.#forget(child);
    }
    this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (!this.#ending || this.#children.size > 0) return;
    if (this.#outcome === undefined) this.#scope.end();
    else this.#scope.fail(this.#outcome);
  }

  #all(): Child[] {
    return [...this.#children.values(), ...this.#restarting.keys()];
  }

  /** In the order of their last start. Children that wait for a restart come first. */
  #byAge(): Child[] {
    return [...this.#restarting.keys(), ...this.#children.byAge()];
  }

  #list(): ChildInfo[] {
    return this.#all().map((child) => {
      const isUp = child.purpose !== 'restart' || child.state === 'up' || child.state === 'stopping';
      return { id: child.about().id, actor: isUp ? child.actor : 'restarting', type: child.spec.type };
    });
  }

  #emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}
