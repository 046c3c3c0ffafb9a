/**
 * Closes the ways by which a throw escapes XState's actors.
 *
 * XState itself contains what an actor's own logic throws. It does not contain the rest (5.33):
 *
 * - an actor that crashes leaves its children running, and its callback's clean-up uncalled;
 * - an observer or listener that throws, or that has no error handler, ends the process;
 * - an inspector that throws wedges the mailbox of the actor that it looks at, for good.
 *
 * Supervision is as good as its weakest actor, so this holds for every actor in a system that has a
 * supervisor, also for those that a machine spawned somewhere below. What is caught is not lost:
 * the nearest supervisor emits it as `observer.failed`.
 *
 * This file alone replaces parts of XState; xstate-internals.ts says which parts there are.
 */

import { type AnyActorRef, type EventObject, type Snapshot, type Subscription, toObserver } from 'xstate';
import type { LifecycleEvent, ObserverKind } from './lifecycle.js';
import {
  type ActorInternals,
  type ActorMethods,
  classMethodsOf,
  ensureSupported,
  internalsOf,
  isMachine,
  type Listener,
  type Observer,
  parentOf,
  STOP,
} from './xstate-internals.js';

type Reporter = (event: Extract<LifecycleEvent, { type: 'observer.failed' }>) => void;

const reporters = new WeakMap<AnyActorRef, Reporter>();
const contained = new WeakSet<object>();
/** Actors that crashed and were let go of: XState may say so twice. */
const stopped = new WeakSet<AnyActorRef>();
/** Actors whose errors somebody hears. */
const heard = new WeakSet<AnyActorRef>();
let reporting = false;

/**
 * Contains all actors of the system that `self` lives in, from now on.
 *
 * @param self A supervisor.
 * @param report Emits what the observers below `self` throw.
 * @throws Error when XState lacks a member that this needs.
 */
export function contain(self: AnyActorRef, report: Reporter): void {
  reporters.set(self, report);
  if (contained.has(self.system)) return;
  const root = internalsOf(rootOf(self));
  ensureSupported(root);
  const { system } = root;
  contained.add(system);
  const { _unregister, _sendInspectionEvent } = system;
  // XState's own keeps the actor in a map that nobody reads, and that holds on to it: see slots.ts.
  system._register = (sessionId, actor) => {
    shield(actor);
    return sessionId;
  };
  system._unregister = (actor) => {
    _unregister(actor);
    if (actor.getSnapshot()?.status !== 'error' || stopped.has(actor)) return;
    stopped.add(actor);
    stopOrphans(actor);
  };
  system._sendInspectionEvent = (event) => {
    try {
      _sendInspectionEvent(event);
    } catch (error) {
      reportObserverError('inspector', event.actorRef, error);
    }
  };
  shieldAll(root);
}

function rootOf(actor: AnyActorRef): AnyActorRef {
  let root = actor;
  for (let above = parentOf(root); above !== undefined; above = parentOf(above)) root = above;
  return root;
}

/** Shields whoever ran before the first supervisor did. */
function shieldAll(actor: ActorInternals): void {
  shield(actor);
  for (const child of childrenOf(actor)) shieldAll(internalsOf(child));
}

/** The children of a machine, in the order of their start; other logics keep theirs to themselves. */
function childrenOf(actor: ActorInternals): AnyActorRef[] {
  if (!isMachine(actor.logic)) return [];
  const { children = {} }: { readonly children?: Record<string, AnyActorRef> } = actor.getSnapshot();
  return Object.values(children);
}

/** Wraps the callback of a observer: what it throws, at once or later, is reported and goes no further. */
export function watched<TArgs extends unknown[]>(
  observer: ObserverKind,
  actor: AnyActorRef,
  callback: (...args: TArgs) => unknown,
): (...args: TArgs) => void {
  return (...args) => {
    const report = (error: unknown) => {
      // Whoever fails over the report of a failure has been heard already: it would go round for ever.
      if (!isReport(args[0])) reportObserverError(observer, actor, error);
    };
    try {
      const returned = callback(...args);
      if (returned instanceof Promise) returned.catch(report);
    } catch (error) {
      report(error);
    }
  };
}

function isReport(event: unknown): boolean {
  return (event as Partial<EventObject> | undefined)?.type === 'observer.failed';
}

/** Has the nearest supervisor of an actor say that somebody who watches it threw. */
export function reportObserverError(observer: ObserverKind, actor: AnyActorRef, error: unknown): void {
  // A report that makes others fail, such as an inspector, is not followed by theirs.
  if (reporting) return;
  reporting = true;
  try {
    let supervisor: AnyActorRef | undefined = actor;
    while (supervisor !== undefined && !reporters.has(supervisor)) supervisor = parentOf(supervisor);
    if (supervisor === undefined) return;
    reporters.get(supervisor)?.({ type: 'observer.failed', observer, actor: actor.id, error });
  } finally {
    reporting = false;
  }
}

/** Stops what a crashed actor leaves behind, the youngest first. */
function stopOrphans(actor: ActorInternals): void {
  for (const child of childrenOf(actor).reverse()) afterCrash(() => actor._actorScope.stopChild(child));
  if (isMachine(actor.logic)) return;
  afterCrash(() => actor.logic.transition(actor.getSnapshot(), { type: STOP }, actor._actorScope));
}

/** What fails now may be what crashed it, and that is on its way to the parent already. */
function afterCrash(step: () => void): void {
  try {
    step();
  } catch {
    // Nothing more can be done for it; the next one is to be let go of as well.
  }
}

/** XState takes any snapshot for one, and breaks over what is none outside of the actor's own turn. */
function update(this: ActorInternals, snapshot: Snapshot<unknown> | undefined, event: EventObject): void {
  if (typeof snapshot === 'object' && snapshot !== null) {
    return classMethodsOf(this).update.call(this, snapshot, event);
  }
  const error = new TypeError(`the logic of '${this.id}' returned no snapshot`);
  this._snapshot = { status: 'error', output: undefined, error };
  this._error(error);
}

/** Makes an actor safe to watch. Its methods are replaced on itself: XState's class serves others too. */
function shield(actor: ActorInternals): void {
  ensureSupported(actor);
  for (const observer of actor.observers) Object.assign(observer, shieldedObserver(actor, observer));
  if (actor.eventListeners.size > 0) actor._actorScope.emit = (event) => emit(actor, event);
  const methods: ActorMethods = actor;
  methods.subscribe = subscribe;
  methods.on = on;
  methods.update = update;
}

function subscribe(this: ActorInternals, ...args: Parameters<typeof toObserver<unknown>>): Subscription {
  return classMethodsOf(this).subscribe.call(this, shieldedObserver(this, toObserver(...args)));
}

/** Emits for an actor that had listeners before it could be shielded. */
function emit(actor: ActorInternals, event: EventObject): void {
  for (const type of [event.type, '*']) {
    for (const listener of [...(actor.eventListeners.get(type) ?? [])]) {
      watched('listener', actor, listener)(event);
    }
  }
}

function on(this: ActorInternals, type: string, listener: Listener): Subscription {
  return classMethodsOf(this).on.call(this, type, watched('listener', this, listener));
}

function shieldedObserver(actor: ActorInternals, { next, error, complete }: Observer): Observer {
  const guard = <TArgs extends unknown[]>(callback: ((...args: TArgs) => void) | undefined) =>
    callback && watched('observer', actor, callback);
  if (error !== undefined) heard.add(actor);
  return {
    next: guard(next),
    error: guard(error) ?? ((reason: unknown) => tellProcess(actor, reason)),
    complete: guard(complete),
  } as Observer;
}

/**
 * A parent hears of an error anyway. A root has only its observers; without any that hears, it is as XState
 * has it.
 */
function tellProcess(actor: AnyActorRef, error: unknown): void {
  if (parentOf(actor) !== undefined || heard.has(actor)) return;
  setImmediate(() => {
    throw error;
  });
}
