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
import { Actor, StateMachine, toObserver, } from 'xstate';
const reporters = new WeakMap();
const contained = new WeakSet();
/** Actors that crashed and were let go of: XState may say so twice. */
const letGone = new WeakSet();
/** Actors whose errors somebody hears. */
const heard = new WeakSet();
let reporting = false;
/**
 * Contains all actors of the system that `self` lives in, from now on.
 *
 * @param self A supervisor.
 * @param report Emits what the bystanders below `self` throw.
 */
export function contain(self, report) {
    reporters.set(self, report);
    if (contained.has(self.system))
        return;
    contained.add(self.system);
    const system = self.system;
    const { _register, _unregister, _sendInspectionEvent } = system;
    system._register = (sessionId, actor) => {
        shield(actor);
        return _register(sessionId, actor);
    };
    system._unregister = (actor) => {
        _unregister(actor);
        if (actor.getSnapshot()?.status !== 'error' || letGone.has(actor))
            return;
        letGone.add(actor);
        letGo(actor);
    };
    system._sendInspectionEvent = (event) => {
        try {
            _sendInspectionEvent(event);
        }
        catch (error) {
            reportBystander('inspector', event.actorRef, error);
        }
    };
    let root = self;
    while (root._parent !== undefined)
        root = root._parent;
    shieldAll(root);
}
/** Shields whoever ran before the first supervisor did. */
function shieldAll(actor) {
    shield(actor);
    for (const child of childrenOf(actor))
        shieldAll(child);
}
/** The children of a machine, in the order of their start; other logics keep theirs to themselves. */
function childrenOf(actor) {
    const { children = {} } = actor.getSnapshot();
    return actor.logic instanceof StateMachine ? Object.values(children) : [];
}
/** Wraps the callback of a bystander: what it throws, at once or later, is reported and goes no further. */
export function watched(bystander, actor, callback) {
    return (...args) => {
        const report = (error) => {
            // Whoever fails over the report of a failure has been heard already: it would go round for ever.
            if (!isReport(args[0]))
                reportBystander(bystander, actor, error);
        };
        try {
            const returned = callback(...args);
            if (returned instanceof Promise)
                returned.catch(report);
        }
        catch (error) {
            report(error);
        }
    };
}
function isReport(event) {
    return event?.type === 'bystander.failed';
}
/** Has the nearest supervisor of an actor say that somebody who watches it threw. */
export function reportBystander(bystander, actor, error) {
    // A report that makes others fail, such as an inspector, is not followed by theirs.
    if (reporting)
        return;
    reporting = true;
    try {
        let supervisor = actor;
        while (supervisor !== undefined && !reporters.has(supervisor))
            supervisor = supervisor._parent;
        if (supervisor === undefined)
            return;
        reporters.get(supervisor)?.({ type: 'bystander.failed', bystander, actor: actor.id, error });
    }
    finally {
        reporting = false;
    }
}
/** Stops what a crashed actor leaves behind, the youngest first. */
function letGo(actor) {
    for (const child of childrenOf(actor).reverse())
        afterCrash(() => actor._actorScope.stopChild(child));
    if (actor.logic instanceof StateMachine)
        return;
    const stop = { type: 'xstate.stop' };
    afterCrash(() => actor.logic.transition(actor.getSnapshot(), stop, actor._actorScope));
}
/** What fails now may be what crashed it, and that is on its way to the parent already. */
function afterCrash(step) {
    try {
        step();
    }
    catch {
        // Nothing more can be done for it; the next one is to be let go of as well.
    }
}
/** XState takes any snapshot for one, and breaks over what is none outside of the actor's own turn. */
function update(snapshot, event) {
    if (typeof snapshot === 'object' && snapshot !== null) {
        return Actor.prototype.update.call(this, snapshot, event);
    }
    const error = new TypeError(`the logic of '${this.id}' returned no snapshot`);
    this._snapshot = { status: 'error', output: undefined, error };
    this._error(error);
}
/** Makes an actor safe to watch. Its methods are replaced on itself: XState's class serves others too. */
function shield(actor) {
    for (const observer of actor.observers)
        Object.assign(observer, shieldedObserver(actor, observer));
    if (actor.eventListeners.size > 0)
        actor._actorScope.emit = (event) => emit(actor, event);
    actor.subscribe = subscribe;
    actor.on = on;
    actor.update = update;
}
function subscribe(...args) {
    const observer = shieldedObserver(this, toObserver(...args));
    return Actor.prototype.subscribe.call(this, observer);
}
/** Emits for an actor that had listeners before it could be shielded. */
function emit(actor, event) {
    for (const type of [event.type, '*']) {
        for (const listener of [...(actor.eventListeners.get(type) ?? [])]) {
            watched('listener', actor, listener)(event);
        }
    }
}
function on(type, listener) {
    const shielded = watched('listener', this, listener);
    return Actor.prototype.on.call(this, type, shielded);
}
function shieldedObserver(actor, { next, error, complete }) {
    const guard = (callback) => callback && watched('observer', actor, callback);
    if (error !== undefined)
        heard.add(actor);
    return {
        next: guard(next),
        error: guard(error) ?? ((reason) => tellProcess(actor, reason)),
        complete: guard(complete),
    };
}
/** A parent hears of an error anyway. A root has only its observers; without any that hears, it is as XState has it. */
function tellProcess(actor, error) {
    if (actor._parent !== undefined || heard.has(actor))
        return;
    setTimeout(() => {
        throw error;
    });
}
