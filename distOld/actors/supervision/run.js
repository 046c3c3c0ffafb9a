/**
 * Runs a supervisor as the root of an actor system.
 */
import { createActor } from 'xstate';
import { isReady } from './actor-state.js';
import { watched } from './containment.js';
/**
 * Starts a tree. It never throws, and nothing that happens in it reaches `uncaughtException`: how it ended,
 * `ended` tells.
 */
export function run(logic, { onEmitted, inspect } = {}) {
    const root = createActor(logic, {
        id: 'root',
        ...(inspect && { inspect: guarded(inspect) }),
    });
    if (onEmitted !== undefined)
        root.on('*', onEmitted);
    let end = () => { };
    const ended = new Promise((resolve) => {
        end = resolve;
    });
    root.subscribe({ complete: () => end({}), error: (error) => end({ error }) });
    const up = new Promise((resolve) => {
        root.subscribe({ next: () => isReady(root) && resolve(true), error: () => { } });
    });
    try {
        root.start();
    }
    catch (error) {
        end({ error }); // a logic that is none
    }
    return {
        root,
        ready: Promise.race([up, ended.then(() => false)]),
        ended,
        shutdown: () => root.send({ type: 'shutdown.requested' }),
    };
}
/** The first events come before there is a supervisor that could contain what an inspector throws. */
function guarded(inspect) {
    return (event) => watched('inspector', event.actorRef, inspect)(event);
}
