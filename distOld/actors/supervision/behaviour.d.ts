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
import type { ActorLogic, ActorRef, ActorScope, AnyActorLogic, AnyActorRef, EventObject, Snapshot } from 'xstate';
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
}
/** `ready` is false until the actor can be used. */
export type BehaviourSnapshot = Snapshot<undefined> & {
    readonly ready: boolean;
};
export type BehaviourLogic<TEvent extends EventObject, TInput, TEmitted extends EventObject = EventObject> = ActorLogic<BehaviourSnapshot, TEvent | ShutdownRequested, TInput, AnyActorSystem, TEmitted>;
/**
 * An actor says with this, when it starts, that it has nothing to do: a behaviour's function returns it, any
 * other logic ends at once with it as its output. Its supervisor keeps the spec, without an actor.
 */
export declare const IGNORE: unique symbol;
/** An event that is to be sent later. */
export type Timer = {
    readonly Timer: unique symbol;
};
/** What a behaviour can do to itself and around it. All of it is harmless after the actor ended. */
export declare class BehaviourScope<TEvent extends EventObject = EventObject> {
    #private;
    readonly self: ActorRef<Snapshot<unknown>, TEvent>;
    readonly system: AnyActorSystem;
    constructor(scope: ActorScope<Snapshot<unknown>, EventObject>);
    /** Monotonic time in milliseconds, on the system's clock. */
    now(): number;
    /** Sends this actor an event after a delay in milliseconds; {@link cancel} takes it back. */
    sendLater(event: TEvent, delayMs: number): Timer;
    /** Calls a function after a delay in milliseconds; what it throws crashes this actor. */
    callLater(callback: () => void, delayMs: number): Timer;
    /**
     * As {@link sendLater}, but never in the turn of the event loop in which its time came: Node.js runs timers
     * that are due one after the other, and whoever sets a new one each time would keep it from all else.
     */
    sendInLaterTurn(event: TEvent, delayMs: number): Timer;
    /** Sends this actor an event in the next turn of the event loop, after what has come in until then. */
    sendNextTurn(event: TEvent): void;
    /** Takes back what was to be sent, if its time has not come. */
    cancel(timer: Timer | undefined): void;
    /** Emits an event to whoever listens with `actor.on`. */
    emit<TEmitted extends EventObject>(event: TEmitted): void;
    /** Stops a child of this actor at once. */
    stopChild(child: AnyActorRef): void;
    /** Says that an actor which began as `starting` can be used now. */
    ready(): void;
    /** Ends this actor normally, after the events that it was sent before. */
    end(): void;
    /** Crashes this actor with an error that arose outside of its event handling. */
    fail(error: unknown): void;
    /** Wraps a listener or callback: what it throws crashes this actor, not the process. */
    guard<TArgs extends unknown[]>(listener: (...args: TArgs) => void): (...args: TArgs) => void;
}
/** True for behaviours: every one of them ends when it is asked to. */
export declare function hearsShutdown(logic: AnyActorLogic): boolean;
/**
 * Actor logic from a function that builds the behaviour when the actor starts.
 *
 * @example
 * const ticker = fromBehaviour<{ type: 'tick' }, { everyMs: number }>((scope, { everyMs }) => {
 *   const timer = setInterval(() => scope.self.send({ type: 'tick' }), everyMs);
 *   return { receive: () => console.log('tick'), release: () => clearInterval(timer) };
 * });
 */
export declare function fromBehaviour<TEvent extends EventObject, TInput = undefined, TEmitted extends EventObject = EventObject>(create: (scope: BehaviourScope<TEvent>, input: TInput) => Behaviour<TEvent> | typeof IGNORE): BehaviourLogic<TEvent, TInput, TEmitted>;
