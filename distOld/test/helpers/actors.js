/**
 * Actors that behave, and misbehave, on request; and a system to watch them in.
 */
import { createActor, SimulatedClock, } from 'xstate';
import { listChildren } from '../../actors/supervision/administration.js';
import { fromBehaviour, } from '../../actors/supervision/behaviour.js';
import { child } from '../../actors/supervision/child-spec.js';
import { dynamicSupervisor } from '../../actors/supervision/dynamic-supervisor.js';
import { supervisor } from '../../actors/supervision/supervisor.js';
/** Logic of a worker that can crash, finish, hang or start slowly. */
export function worker(name, { log, failsStart = () => false, hangs = false, slow = false }) {
    let starts = 0;
    return fromBehaviour((scope) => {
        starts += 1;
        if (failsStart(starts))
            throw new Error(`${name} cannot start`);
        log.push(`${name} started`);
        return workerBehaviour(scope, name, { log, hangs, slow });
    });
}
function workerBehaviour(scope, name, { log, hangs, slow }) {
    return {
        starting: slow,
        receive(event) {
            if (event.type === 'crash')
                throw new Error(`${name} crashed`);
            if (event.type === 'finish')
                scope.end();
            if (event.type === 'become.ready')
                scope.ready();
            if (event.type === 'note')
                log.push(`${name} got ${event.text}`);
        },
        shutdown() {
            log.push(`${name} asked`);
            if (!hangs)
                scope.end();
        },
        release: () => log.push(`${name} released`),
    };
}
/**
 * Starts logic as a root and watches it.
 *
 * @param options.inspect Told of everything in the system.
 * @param options.before Given the root before it starts.
 */
export function watch(logic, { inspect, before, } = {}) {
    const clock = new SimulatedClock();
    const options = { id: 'root', clock, ...(inspect && { inspect }) };
    const root = createActor(logic, options);
    before?.(root);
    const emitted = [];
    const actors = new Map();
    const ended = { status: 'running' };
    root.on('*', (event) => {
        const lifecycle = event;
        emitted.push(lifecycle);
        if (lifecycle.type === 'child.started')
            actors.set(lifecycle.id, lifecycle.actor);
    });
    root.subscribe({
        complete: () => {
            ended.status = 'done';
        },
        error: (error) => {
            ended.status = 'error';
            ended.error = error;
        },
    });
    root.start();
    return {
        root,
        clock,
        emitted,
        ended,
        actor(id) {
            const actor = actors.get(id);
            if (actor === undefined)
                throw new Error(`'${id}' was never started`);
            return actor;
        },
    };
}
/** Limits that no test reaches. */
export const MANY = { intensity: 1_000, periodMs: 1 };
/** The spec of a worker. */
export function member(id, log, options = {}) {
    const { hangs = false, slow = false, failsStart = () => false, ...spec } = options;
    return child({ id, logic: worker(id, { log, hangs, slow, failsStart }), ...spec });
}
/** A supervisor of workers named by the keys, all of which write to one log. */
export function family(workers, options = {}) {
    const log = [];
    const children = Object.entries(workers).map(([id, options]) => member(id, log, options));
    const watched = watch(supervisor({ strategy: 'one_for_one', children, ...options }));
    return { ...watched, log, take: () => log.splice(0) };
}
/** Has actors crash, one after the other. */
export function crash(...actors) {
    for (const actor of actors)
        actor.send({ type: 'crash' });
}
/** Lets the restart happen that a supervisor puts off to a later turn. */
export function nextTurn({ clock }) {
    clock.increment(1);
}
/** The lives that a system told of, as `type id`, with the reason of an end. */
export function story({ emitted }) {
    return emitted.map((event) => {
        const about = 'id' in event ? event.id : 'reason' in event ? event.reason : event.bystander;
        return event.type === 'child.ended'
            ? `${event.type} ${about} ${event.reason.kind}`
            : `${event.type} ${about}`;
    });
}
/** A dynamic supervisor of workers that are known by their names and write to one log. */
export function crowd(template = {}, options = {}) {
    const log = [];
    const refused = [];
    const named = new Map();
    const starts = new Map();
    const logic = fromBehaviour((scope, input) => {
        const { name, failsStart = () => false, hangs = false, slow = false } = input;
        const start = (starts.get(name) ?? 0) + 1;
        starts.set(name, start);
        if (failsStart(start))
            throw new Error(`${name} cannot start`);
        named.set(name, scope.self);
        log.push(`${name} started`);
        return workerBehaviour(scope, name, { log, hangs, slow });
    });
    const watched = watch(dynamicSupervisor({
        template: { id: 'child', logic, restart: 'temporary', shutdown: 100, ...template },
        limit: 10,
        refuse: ({ name }) => refused.push(name),
        ...options,
    }));
    return {
        ...watched,
        log,
        take: () => log.splice(0),
        refused,
        start: (name, more = {}) => watched.root.send({ type: 'child.start', input: { name, ...more } }),
        named(name) {
            const actor = named.get(name);
            if (actor === undefined)
                throw new Error(`'${name}' was never started`);
            return actor;
        },
    };
}
/** What a promise has come to by now, if it has. */
export function settledBy(promise) {
    return () => Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'pending'))]);
}
/** A child's actor, ready or not, as its supervisor lists it. */
export async function listed(root, index = 0) {
    const actor = (await listChildren(root))[index]?.actor;
    if (typeof actor !== 'object')
        throw new Error(`child ${index} has no actor, but is ${actor}`);
    return actor;
}
