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
import { reportBystander } from './containment.js';
/**
 * An actor says with this, when it starts, that it has nothing to do: a behaviour's function returns it, any
 * other logic ends at once with it as its output. Its supervisor keeps the spec, without an actor.
 */
export const IGNORE = Symbol('ignore');
/** What a behaviour can do to itself and around it. All of it is harmless after the actor ended. */
export class BehaviourScope {
    self;
    system;
    #scope;
    #clock;
    constructor(scope) {
        this.#scope = scope;
        this.self = scope.self;
        this.system = scope.system;
        this.#clock = scope.self.clock;
    }
    /** Monotonic time in milliseconds, on the system's clock. */
    now() {
        return this.#clock.now?.() ?? performance.now();
    }
    /** Sends this actor an event after a delay in milliseconds; {@link cancel} takes it back. */
    sendLater(event, delayMs) {
        return this.#clock.setTimeout(() => this.self.send(event), delayMs);
    }
    /** Calls a function after a delay in milliseconds; what it throws crashes this actor. */
    callLater(callback, delayMs) {
        return this.#clock.setTimeout(this.guard(callback), delayMs);
    }
    /**
     * As {@link sendLater}, but never in the turn of the event loop in which its time came: Node.js runs timers
     * that are due one after the other, and whoever sets a new one each time would keep it from all else.
     */
    sendInLaterTurn(event, delayMs) {
        const isSimulated = this.#clock.now !== undefined;
        const send = () => this.self.send(event);
        return this.#clock.setTimeout(isSimulated ? send : () => setImmediate(send), delayMs);
    }
    /** Sends this actor an event in the next turn of the event loop, after what has come in until then. */
    sendNextTurn(event) {
        const isSimulated = this.#clock.now !== undefined;
        if (isSimulated)
            this.sendLater(event, 0);
        else
            setImmediate(() => this.self.send(event));
    }
    /** Takes back what was to be sent, if its time has not come. */
    cancel(timer) {
        if (timer !== undefined)
            this.#clock.clearTimeout(timer);
    }
    /** Emits an event to whoever listens with `actor.on`. */
    emit(event) {
        this.#scope.emit(event);
    }
    /** Stops a child of this actor at once. */
    stopChild(child) {
        this.#scope.stopChild(child);
    }
    /** Says that an actor which began as `starting` can be used now. */
    ready() {
        this.#scope.self.send({ type: 'behaviour.readied' });
    }
    /** Ends this actor normally, after the events that it was sent before. */
    end() {
        this.#scope.self.send({ type: 'behaviour.ended' });
    }
    /** Crashes this actor with an error that arose outside of its event handling. */
    fail(error) {
        const failed = { type: 'behaviour.failed', error };
        this.#scope.self.send(failed);
    }
    /** Wraps a listener or callback: what it throws crashes this actor, not the process. */
    guard(listener) {
        return (...args) => {
            try {
                failIfRejected(listener(...args), this.#scope.self);
            }
            catch (error) {
                this.fail(error);
            }
        };
    }
}
/** Keys that serialising a snapshot, as an inspector does, passes over. */
const INPUT = Symbol('input');
const BEHAVIOUR = Symbol('behaviour');
/** Marks logics that understand `shutdown.requested`. */
const HEARS_SHUTDOWN = Symbol('hears shutdown');
/** True for behaviours: every one of them ends when it is asked to. */
export function hearsShutdown(logic) {
    return HEARS_SHUTDOWN in logic;
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
export function fromBehaviour(create) {
    const logic = {
        getInitialSnapshot: (_scope, input) => ({
            status: 'active',
            output: undefined,
            error: undefined,
            ready: false,
            [INPUT]: input,
            [BEHAVIOUR]: undefined,
        }),
        start(snapshot, scope) {
            const live = snapshot;
            const behaviour = create(new BehaviourScope(scope), live[INPUT]);
            live[INPUT] = undefined;
            if (behaviour === IGNORE) {
                live.status = 'done';
                live.output = IGNORE;
                return;
            }
            live[BEHAVIOUR] = behaviour;
            live.ready = behaviour.starting !== true;
        },
        transition(snapshot, event, scope) {
            const live = snapshot;
            try {
                const promised = handle(live, scope.self, event);
                if (promised !== undefined)
                    failIfRejected(promised, scope.self);
            }
            catch (error) {
                releaseAfter(error, live, scope.self);
            }
            return snapshot;
        },
        getPersistedSnapshot: (snapshot) => snapshot,
    };
    return Object.assign(logic, { [HEARS_SHUTDOWN]: true });
}
function handle(live, self, event) {
    const behaviour = live[BEHAVIOUR];
    if (behaviour === undefined)
        return undefined;
    const { type } = event;
    if (type === 'behaviour.readied') {
        live.ready = true;
    }
    else if (type === 'behaviour.failed') {
        throw event.error;
    }
    else if (type === 'xstate.stop') {
        live.status = 'stopped';
        release(live, self);
    }
    else if (type === 'behaviour.ended' ||
        (type === 'shutdown.requested' && behaviour.shutdown === undefined)) {
        live.status = 'done';
        release(live, self);
    }
    else if (type === 'shutdown.requested') {
        return behaviour.shutdown?.();
    }
    else {
        return behaviour.receive(event);
    }
    return undefined;
}
/** An `async` function throws later: that is its actor's crash as well. */
function failIfRejected(returned, actor) {
    if (!(returned instanceof Promise))
        return;
    returned.catch((error) => actor.send({ type: 'behaviour.failed', error }));
}
/** Lets go because of an error. If that fails too, the first error is the one to be told of. */
function releaseAfter(error, live, self) {
    try {
        release(live, self);
    }
    catch (releaseError) {
        if (error instanceof Error)
            error.cause ??= releaseError;
    }
    throw error;
}
function release(live, self) {
    const behaviour = live[BEHAVIOUR];
    live[BEHAVIOUR] = undefined;
    const returned = behaviour?.release?.();
    if (returned instanceof Promise)
        returned.catch((error) => reportBystander('release', self, error));
}
