/**
 * Behaviours: actors that own a resource (a socket, a file, a terminal, their children) and must release it
 * exactly once, however they end.
 *
 * An actor made with XState's `fromCallback` runs its clean-up when it is stopped, but not when it throws. It
 * cannot end by itself. An error thrown in a listener of a socket or timer reaches no actor. A behaviour
 * closes these gaps:
 *
 * - `release` runs once: after a stop, a crash or a normal end;
 * - `scope.guard` turns an error thrown in a listener into a crash of the actor that owns the listener;
 * - `scope.end` ends the actor normally, and `scope.fail` crashes it;
 * - an actor that is not ready at once sets `starting`, and calls `scope.ready` later.
 *
 * Every behaviour handles `shutdown.requested`, the event with which a supervisor asks a child to end.
 */

import type {
  ActorLogic,
  ActorRef,
  AnyActorLogic,
  AnyActorRef,
  AnyActorScope,
  EventObject,
  Snapshot,
} from 'xstate';
import { enterActor, leaveActor } from './current-actor.js';
import { reportObserverError } from './isolation.js';
import { type Clock, internalsOf, STOP } from './xstate-internals.js';

/** The type of any actor's system. */
export type AnyActorSystem = AnyActorRef['system'];

/** Sent by a supervisor: the actor must finish its work and end. */
export interface ShutdownRequested {
  readonly type: 'shutdown.requested';
}

/** The running part of an actor: created when the actor starts, dropped when it has ended. */
export interface Behaviour<TEvent extends EventObject> {
  /** True when the actor is not ready at once: its supervisor waits for `scope.ready()`. */
  readonly starting?: boolean;
  /** Handles one event. If it throws, the actor crashes. */
  receive(event: TEvent): void;
  /** Handles `shutdown.requested`; must lead to `scope.end()`. Without this method the actor ends at once. */
  shutdown?(): void;
  /** Releases all resources. Runs exactly once, as the last step. */
  release?(): void;
  /** What the actor is doing, in one word, for the inspector. */
  state?(): string;
}

/** `ready` is false until the actor is ready for use. */
export type BehaviourSnapshot = Snapshot<undefined> & { readonly ready: boolean };

export type BehaviourLogic<
  TEvent extends EventObject,
  TInput,
  TEmitted extends EventObject = EventObject,
> = ActorLogic<BehaviourSnapshot, TEvent | ShutdownRequested, TInput, AnyActorSystem, TEmitted>;

/**
 * The value with which an actor reports at its start that it has nothing to do. The function of a behaviour
 * returns this value; any other logic ends at once with this value as its output. The supervisor keeps the
 * child's spec, unless the child is temporary. A dynamic supervisor forgets the child.
 */
export const IGNORE: unique symbol = Symbol('ignore');

/** The internal events of a behaviour, sent by {@link BehaviourScope}. */
type InternalEvent =
  | { readonly type: 'behaviour.readied' }
  | { readonly type: 'behaviour.ended' }
  | { readonly type: 'behaviour.failed'; readonly error: unknown };

/** What a running behaviour is doing, if it has a {@link Behaviour.state}. */
export function behaviourState(actor: AnyActorRef): string | undefined {
  return hostOf(actor)[BEHAVIOUR]?.state?.();
}

/** A timer of {@link BehaviourScope}, for {@link BehaviourScope.cancel}. */
export type Timer = { readonly Timer: unique symbol };

/** Monotonic time in milliseconds. Only XState's simulated clock has `now`. */
function timeOf(clock: Clock): number {
  // biome-ignore lint/style/noRestrictedGlobals: all other code calls this function.
  return clock.now?.() ?? performance.now();
}

/** Monotonic time in milliseconds, on the clock of an actor's system. */
export function nowOf(actor: AnyActorRef): number {
  return timeOf(internalsOf(actor).clock);
}

/** The operations available to a behaviour. They have no effect after the actor has ended. */
export class BehaviourScope<TEvent extends EventObject = EventObject> {
  readonly self: ActorRef<Snapshot<unknown>, TEvent>;
  readonly system: AnyActorSystem;
  readonly #scope: AnyActorScope;
  readonly #clock: Clock;

  constructor(scope: AnyActorScope) {
    this.#scope = scope;
    this.self = scope.self;
    this.system = scope.system;
    this.#clock = internalsOf(scope.self).clock;
  }

  /** Monotonic time in milliseconds, on the system's clock. */
  now(): number {
    return timeOf(this.#clock);
  }

  /** Sends this actor an event after a delay in milliseconds. {@link cancel} cancels it. */
  sendLater(event: TEvent, delayMs: number): Timer {
    return this.#clock.setTimeout(() => this.self.send(event), delayMs);
  }

  /** Calls a function after a delay in milliseconds. If the function throws, this actor crashes. */
  callLater(callback: () => void, delayMs: number): Timer {
    return this.#clock.setTimeout(this.guard(callback), delayMs);
  }

  /**
   * Like {@link sendLater}, but sends the event in the event-loop iteration after the timer fired. Node.js
   * runs all due timers in one iteration: a chain of timers, each setting the next, would block other work.
   */
  sendInLaterIteration(event: TEvent, delayMs: number): Timer {
    const send = () => this.self.send(event);
    return this.#clock.setTimeout(this.isSimulated ? send : () => setImmediate(send), delayMs);
  }

  /** Sends this actor an event in the next event-loop iteration. Events that arrive earlier go first. */
  sendNextIteration(event: TEvent): void {
    if (this.isSimulated) this.sendLater(event, 0);
    else setImmediate(() => this.self.send(event));
  }

  /** True when time is simulated. Simulated time has no event-loop iterations. */
  get isSimulated(): boolean {
    return this.#clock.now !== undefined;
  }

  /** Cancels a timer that has not fired yet. */
  cancel(timer: Timer | undefined): void {
    if (timer !== undefined) this.#clock.clearTimeout(timer);
  }

  /** Emits an event to the listeners added with `actor.on`. */
  emit<TEmitted extends EventObject>(event: TEmitted): void {
    this.#scope.emit(event);
  }

  /** Stops a child of this actor at once. */
  stopChild(child: AnyActorRef): void {
    this.#scope.stopChild(child);
  }

  /** Reports that an actor which began as `starting` is ready for use. */
  ready(): void {
    this.#scope.self.send({ type: 'behaviour.readied' });
  }

  /** Ends this actor normally, after the events already in its queue. */
  end(): void {
    this.#scope.self.send({ type: 'behaviour.ended' });
  }

  /** Crashes this actor with an error from outside its event handling. */
  fail(error: unknown): void {
    const failed: InternalEvent = { type: 'behaviour.failed', error };
    this.#scope.self.send(failed);
  }

  /** Wraps a listener or callback: if it throws, this actor crashes, not the process. */
  guard<TArgs extends unknown[]>(listener: (...args: TArgs) => void): (...args: TArgs) => void {
    return (...args) => {
      const previous = enterActor(this.#scope.self);
      try {
        failIfRejected(listener(...args), this.#scope.self);
      } catch (error) {
        this.fail(error);
      } finally {
        leaveActor(previous);
      }
    };
  }
}

/** A symbol, so that an inspector that serialises a snapshot skips the input. */
const INPUT = Symbol('input');

const BEHAVIOUR = Symbol('behaviour');

/**
 * An actor with its behaviour. The behaviour is stored on the actor, not in the snapshot. A snapshot is a
 * value: it does not change after it has been read, and can be passed back to XState.
 */
interface Host {
  [BEHAVIOUR]?: Behaviour<EventObject> | undefined;
}

function hostOf(actor: AnyActorRef): Host {
  return actor as Host;
}

/** Marks logics that handle `shutdown.requested`. */
const HANDLES_SHUTDOWN = Symbol('handles shutdown');

/** True for behaviours, which all end on request. */
export function handlesShutdown(logic: AnyActorLogic): boolean {
  return HANDLES_SHUTDOWN in logic;
}

/** A behaviour's snapshot. It contains the input, so that the behaviour can be started again. */
interface InputSnapshot {
  readonly status: 'active' | 'done' | 'stopped' | 'error';
  readonly output: typeof IGNORE | undefined;
  readonly error: unknown;
  readonly ready: boolean;
  readonly [INPUT]: unknown;
}

/** The persisted form of a snapshot. */
interface PersistedSnapshot extends Omit<InputSnapshot, typeof INPUT> {
  readonly input: unknown;
}

function snapshotOf(
  status: InputSnapshot['status'],
  ready: boolean,
  input: unknown,
  output?: typeof IGNORE,
  error?: unknown,
): InputSnapshot {
  return { status, output, error, ready, [INPUT]: input };
}

/**
 * Stores an actor's next snapshot before XState does. While the actor releases its resources, other actors
 * therefore see it as ended, and events sent to its address wait for the next incarnation.
 */
function storeSnapshot(actor: AnyActorRef, next: InputSnapshot): InputSnapshot {
  internalsOf(actor)._snapshot = next as Snapshot<unknown>;
  return next;
}

/**
 * Actor logic from a function that creates the behaviour when the actor starts.
 *
 * @example
 * const ticker = fromBehaviour<{ type: 'tick' }, { everyMs: number }>((scope, { everyMs }) => {
 *   const timer = setInterval(() => scope.self.send({ type: 'tick' }), everyMs);
 *   return { receive: () => console.log('tick'), release: () => clearInterval(timer) };
 * });
 */
export function fromBehaviour<
  TEvent extends EventObject,
  TInput = undefined,
  TEmitted extends EventObject = EventObject,
>(
  create: (scope: BehaviourScope<TEvent>, input: TInput) => Behaviour<TEvent> | typeof IGNORE,
): BehaviourLogic<TEvent, TInput, TEmitted> {
  const logic: BehaviourLogic<TEvent, TInput, TEmitted> = {
    getInitialSnapshot: (_scope, input) => snapshotOf('active', false, input) as BehaviourSnapshot,

    start(snapshot, scope) {
      const { self } = scope;
      const known = snapshot as InputSnapshot;
      const previous = enterActor(self);
      try {
        const behaviour = create(new BehaviourScope(scope), known[INPUT] as TInput);
        if (behaviour === IGNORE) {
          storeSnapshot(self, snapshotOf('done', false, known[INPUT], IGNORE));
          return;
        }
        hostOf(self)[BEHAVIOUR] = behaviour as Behaviour<EventObject>;
        const ready = behaviour.starting !== true;
        // XState continues with the snapshot that the actor has when this function returns.
        if (ready !== known.ready) storeSnapshot(self, snapshotOf('active', ready, known[INPUT]));
      } finally {
        leaveActor(previous);
      }
    },

    transition(snapshot, event, { self }) {
      const behaviour = hostOf(self)[BEHAVIOUR];
      if (behaviour === undefined) return snapshot;
      const known = snapshot as InputSnapshot;
      const previous = enterActor(self);
      try {
        return handle(behaviour, known, event as EventObject, self) as BehaviourSnapshot;
      } catch (error) {
        storeSnapshot(self, snapshotOf('error', known.ready, known[INPUT], undefined, error));
        return releaseAfter(error, self);
      } finally {
        leaveActor(previous);
      }
    },

    getPersistedSnapshot(snapshot) {
      const { status, output, error, ready, [INPUT]: input } = snapshot as InputSnapshot;
      return { status, output, error, ready, input } satisfies PersistedSnapshot as BehaviourSnapshot;
    },

    restoreSnapshot(persisted) {
      const { status, output, error, input } = persisted as PersistedSnapshot;
      return snapshotOf(status, false, input, output, error) as BehaviourSnapshot;
    },
  };
  return Object.assign(logic, { [HANDLES_SHUTDOWN]: true });
}

function handle(
  behaviour: Behaviour<EventObject>,
  snapshot: InputSnapshot,
  event: EventObject,
  self: AnyActorRef,
): InputSnapshot {
  const { type } = event;
  const { ready, [INPUT]: input } = snapshot;
  if (type === 'behaviour.readied') {
    return ready ? snapshot : storeSnapshot(self, snapshotOf('active', true, input));
  }
  if (type === 'behaviour.failed') throw (event as EventObject & { readonly error: unknown }).error;
  const isRequest = type === 'shutdown.requested';
  if (type === STOP || type === 'behaviour.ended' || (isRequest && behaviour.shutdown === undefined)) {
    const ended = storeSnapshot(self, snapshotOf(type === STOP ? 'stopped' : 'done', ready, input));
    release(self);
    return ended;
  }
  const returned: unknown = isRequest ? behaviour.shutdown?.() : behaviour.receive(event);
  if (returned !== undefined) failIfRejected(returned, self);
  return snapshot;
}

/** If a listener or method returned a promise, crashes the actor when the promise rejects. */
function failIfRejected(returned: unknown, actor: AnyActorRef): void {
  if (!(returned instanceof Promise)) return;
  returned.catch((error: unknown) => actor.send({ type: 'behaviour.failed', error } satisfies InternalEvent));
}

/** Releases resources after an error. If the release fails too, the first error is thrown. */
function releaseAfter(error: unknown, self: AnyActorRef): never {
  try {
    release(self);
  } catch (releaseError) {
    if (error instanceof Error) error.cause ??= releaseError;
  }
  throw error;
}

function release(self: AnyActorRef): void {
  const host = hostOf(self);
  const behaviour = host[BEHAVIOUR];
  host[BEHAVIOUR] = undefined;
  const returned: unknown = behaviour?.release?.();
  if (returned instanceof Promise) returned.catch((error) => reportObserverError('release', self, error));
}
