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
 * the nearest supervisor emits it as `bystander.failed`.
 *
 * This file alone replaces parts of XState; {@link XStateSystem} and {@link XStateActor} are what it knows of them.
 */

import {
  Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type EventObject,
  type Snapshot,
  StateMachine,
  toObserver,
} from 'xstate';
import type { Bystander, LifecycleEvent } from './lifecycle.js';

/** The parts of XState's system that are not public. */
interface XStateSystem {
  /** Called when an actor starts. */
  _register(sessionId: string, actor: XStateActor): string;
  /** Called when an actor has ended, however it did, before its parent is told. */
  _unregister(actor: XStateActor): void;
  _sendInspectionEvent(event: { readonly actorRef: XStateActor }): void;
}

/** The parts of XState's actor that are not public. */
interface XStateActor extends AnyActorRef {
  readonly logic: AnyActorLogic;
  readonly _actorScope: {
    stopChild(child: AnyActorRef): void;
    /** Calls the listeners, and tells the process of one that throws. */
    emit(event: EventObject): void;
  };
  _snapshot: Snapshot<unknown>;
  /** Takes the snapshot that the logic returned. */
  update(snapshot: Snapshot<unknown>, event: EventObject): void;
  /** Ends the actor with an error. */
  _error(error: unknown): void;
  readonly observers: ReadonlySet<Observer>;
  readonly eventListeners: ReadonlyMap<string, ReadonlySet<Listener>>;
}

type Observer = ReturnType<typeof toObserver<unknown>>;
type Listener = (event: EventObject) => void;

type Reporter = (event: Extract<LifecycleEvent, { type: 'bystander.failed' }>) => void;

const reporters = new WeakMap<AnyActorRef, Reporter>();
const contained = new WeakSet<object>();
/** Actors that crashed and were let go of: XState may say so twice. */
const letGone = new WeakSet<AnyActorRef>();
/** Actors whose errors somebody hears. */
const heard = new WeakSet<AnyActorRef>();
let reporting = false;

/**
 * Contains all actors of the system that `self` lives in, from now on.
 *
 * @param self A supervisor.
 * @param report Emits what the bystanders below `self` throw.
 */
export function contain(self: AnyActorRef, report: Reporter): void {
  reporters.set(self, report);
  if (contained.has(self.system)) return;
  contained.add(self.system);
  const system = self.system as unknown as XStateSystem;
  const { _unregister, _sendInspectionEvent } = system;
  // XState's own keeps the actor in a map that nobody reads, and that holds on to it: see slots.ts.
  system._register = (sessionId, actor) => {
    shield(actor);
    return sessionId;
  };
  system._unregister = (actor) => {
    _unregister(actor);
    if (actor.getSnapshot()?.status !== 'error' || letGone.has(actor)) return;
    letGone.add(actor);
    letGo(actor);
  };
  system._sendInspectionEvent = (event) => {
    try {
      _sendInspectionEvent(event);
    } catch (error) {
      reportBystander('inspector', event.actorRef, error);
    }
  };
  let root = self;
  while (root._parent !== undefined) root = root._parent;
  shieldAll(root as XStateActor);
}

/** Shields whoever ran before the first supervisor did. */
function shieldAll(actor: XStateActor): void {
  shield(actor);
  for (const child of childrenOf(actor)) shieldAll(child as XStateActor);
}

/** The children of a machine, in the order of their start; other logics keep theirs to themselves. */
function childrenOf(actor: XStateActor): AnyActorRef[] {
  const { children = {} } = actor.getSnapshot() as { readonly children?: Record<string, AnyActorRef> };
  return actor.logic instanceof StateMachine ? Object.values(children) : [];
}

/** Wraps the callback of a bystander: what it throws, at once or later, is reported and goes no further. */
export function watched<TArgs extends unknown[]>(
  bystander: Bystander,
  actor: AnyActorRef,
  callback: (...args: TArgs) => unknown,
): (...args: TArgs) => void {
  return (...args) => {
    const report = (error: unknown) => {
      // Whoever fails over the report of a failure has been heard already: it would go round for ever.
      if (!isReport(args[0])) reportBystander(bystander, actor, error);
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
  return (event as Partial<EventObject> | undefined)?.type === 'bystander.failed';
}

/** Has the nearest supervisor of an actor say that somebody who watches it threw. */
export function reportBystander(bystander: Bystander, actor: AnyActorRef, error: unknown): void {
  // A report that makes others fail, such as an inspector, is not followed by theirs.
  if (reporting) return;
  reporting = true;
  try {
    let supervisor: AnyActorRef | undefined = actor;
    while (supervisor !== undefined && !reporters.has(supervisor)) supervisor = supervisor._parent;
    if (supervisor === undefined) return;
    reporters.get(supervisor)?.({ type: 'bystander.failed', bystander, actor: actor.id, error });
  } finally {
    reporting = false;
  }
}

/** Stops what a crashed actor leaves behind, the youngest first. */
function letGo(actor: XStateActor): void {
  for (const child of childrenOf(actor).reverse()) afterCrash(() => actor._actorScope.stopChild(child));
  if (actor.logic instanceof StateMachine) return;
  const stop = { type: 'xstate.stop' };
  afterCrash(() => actor.logic.transition(actor.getSnapshot(), stop, actor._actorScope as never));
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
function update(this: XStateActor, snapshot: Snapshot<unknown> | undefined, event: EventObject): void {
  if (typeof snapshot === 'object' && snapshot !== null) {
    return (Actor.prototype as unknown as XStateActor).update.call(this, snapshot, event);
  }
  const error = new TypeError(`the logic of '${this.id}' returned no snapshot`);
  this._snapshot = { status: 'error', output: undefined, error };
  this._error(error);
}

/** Makes an actor safe to watch. Its methods are replaced on itself: XState's class serves others too. */
function shield(actor: XStateActor): void {
  for (const observer of actor.observers) Object.assign(observer, shieldedObserver(actor, observer));
  if (actor.eventListeners.size > 0) actor._actorScope.emit = (event) => emit(actor, event);
  actor.subscribe = subscribe as AnyActorRef['subscribe'];
  actor.on = on as AnyActorRef['on'];
  actor.update = update;
}

function subscribe(this: XStateActor, ...args: Parameters<typeof toObserver<unknown>>) {
  const observer = shieldedObserver(this, toObserver(...args));
  return Actor.prototype.subscribe.call(this as never, observer as never);
}

/** Emits for an actor that had listeners before it could be shielded. */
function emit(actor: XStateActor, event: EventObject): void {
  for (const type of [event.type, '*']) {
    for (const listener of [...(actor.eventListeners.get(type) ?? [])]) {
      watched('listener', actor, listener)(event);
    }
  }
}

function on(this: XStateActor, type: string, listener: Listener) {
  const shielded = watched('listener', this, listener);
  return Actor.prototype.on.call(this as never, type as never, shielded as never);
}

function shieldedObserver(actor: XStateActor, { next, error, complete }: Observer): Observer {
  const guard = <TArgs extends unknown[]>(callback: ((...args: TArgs) => void) | undefined) =>
    callback && watched('observer', actor, callback);
  if (error !== undefined) heard.add(actor);
  return {
    next: guard(next),
    error: guard(error) ?? ((reason: unknown) => tellProcess(actor, reason)),
    complete: guard(complete),
  } as Observer;
}

/** A parent hears of an error anyway. A root has only its observers; without any that hears, it is as XState has it. */
function tellProcess(actor: AnyActorRef, error: unknown): void {
  if (actor._parent !== undefined || heard.has(actor)) return;
  setTimeout(() => {
    throw error;
  });
}
