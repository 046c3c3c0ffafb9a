/**
 * A supervisor of a list of children, modelled on Erlang/OTP's `supervisor`.
 *
 * The supervisor starts the children in order, each when the previous one is ready. It restarts crashed
 * children according to its strategy, gives up after too many restarts, and stops the children in reverse
 * order.
 *
 * The supervisor starts or stops one child at a time and waits for it (`#awaited`). The child list holds the
 * next steps; stops come before starts. After each event, the supervisor calls `#advance`, which takes these
 * steps. After `STEPS_PER_ITERATION` steps, `#advance` returns, and the supervisor continues in the next
 * iteration of the event loop.
 */

import { nanoid } from 'nanoid';
import { type ActorEnded, isActorEnded, isIgnored, reasonOf, reportLateError } from './actor-state.js';
import type { AdministrationEvent, ChildStart } from './administration.js';
import { Administrator } from './administrator.js';
import { assert } from './assert.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from './behaviour.js';
import { Child, type ChildReport, notReady, type Purpose } from './child.js';
import { actorIdOf, ChildList, STRATEGIES, type Strategy } from './child-list.js';
import { type ChildSpec, markSupervisor, type ResolvedSpec, resolveSpec } from './child-spec.js';
import { DEFAULT_AUTO_SHUTDOWN, DEFAULT_STRATEGY, NEXT_ITERATION_MS } from './defaults.js';
import { isolate } from './isolation.js';
import { type IterationBegan, IterationBudget } from './iteration-budget.js';
import type { LifecycleEvent, ShutdownReason } from './lifecycle.js';
import { type MailboxRegistry, mailboxRegistryOf } from './mailbox-registry.js';
import { checkLimits, RestartBudget, type RestartLimits } from './restart-budget.js';
import { SupervisorError } from './supervisor-error.js';

const AUTO_SHUTDOWNS = ['never', 'any', 'all'] as const;

/**
 * Whether the supervisor ends normally after `any` or `all` of its significant children ended by themselves.
 */
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number];

export interface SupervisorOptions {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy;
  /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s. */
  readonly limits?: RestartLimits;
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** In start order. */
  readonly children: readonly ChildSpec[];
}

/**
 * The events of a supervisor. XState sends `ActorEnded`. Any actor may send administration events and
 * `ChildStart`. The supervisor sends the other events to itself.
 */
export type SupervisorEvent =
  | ActorEnded
  | AdministrationEvent
  /** Refused: only a dynamic supervisor starts children from an input. */
  | ChildStart<unknown>
  | ChildReport
  | { readonly type: 'restart.due' }
  | IterationBegan;

/**
 * Actor logic of a supervisor.
 *
 * The supervisor emits {@link LifecycleEvent}s and re-emits everything that its children emit. One listener
 * at the root therefore receives the events of the whole tree.
 *
 * @throws TypeError that names the option, or the child's field, when its value is not allowed.
 */
export function supervisor(
  options: SupervisorOptions,
): BehaviourLogic<SupervisorEvent, undefined, LifecycleEvent> {
  const { strategy = DEFAULT_STRATEGY, autoShutdown = DEFAULT_AUTO_SHUTDOWN } = options;
  assert(STRATEGIES.includes(strategy), `strategy: one of ${STRATEGIES.join(', ')}, not '${strategy}'`);
  assert(
    AUTO_SHUTDOWNS.includes(autoShutdown),
    `autoShutdown: one of ${AUTO_SHUTDOWNS.join(', ')}, not '${autoShutdown}'`,
  );
  assert(Array.isArray(options.children), 'children: a list of specs');
  const specs = options.children.map((spec) => resolveChild(spec, autoShutdown));
  const ids = new Set(specs.map(({ id }) => id));
  assert(ids.size === specs.length, 'children: ids must be unique');
  const limits = checkLimits(options.limits);
  return markSupervisor(
    fromBehaviour<SupervisorEvent, undefined, LifecycleEvent>((scope) =>
      new Supervisor(scope, { strategy, autoShutdown, budget: new RestartBudget(limits) }).begin(specs),
    ),
    'list',
  );
}

function resolveChild(spec: ChildSpec, autoShutdown: AutoShutdown): ResolvedSpec {
  const resolved = resolveSpec(spec);
  assert(
    !(resolved.significant && autoShutdown === 'never'),
    `significant: '${resolved.id}' has no effect without autoShutdown`,
  );
  return resolved;
}

interface Settings {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly budget: RestartBudget;
}

class Supervisor implements Behaviour<SupervisorEvent> {
  readonly starting = true;
  readonly #scope: BehaviourScope<SupervisorEvent>;
  readonly #settings: Settings;
  readonly #registry: MailboxRegistry;
  readonly #childList = new ChildList();
  readonly #administrator: Administrator;
  readonly #iterationBudget: IterationBudget;

  #phase: 'starting' | 'running' | 'ending' = 'starting';
  #outcome: SupervisorError | undefined;
  #awaited: Child | undefined;
  /** The timer of the next restart, and the time for which it is set. */
  #dueTimer: Timer | undefined;
  #dueTimerMs = Number.POSITIVE_INFINITY;
  /** When the timer last fired. Restarts that were due at that time may start. */
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(scope: BehaviourScope<SupervisorEvent>, settings: Settings) {
    this.#scope = scope;
    this.#settings = settings;
    this.#registry = mailboxRegistryOf(scope);
    this.#iterationBudget = new IterationBudget(scope);
    this.#administrator = new Administrator({
      self: scope.self,
      childList: this.#childList,
      isEnding: () => this.#phase === 'ending',
      adopt: (spec) => this.#adopt(resolveChild(spec, settings.autoShutdown), 'added'),
      stopLater: (children) => this.#stopLater(children),
      forget: (child) => this.#forget(child),
    });
  }

  /** Creates all addresses before the first start, so that each child can look up the others. */
  begin(specs: readonly ResolvedSpec[]): this {
    isolate(this.#scope.self, (event) => this.#emit(event));
    try {
      for (const spec of specs) this.#adopt(spec, 'first');
      this.#advance();
      return this;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  receive(event: SupervisorEvent): void {
    if (isActorEnded(event)) this.#onEnded(event);
    else if (event.type === 'child.readied') this.#onReadied(event.actorId);
    else if (event.type === 'child.overdue') this.#onOverdue(event.actorId);
    else if (event.type === 'restart.due') this.#onDue();
    else if (event.type === 'iteration.began') this.#iterationBudget.renew();
    else this.#administrator.receive(event);
    this.#advance();
  }

  shutdown(): void {
    this.#endAll('requested');
    this.#advance();
  }

  release(): void {
    this.#scope.cancel(this.#dueTimer);
    for (const child of this.#childList.reversed) child.release();
    for (const { spec } of this.#childList.children)
      if (spec.address !== undefined) this.#registry.detach(spec.id);
    this.#registry.closeFor(this.#scope.self);
  }

  /** Takes all steps that are possible now. Returns when the next step must wait, or when no step is left. */
  #advance(): void {
    while (this.#awaited === undefined && !this.#iterationBudget.isSpent) {
      const stopping = this.#childList.nextToStop();
      if (stopping !== undefined) {
        this.#stop(stopping);
        continue;
      }
      if (this.#phase === 'ending') return this.#finish();
      const starting = this.#childList.nextToStart(this.#dueMs);
      if (starting === undefined) return this.#waitForNext();
      this.#start(starting);
    }
  }

  #waitForNext(): void {
    this.#setDueTimer();
    if (this.#phase !== 'starting' || this.#childList.hasFirstStarts) return;
    this.#phase = 'running';
    this.#scope.ready();
  }

  #setDueTimer(): void {
    const { nextStartMs } = this.#childList;
    // Do not reset a running timer: events that keep a supervisor busy must not postpone its restarts.
    if (nextStartMs === undefined || nextStartMs >= this.#dueTimerMs) return;
    this.#scope.cancel(this.#dueTimer);
    // A timer may fire slightly early. The supervisor then sets it again.
    const delayMs = Math.max(Math.ceil(nextStartMs - this.#scope.now()), NEXT_ITERATION_MS);
    this.#dueTimer = this.#scope.sendInLaterIteration({ type: 'restart.due' }, delayMs);
    this.#dueTimerMs = nextStartMs;
  }

  #onDue(): void {
    this.#dueTimerMs = Number.POSITIVE_INFINITY;
    this.#dueMs = this.#scope.now();
  }

  #finish(): void {
    if (this.#outcome === undefined) this.#scope.end();
    else this.#scope.fail(this.#outcome);
  }

  // Starting and stopping.

  #adopt(spec: ResolvedSpec, purpose: Purpose): Child {
    const mailbox = spec.address && this.#registry.open(spec.id, spec.address, this.#scope.self);
    const child = new Child(this.#scope, spec, purpose, { dynamic: false, mailbox });
    this.#childList.add(child);
    this.#childList.startLater(child);
    return child;
  }

  #start(child: Child): void {
    const { spec } = child;
    const actorId = actorIdOf(spec.id, nanoid(10));
    this.#awaited = child;
    this.#iterationBudget.spend();
    let isReady: boolean;
    try {
      isReady = child.start(actorId, spec.input ?? (() => undefined));
    } catch (error) {
      child.kill();
      this.#onDown(child);
      return this.#onCrash(child, error, true);
    }
    if (isReady) this.#up(child);
  }

  #onReadied(actorId: string): void {
    const child = this.#childList.findByActorId(actorId);
    if (child?.state === 'starting') this.#up(child);
  }

  #up(child: Child): void {
    this.#stopAwaiting(child);
    child.markUp();
  }

  #stop(child: Child): void {
    this.#awaited = child;
    this.#iterationBudget.spend();
    child.stop();
    if (child.state !== 'down') return;
    this.#onDown(child);
    this.#onStopped(child);
  }

  #onOverdue(actorId: string): void {
    const child = this.#childList.findByActorId(actorId);
    if (child === undefined) return;
    const wasStopped = child.state === 'stopping' || this.#childList.isToStop(child);
    child.kill();
    this.#onDown(child);
    if (!wasStopped) this.#onCrash(child, notReady(child.spec.id), true);
    else this.#onStopped(child);
  }

  /** Called when a child has lost its actor, for any reason. */
  #onDown(child: Child): void {
    this.#stopAwaiting(child);
    this.#childList.dropStop(child);
  }

  #stopAwaiting(child: Child): void {
    if (this.#awaited === child) this.#awaited = undefined;
  }

  // Ends of children.

  #onEnded(event: ActorEnded): void {
    const child = this.#childList.findByActorId(event.actorId);
    if (child === undefined) return reportLateError(this.#scope.self, event);
    const { state } = child;
    // If the supervisor was stopping the child, or was about to, it does not matter how the child ended.
    const wasStopped = state === 'stopping' || this.#childList.isToStop(child);
    const wasStarting = state === 'starting';
    if (wasStarting && isIgnored(event)) return this.#onIgnored(child);
    if (wasStarting && !('error' in event)) this.#up(child);
    child.markDown(reasonOf(event, state === 'stopping'));
    this.#onDown(child);
    if (wasStopped) this.#onStopped(child);
    else if ('error' in event) this.#onCrash(child, event.error, wasStarting);
    else this.#onDone(child);
  }

  #onIgnored(child: Child): void {
    child.markDown(undefined);
    child.purpose = 'restart';
    this.#onDown(child);
    this.#emit({ type: 'child.ignored', ...child.about() });
    child.replyToStarts({ ok: true, actor: undefined });
    if (child.spec.restart === 'temporary') this.#forget(child);
  }

  #onStopped(child: Child): void {
    if (child.spec.restart === 'temporary') this.#forget(child);
  }

  #onDone(child: Child): void {
    const { restart } = child.spec;
    if (restart === 'permanent') return this.#restart(child, undefined);
    if (restart === 'temporary') this.#forget(child);
    this.#endAfter(child);
  }

  #onCrash(child: Child, error: unknown, wasStarting: boolean): void {
    if (wasStarting && child.purpose !== 'restart') return this.#onStartFailed(child, error);
    if (child.spec.restart !== 'temporary') return this.#restart(child, error);
    this.#forget(child);
    this.#endAfter(child);
  }

  #onStartFailed(child: Child, error: unknown): void {
    const { purpose, spec } = child;
    this.#emit({ type: 'child.start-failed', ...child.about(), error });
    child.replyToStarts({ ok: false, code: 'start_failed', error });
    child.purpose = 'restart';
    if (purpose === 'added') this.#forget(child);
    if (purpose === 'first')
      this.#endAll('start_failed', new SupervisorError('start_failed', spec.id, error));
  }

  /** Applies `autoShutdown` after a child ended by itself and will not be restarted. */
  #endAfter({ spec }: Child): void {
    if (!spec.significant) return;
    const hasOthers =
      this.#settings.autoShutdown === 'all' &&
      [...this.#childList.children].some((child) => child.spec.significant && !this.#childList.isDown(child));
    if (!hasOthers) this.#endAll('significant_child_ended');
  }

  #forget(child: Child): void {
    this.#childList.forget(child);
    child.replyToStarts({ ok: false, code: 'shutting_down' });
    child.release();
    if (child.spec.address !== undefined) this.#registry.close(child.spec.id);
    if (child.spec.type === 'supervisor') this.#registry.closeBelow(child.knownAs);
  }

  // Restarting and giving up.

  #restart(child: Child, error: unknown): void {
    if (this.#phase === 'ending') return;
    const { budget, strategy } = this.#settings;
    const delayMs = child.planRestart(budget, error);
    if (delayMs === undefined) {
      return this.#endAll('gave_up', new SupervisorError('gave_up', child.spec.id, error));
    }
    const dueAtMs = this.#scope.now() + delayMs;
    const group = this.#childList.groupOf(child, strategy);
    this.#stopLater(group);
    for (const member of group) {
      const starts = member.spec.restart !== 'temporary' || this.#childList.isToStart(member);
      if (starts) this.#childList.startLater(member, dueAtMs);
    }
  }

  /** Stops all children in reverse order. Then crashes with `outcome`; without `outcome`, ends normally. */
  #endAll(reason: ShutdownReason, outcome?: SupervisorError): void {
    if (this.#phase === 'ending') return;
    this.#phase = 'ending';
    this.#outcome = outcome;
    this.#emit({ type: 'supervisor.shutting-down', supervisor: this.#scope.self.id, reason });
    this.#childList.dropStarts();
    for (const child of this.#childList.children) child.replyToStarts({ ok: false, code: 'shutting_down' });
    this.#stopLater(this.#childList.children);
  }

  #stopLater(children: Iterable<Child>): void {
    this.#childList.stopLater(children);
    // Stop a child that is still starting; do not wait until it is ready.
    if (this.#awaited?.state === 'starting' && this.#childList.isToStop(this.#awaited))
      this.#awaited = undefined;
  }

  #emit(event: LifecycleEvent): void {
    this.#scope.emit(event);
  }
}
