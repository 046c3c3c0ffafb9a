/**
 * Behaviours: actors that own something of the outside world (a socket, a file, a terminal, their
 * children) and must let go of it exactly once, however they end.
 *
 * XState's own `fromCallback` calls its clean-up when the actor is stopped, but not when it throws;
 * it cannot end by itself, and what a socket's or a timer's listener throws reaches no actor. A
 * behaviour closes these gaps:
 *
 * - `release` runs once: after a stop, a crash or a normal end;
 * - `scope.guard` turns what a listener throws into a crash of the actor that owns it;
 * - `scope.end` ends the actor normally, `scope.fail` as a crash;
 * - an actor that is of no use at once says so with `starting`, and calls `scope.ready` later.
 *
 * Every behaviour understands `shutdown.requested`, the one request a supervisor makes of a child.
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
import { beginTurn, endTurn } from './current-actor.js';
import { reportObserverError } from './isolation.js';
import { type Clock, internalsOf, STOP } from './xstate-internals.js';

/** The system that an actor lives in, whatever its addresses. */
export type AnyActorSystem = AnyActorRef['system'];

/** Sent by a supervisor: finish what is under way, then end. */
export interface ShutdownRequested {
  readonly type: 'shutdown.requested';
}

/** The running half of an actor: made when the actor starts, dropped when it ended. */
export interface Behaviour<TEvent extends EventObject> {
  /** True when the actor is of no use yet: its supervisor waits for `scope.ready()`. */
  readonly starting?: boolean;
  /** Handles one event; a throw is a crash. */
  receive(event: TEvent): void;
  /** Handles `shutdown.requested`: must lead to `scope.end()`. Without it the actor ends at once. */
  shutdown?(): void;
  /** Lets go of everything; runs exactly once, as the last thing. */
  release?(): void;
  /** What it is doing, in a word, for whoever inspects it. */
  state?(): string;
}

/** `ready` is false until the actor can be used. */
export type BehaviourSnapshot = Snapshot<undefined> & { readonly ready: boolean };

export type BehaviourLogic<
  TEvent extends EventObject,
  TInput,
  TEmitted extends EventObject = EventObject,
> = ActorLogic<BehaviourSnapshot, TEvent | ShutdownRequested, TInput, AnyActorSystem, TEmitted>;

/**
 * An actor says with this, when it starts, that it has nothing to do: a behaviour's function returns it, any
 * other logic ends at once with it as its output. Its supervisor keeps the spec, without an actor.
 */
export const IGNORE: unique symbol = Symbol('ignore');

/** A behaviour's own events; {@link BehaviourScope} sends them. */
type InternalEvent =
  | { readonly type: 'behaviour.readied' }
  | { readonly type: 'behaviour.ended' }
  | { readonly type: 'behaviour.failed'; readonly error: unknown };

/** What a live behaviour is doing, if it says so: see {@link Behaviour.state}. */
export function behaviourState(actor: AnyActorRef): string | undefined {
  return hostOf(actor)[BEHAVIOUR]?.state?.();
}

/** An event that is to be sent later. */
export type Timer = { readonly Timer: unique symbol };

/** Monotonic time in milliseconds. Of XState's clocks, only a simulated one tells the time. */
function timeOf(clock: Clock): number {
  // biome-ignore lint/style/noRestrictedGlobals: everything else asks this function.
  return clock.now?.() ?? performance.now();
}

/** Monotonic time in milliseconds, on the clock of an actor's system. */
export function nowOf(actor: AnyActorRef): number {
  return timeOf(internalsOf(actor).clock);
}

/** What a behaviour can do to itself and around it. All of it is harmless after the actor ended. */
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

  /** Sends this actor an event after a delay in milliseconds; {@link cancel} takes it back. */
  sendLater(event: TEvent, delayMs: number): Timer {
    return this.#clock.setTimeout(() => this.self.send(event), delayMs);
  }

  /** Calls a function after a delay in milliseconds; what it throws crashes this actor. */
  callLater(callback: () => void, delayMs: number): Timer {
    return this.#clock.setTimeout(this.guard(callback), delayMs);
  }

  /**
   * As {@link sendLater}, but never in the turn of the event loop in which its time came: Node.js runs timers
   * that are due one after the other, and whoever sets a new one each time would keep it from all else.
   */
  sendInLaterTurn(event: TEvent, delayMs: number): Timer {
    const send = () => this.self.send(event);
    return this.#clock.setTimeout(this.isSimulated ? send : () => setImmediate(send), delayMs);
  }

  /** Sends this actor an event in the next turn of the event loop, after what has come in until then. */
  sendNextTurn(event: TEvent): void {
    if (this.isSimulated) this.sendLater(event, 0);
    else setImmediate(() => this.self.send(event));
  }

  /** True where time is simulated: it has no turns of the event loop. */
  get isSimulated(): boolean {
    return this.#clock.now !== undefined;
  }

  /** Takes back what was to be sent, if its time has not come. */
  cancel(timer: Timer | undefined): void {
    if (timer !== undefined) this.#clock.clearTimeout(timer);
  }

  /** Emits an event to whoever listens with `actor.on`. */
  emit<TEmitted extends EventObject>(event: TEmitted): void {
    this.#scope.emit(event);
  }

  /** Stops a child of this actor at once. */
  stopChild(child: AnyActorRef): void {
    this.#scope.stopChild(child);
  }

  /** Says that an actor which began as `starting` can be used now. */
  ready(): void {
    this.#scope.self.send({ type: 'behaviour.readied' });
  }

  /** Ends this actor normally, after the events that it was sent before. */
  end(): void {
    this.#scope.self.send({ type: 'behaviour.ended' });
  }

  /** Crashes this actor with an error that arose outside of its event handling. */
  fail(error: unknown): void {
    const failed: InternalEvent = { type: 'behaviour.failed', error };
    this.#scope.self.send(failed);
  }

  /** Wraps a listener or callback: what it throws crashes this actor, not the process. */
  guard<TArgs extends unknown[]>(listener: (...args: TArgs) => void): (...args: TArgs) => void {
    return (...args) => {
      const interrupted = beginTurn(this.#scope.self);
      try {
        failIfRejected(listener(...args), this.#scope.self);
      } catch (error) {
        this.fail(error);
      } finally {
        endTurn(interrupted);
      }
    };
  }
}

/** A key that serialising a snapshot, as an inspector does, passes over. */
const INPUT = Symbol('input');

const BEHAVIOUR = Symbol('behaviour');

/**
 * An actor with its behaviour. It stands on the actor, because a snapshot is a value: one that was read stays
 * as it was, and can be given back to XState.
 */
interface Host {
  [BEHAVIOUR]?: Behaviour<EventObject> | undefined;
}

function hostOf(actor: AnyActorRef): Host {
  return actor as Host;
}

/** Marks logics that understand `shutdown.requested`. */
const HEARS_SHUTDOWN = Symbol('hears shutdown');

/** True for behaviours: every one of them ends when it is asked to. */
export function hearsShutdown(logic: AnyActorLogic): boolean {
  return HEARS_SHUTDOWN in logic;
}

/** A behaviour's snapshot, with what it was started with and may be started with again. */
interface InputSnapshot {
  readonly status: 'active' | 'done' | 'stopped' | 'error';
  readonly output: typeof IGNORE | undefined;
  readonly error: unknown;
  readonly ready: boolean;
  readonly [INPUT]: unknown;
}

/** What a persisted snapshot holds. */
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
 * Gives an actor its next snapshot at once, before XState does: while an actor lets go, others see that it
 * has ended, and what is sent to its address then waits for the next incarnation.
 */
function become(actor: AnyActorRef, next: InputSnapshot): InputSnapshot {
  internalsOf(actor)._snapshot = next as Snapshot<unknown>;
  return next;
}

/**
 * Actor logic from a function that builds the behaviour when the actor starts.
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
      const interrupted = beginTurn(self);
      try {
        const behaviour = create(new BehaviourScope(scope), known[INPUT] as TInput);
        if (behaviour === IGNORE) {
          become(self, snapshotOf('done', false, known[INPUT], IGNORE));
          return;
        }
        hostOf(self)[BEHAVIOUR] = behaviour as Behaviour<EventObject>;
        const ready = behaviour.starting !== true;
        // XState goes on with the snapshot that the actor has when this returns.
        if (ready !== known.ready) become(self, snapshotOf('active', ready, known[INPUT]));
      } finally {
        endTurn(interrupted);
      }
    },

    transition(snapshot, event, { self }) {
      const behaviour = hostOf(self)[BEHAVIOUR];
      if (behaviour === undefined) return snapshot;
      const known = snapshot as InputSnapshot;
      const interrupted = beginTurn(self);
      try {
        return handle(behaviour, known, event as EventObject, self) as BehaviourSnapshot;
      } catch (error) {
        become(self, snapshotOf('error', known.ready, known[INPUT], undefined, error));
        return releaseAfter(error, self);
      } finally {
        endTurn(interrupted);
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
  return Object.assign(logic, { [HEARS_SHUTDOWN]: true });
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
    return ready ? snapshot : become(self, snapshotOf('active', true, input));
  }
  if (type === 'behaviour.failed') throw (event as EventObject & { readonly error: unknown }).error;
  const isRequest = type === 'shutdown.requested';
  if (type === STOP || type === 'behaviour.ended' || (isRequest && behaviour.shutdown === undefined)) {
    const ended = become(self, snapshotOf(type === STOP ? 'stopped' : 'done', ready, input));
    release(self);
    return ended;
  }
  const returned: unknown = isRequest ? behaviour.shutdown?.() : behaviour.receive(event);
  if (returned !== undefined) failIfRejected(returned, self);
  return snapshot;
}

/** An `async` function throws later: that is its actor's crash as well. */
function failIfRejected(returned: unknown, actor: AnyActorRef): void {
  if (!(returned instanceof Promise)) return;
  returned.catch((error: unknown) => actor.send({ type: 'behaviour.failed', error } satisfies InternalEvent));
}

/** Lets go because of an error. If that fails too, the first error is the one to be told of. */
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
