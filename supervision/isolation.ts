/**
 * Isolates errors: a throw affects only the actor that it belongs to.
 *
 * XState catches errors thrown by an actor's own logic. XState 5.33 leaves these gaps:
 *
 * - an actor that crashes leaves its children running, and does not run its callback's clean-up;
 * - an observer or listener that throws, or an observer without an error handler, ends the process;
 * - an inspector that throws blocks the mailbox of the inspected actor permanently.
 *
 * This file closes the gaps for every actor in a system that has a supervisor, including actors that a
 * machine spawned. The nearest supervisor emits each caught error as `observer.failed`.
 *
 * Only this file replaces parts of XState; xstate-internals.ts lists the parts.
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
const isolated = new WeakSet<object>();
/** Crashed actors whose orphans were stopped. XState may unregister an actor twice. */
const stopped = new WeakSet<AnyActorRef>();
/** Actors that have an observer with an error handler. */
const handled = new WeakSet<AnyActorRef>();
let reporting = false;

/**
 * Isolates all current and future actors of a system.
 *
 * @param self A supervisor in the system.
 * @param report Emits an error that an observer of `self`, or of an actor below `self`, has thrown.
 * @throws Error when XState lacks a member that this function needs.
 */
export function isolate(self: AnyActorRef, report: Reporter): void {
  reporters.set(self, report);
  if (isolated.has(self.system)) return;
  const root = internalsOf(rootOf(self));
  ensureSupported(root);
  const { system } = root;
  isolated.add(system);
  const { _unregister, _sendInspectionEvent } = system;
  // XState's own `_register` also stores the actor in a map. XState never reads that map, and the map would
  // keep the actor in memory: see slot-map.ts.
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

/** Shields an actor that started before the first supervisor, and the actors below it. */
function shieldAll(actor: ActorInternals): void {
  shield(actor);
  for (const child of childrenOf(actor)) shieldAll(internalsOf(child));
}

/** The children of a machine, in start order. Other logics do not expose their children. */
function childrenOf(actor: ActorInternals): AnyActorRef[] {
  if (!isMachine(actor.logic)) return [];
  const { children = {} }: { readonly children?: Record<string, AnyActorRef> } = actor.getSnapshot();
  return Object.values(children);
}

/** Wraps the callback of an observer. If the callback throws or rejects, the error is only reported. */
export function guardCallback<TArgs extends unknown[]>(
  observer: ObserverKind,
  actor: AnyActorRef,
  callback: (...args: TArgs) => unknown,
): (...args: TArgs) => void {
  return (...args) => {
    const report = (error: unknown) => {
      // Ignore errors thrown while handling `observer.failed`: reporting them would recurse.
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

/** Reports an observer's error: the actor's nearest supervisor emits it as `observer.failed`. */
export function reportObserverError(observer: ObserverKind, actor: AnyActorRef, error: unknown): void {
  // Ignore errors that the report itself causes, for example in an inspector.
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

/** Stops the children of a crashed actor, the youngest first, and then its own logic. */
function stopOrphans(actor: ActorInternals): void {
  for (const child of childrenOf(actor).reverse()) afterCrash(() => actor._actorScope.stopChild(child));
  if (isMachine(actor.logic)) return;
  afterCrash(() => actor.logic.transition(actor.getSnapshot(), { type: STOP }, actor._actorScope));
}

/** Runs a clean-up step and ignores its error: the parent receives the error of the crash itself. */
function afterCrash(step: () => void): void {
  try {
    step();
  } catch {
    // Continue: the remaining orphans must be stopped too.
  }
}

/**
 * Turns a value that is not a snapshot into a crash of the actor. XState accepts any value, and throws later,
 * outside the actor's own event handling.
 */
function update(this: ActorInternals, snapshot: Snapshot<unknown> | undefined, event: EventObject): void {
  if (typeof snapshot === 'object' && snapshot !== null) {
    return classMethodsOf(this).update.call(this, snapshot, event);
  }
  const error = new TypeError(`the logic of '${this.id}' returned no snapshot`);
  this._snapshot = { status: 'error', output: undefined, error };
  this._error(error);
}

/** Isolates one actor. Replaces methods on the actor itself, because other actors use XState's class too. */
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

/** Emits an event of an actor that had listeners before it was shielded. */
function emit(actor: ActorInternals, event: EventObject): void {
  for (const type of [event.type, '*']) {
    for (const listener of [...(actor.eventListeners.get(type) ?? [])]) {
      guardCallback('listener', actor, listener)(event);
    }
  }
}

function on(this: ActorInternals, type: string, listener: Listener): Subscription {
  return classMethodsOf(this).on.call(this, type, guardCallback('listener', this, listener));
}

function shieldedObserver(actor: ActorInternals, { next, error, complete }: Observer): Observer {
  const guard = <TArgs extends unknown[]>(callback: ((...args: TArgs) => void) | undefined) =>
    callback && guardCallback('observer', actor, callback);
  if (error !== undefined) handled.add(actor);
  return {
    next: guard(next),
    error: guard(error) ?? ((reason: unknown) => reportToProcess(actor, reason)),
    complete: guard(complete),
  } as Observer;
}

/**
 * Reports a crash to the process, as XState does. Does nothing if the error reaches a parent, or an observer
 * with an error handler.
 */
function reportToProcess(actor: AnyActorRef, error: unknown): void {
  if (parentOf(actor) !== undefined || handled.has(actor)) return;
  setImmediate(() => {
    throw error;
  });
}
