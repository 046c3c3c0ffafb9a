/**
 * Everything that this library knows about XState's internals: members that are not public, which another
 * version may rename or drop. Written for XState 5.
 *
 * {@link ensureSupported} checks each member once for each copy of XState, before a tree with actors of that
 * copy runs. An unsupported version then fails with an error that names the missing member. Without the
 * check, actors could keep running unnoticed after a crash.
 */

import { createRequire } from 'node:module';
import {
  Actor,
  type ActorRefLike,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  type EventObject,
  type InspectionEvent,
  type Snapshot,
  type Subscription,
  type toObserver,
} from 'xstate';

/** The versions that have these members. package.json states the same range as a peer dependency. */
export const SUPPORTED_XSTATE = '~5.33.3';

/** The event that makes a logic stop. The actor's parent sends it through `stopChild`. */
export const STOP = 'xstate.stop';

/** An actor's clock. Only XState's `SimulatedClock` has `now`. */
export interface Clock extends XStateClock {
  now?(): number;
}

type XStateClock = AnyActorRef['system']['_clock'];

export type Observer = ReturnType<typeof toObserver<unknown>>;
export type Listener = (event: EventObject) => void;

/** The methods that every actor inherits from its class. isolation.ts replaces them on the actor. */
export interface ActorMethods {
  subscribe(observer: Observer): Subscription;
  on(type: string, listener: Listener): Subscription;
  /** Stores the snapshot that the logic returned. */
  update(snapshot: Snapshot<unknown>, event: EventObject): void;
}

/** An actor with its internals. */
export interface ActorInternals extends AnyActorRef {
  readonly system: AnyActorRef['system'] & SystemInternals;
  readonly logic: AnyActorLogic;
  readonly clock: Clock;
  readonly systemId: string | undefined;
  readonly _actorScope: AnyActorScope;
  _snapshot: Snapshot<unknown>;
  readonly _processingStatus: number;
  update: ActorMethods['update'];
  /** Ends the actor with an error. */
  _error(error: unknown): void;
  readonly observers: ReadonlySet<Observer>;
  readonly eventListeners: ReadonlyMap<string, ReadonlySet<Listener>>;
}

/** The internals of an actor system. isolation.ts replaces all but `_set`. */
export interface SystemInternals {
  /** Called when an actor starts. */
  _register(sessionId: string, actor: ActorInternals): string;
  /** Called when an actor has ended for any reason, before XState notifies its parent. */
  _unregister(actor: ActorInternals): void;
  _sendInspectionEvent(event: { readonly actorRef: ActorInternals }): void;
  /** Assigns a name to an actor. Throws if another actor has that name. */
  _set(systemId: string, actor: ActorInternals): void;
}

/** Gives access to the internals of an actor. */
export function internalsOf(actor: AnyActorRef): ActorInternals {
  return actor as ActorInternals;
}

/** The methods of an actor's class, in the copy of XState that made the actor. */
export function classMethodsOf(actor: AnyActorRef): ActorMethods {
  return Object.getPrototypeOf(actor);
}

/** The logic that an actor runs. */
export function logicOf(actor: AnyActorRef): AnyActorLogic {
  return internalsOf(actor).logic;
}

/** XState's processing status of an actor that has not been started, and of one that is running. */
const NOT_STARTED = 0;
const RUNNING = 1;

/** True for an actor that was started and has not ended. */
export function isRunning(actor: AnyActorRef): boolean {
  return internalsOf(actor)._processingStatus === RUNNING;
}

/** The actor that started this one; `undefined` for a root. */
export function parentOf(actor: AnyActorRef): AnyActorRef | undefined {
  return actor._parent;
}

/** The name under which the system finds an actor, if it has one. */
export function systemIdOf(actor: AnyActorRef): string | undefined {
  return internalsOf(actor).systemId;
}

/**
 * Assigns a name to a running actor in its system.
 *
 * @throws Error when another actor has that name.
 */
export function assignSystemId(actor: AnyActorRef, systemId: string): void {
  internalsOf(actor).system._set(systemId, internalsOf(actor));
}

/** Removes the name of an actor. The actor keeps running. */
export function releaseSystemId(actor: AnyActorRef): void {
  internalsOf(actor).system._unregister(internalsOf(actor));
}

/**
 * Recognises a machine by its shape. `instanceof StateMachine` would miss machines from another copy of
 * XState.
 */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  const { config, events, implementations } = (logic ?? {}) as Partial<AnyStateMachine>;
  return typeof config === 'object' && typeof implementations === 'object' && Array.isArray(events);
}

/** The actor that an inspection event names. XState's type omits some members that the actor has. */
export function inspectedActor(actor: ActorRefLike): AnyActorRef {
  return actor as AnyActorRef;
}

type Microstep = Extract<InspectionEvent, { type: '@xstate.microstep' }>;

/**
 * The transitions that a machine took in one microstep.
 *
 * @throws Error when this version of XState does not report them.
 */
export function transitionsIn(microstep: Microstep): Microstep['_transitions'] {
  const { _transitions: transitions } = microstep;
  if (!Array.isArray(transitions))
    throw unsupported('microstep._transitions', `xstate ${installedVersion()}`);
  return transitions;
}

/** A required member, and the check that an actor has it. */
type Member = readonly [name: string, isThere: (actor: ActorInternals) => boolean];

const isFunction = (value: unknown): boolean => typeof value === 'function';

const MEMBERS: readonly Member[] = [
  ['system._register', ({ system }) => isFunction(system._register)],
  ['system._unregister', ({ system }) => isFunction(system._unregister)],
  ['system._sendInspectionEvent', ({ system }) => isFunction(system._sendInspectionEvent)],
  ['system._set', ({ system }) => isFunction(system._set)],
  ['actor.subscribe', ({ subscribe }) => isFunction(subscribe)],
  ['actor.on', ({ on }) => isFunction(on)],
  ['actor.update', ({ update }) => isFunction(update)],
  ['actor._error', ({ _error }) => isFunction(_error)],
  [
    'actor._actorScope',
    ({ _actorScope }) => isFunction(_actorScope?.stopChild) && isFunction(_actorScope.emit),
  ],
  ['actor.clock', ({ clock }) => isFunction(clock?.setTimeout) && isFunction(clock.clearTimeout)],
  ['actor.logic', ({ logic }) => isFunction(logic?.transition)],
  ['actor.observers', ({ observers }) => observers instanceof Set],
  ['actor.eventListeners', ({ eventListeners }) => eventListeners instanceof Map],
  ['actor._snapshot', (actor) => '_snapshot' in actor],
  ['actor._processingStatus', ({ _processingStatus }) => _processingStatus === NOT_STARTED],
  ['actor._parent', (actor) => '_parent' in actor],
  ['actor.systemId', (actor) => 'systemId' in actor],
  [STOP, isStoppedByEvent],
];

/** The names of all members that {@link ensureSupported} checks. */
export const CHECKED_MEMBERS: readonly string[] = MEMBERS.map(([name]) => name);

/** The logic of the actor that the check creates. It records the events that it receives. */
const probeLogic = {
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, received: [] }),
  transition: (snapshot: Probe, { type }: EventObject) => ({
    ...snapshot,
    received: [...snapshot.received, type],
  }),
  getPersistedSnapshot: (snapshot: Probe) => snapshot,
};

type Probe = Snapshot<undefined> & { readonly received: readonly string[] };

function isStoppedByEvent(probe: ActorInternals): boolean {
  probe.start();
  probe.stop();
  return probe.getSnapshot().received.includes(STOP);
}

/** The actor classes that passed the check: one for each copy of XState. */
const supported = new WeakSet<object>();

/**
 * Checks that the copy of XState that created an actor has all members that this library replaces or relies
 * on. Each copy is checked once; later calls cost one look-up.
 *
 * @throws Error that names the version, the supported range and the first member that is missing.
 */
export function ensureSupported(actor: AnyActorRef): void {
  const itsClass: object = Object.getPrototypeOf(actor);
  if (supported.has(itsClass)) return;
  const probe: ActorInternals = new (actor.constructor as new (logic: object) => ActorInternals)(probeLogic);
  const missing = MEMBERS.find(([, isThere]) => !isThere(probe));
  if (missing !== undefined) {
    const isOwn = itsClass === Actor.prototype;
    throw unsupported(missing[0], isOwn ? `xstate ${installedVersion()}` : 'another copy of xstate');
  }
  supported.add(itsClass);
}

function unsupported(member: string, copy: string): Error {
  return new Error(`supervision needs xstate ${SUPPORTED_XSTATE}: ${copy} has no ${member}`);
}

/** The version of the copy that this library imports. Unknown in a bundle, which has no package.json. */
function installedVersion(): string {
  try {
    return createRequire(import.meta.url)('xstate/package.json').version;
  } catch {
    return 'of unknown version';
  }
}
