/**
 * Random supervision trees of workers of every kind that misbehave on request, and a witness of what
 * really happens to their actors: it is told by XState itself and by the workers, not by the supervisors.
 */
import fc from 'fast-check';
import { createActor, fromCallback, fromTransition, SimulatedClock, setup, spawnChild, } from 'xstate';
import { fromBehaviour, IGNORE } from '../../actors/supervision/behaviour.js';
import { dynamicSupervisor } from '../../actors/supervision/dynamic-supervisor.js';
import { supervisor } from '../../actors/supervision/supervisor.js';
const WORKERS = ['behaviour', 'machine', 'callback', 'transition', 'promise'];
const rarely = fc.integer({ min: 0, max: 9 }).map((number) => number === 9);
const anyLimits = fc.constantFrom(undefined, { intensity: 0, periodMs: 1_000 }, { intensity: 1, periodMs: 50 }, { intensity: 2, periodMs: 1_000 }, { intensity: 3, periodMs: 200 }, { intensity: 20, periodMs: 5_000 });
const common = {
    restart: fc.constantFrom('permanent', 'permanent', 'transient', 'temporary'),
    backoff: fc.constantFrom(undefined, undefined, undefined, { minMs: 10, maxMs: 40, jitter: 0 }, { minMs: 100, maxMs: 1_000, resetAfterMs: 300 }),
    significant: fc.boolean(),
};
const anyStart = fc.constantFrom('ok', 'ok', 'slow', 'slow', 'slow', 'fail', 'late', 'input', 'ignore', 'finish');
/** What the next starts of a child come to. */
export const anyStarts = fc.array(anyStart, { maxLength: 3, size: 'max' });
const hardlyEver = fc.constantFrom(...Array.from({ length: 24 }, () => []), ['slow'], ['slow'], ['ignore'], ['finish'], ['fail']);
export const anyWorker = fc.record({
    ...common,
    kind: fc.constantFrom('behaviour', 'behaviour', ...WORKERS),
    shutdown: fc.constantFrom(undefined, undefined, 0, 50, 1_000, 'brutal'),
    hangs: rarely,
    starts: hardlyEver,
    stash: fc.constantFrom(undefined, 0, 2, 10),
});
const ofSupervisor = {
    ...common,
    shutdown: fc.constantFrom(undefined, undefined, Number.POSITIVE_INFINITY, 70, 'brutal'),
    hangs: fc.constant(false),
    starts: fc.constant([]),
    limits: anyLimits,
};
function anyStatic(child, maxLength, minLength = 0) {
    return fc.record({
        ...ofSupervisor,
        kind: fc.constant('static'),
        strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one'),
        autoShutdown: fc.constantFrom('never', 'never', 'any', 'all'),
        children: fc.array(child, { minLength, maxLength, size: 'max' }),
    });
}
function anyDynamic(template) {
    return fc.record({
        ...ofSupervisor,
        kind: fc.constant('dynamic'),
        limit: fc.integer({ min: 1, max: 4 }),
        template,
    });
}
const lowest = anyStatic(anyWorker, 3);
const lowestDynamic = anyDynamic(fc.oneof({ weight: 3, arbitrary: anyWorker }, { weight: 1, arbitrary: lowest }));
const inner = anyStatic(fc.oneof({ weight: 4, arbitrary: anyWorker }, { weight: 1, arbitrary: lowest }, { weight: 1, arbitrary: lowestDynamic }), 3);
/** Any tree, as the shape of its root. Most roots bear a lot, so that there is a tree to the last. */
export const anyTree = fc
    .tuple(anyStatic(fc.oneof({ weight: 4, arbitrary: anyWorker }, { weight: 3, arbitrary: inner }, { weight: 1, arbitrary: lowestDynamic }), 5, 1), rarely)
    .map(([root, isFrail]) => (isFrail ? root : { ...root, limits: { intensity: 30, periodMs: 1_000 } }));
/** A child's place in a tree, whichever actor fills it, and how that is to behave. */
export class TreeNode {
    id;
    shape;
    world;
    significant;
    isShared;
    children;
    /** Of a dynamic supervisor. */
    template;
    /** What its next starts come to, if not to `ok`. */
    starts;
    hangs;
    failsRelease = false;
    constructor(id, shape, world, 
    /** Whether its supervisor heeds its end. */
    significant, 
    /** Several actors may fill it at a time. */
    isShared, of) {
        this.id = id;
        this.shape = shape;
        this.world = world;
        this.significant = significant;
        this.isShared = isShared;
        this.starts = [...shape.starts];
        this.hangs = shape.hangs;
        if (shape.kind === 'dynamic')
            this.template = world.node(shape.template, 'never', true);
        this.children =
            of?.children ??
                (shape.kind === 'static'
                    ? shape.children.map((child) => world.node(child, shape.autoShutdown, isShared))
                    : []);
    }
    /** The place of one child of a dynamic supervisor. */
    another() {
        const { id, shape, world } = this.template;
        return new TreeNode(id, shape, world, false, true, this.template);
    }
    /** The name under which it is sent notes. */
    get address() {
        const { kind } = this.shape;
        if (kind === 'static' || kind === 'dynamic' || kind === 'promise')
            return undefined;
        return this.shape.stash === undefined ? undefined : this.id;
    }
    /** Its policy, with the default that the manual gives. */
    get shutdown() {
        const { kind, shutdown } = this.shape;
        if (shutdown !== undefined)
            return shutdown;
        if (kind === 'static' || kind === 'dynamic')
            return Number.POSITIVE_INFINITY;
        return kind === 'behaviour' || kind === 'machine' ? 5_000 : 'brutal';
    }
    /** Begins a start. @throws Error when it is to fail. */
    begin() {
        const start = this.starts.shift() ?? 'ok';
        if (start === 'fail' || (start === 'late' && this.shape.kind !== 'machine'))
            throw new Error('start');
        return start;
    }
    open(actor) {
        const close = this.world.witness.opened(actor);
        return () => {
            close();
            if (this.failsRelease)
                throw new Error('release');
        };
    }
    /** Makes an actor's input, as its supervisor has it made for every start. */
    input() {
        if (this.starts[0] === 'input' && !this.isShared) {
            this.starts.shift();
            this.world.witness.inputFailed(this);
            throw new Error('input');
        }
        return this;
    }
    spec() {
        const { restart, backoff, shutdown } = this.shape;
        return {
            id: this.id,
            logic: logicOf(this),
            input: () => this.input(),
            significant: this.significant,
            ...(restart && { restart }),
            ...(backoff && { backoff }),
            ...(shutdown !== undefined && { shutdown }),
            ...(this.address !== undefined && {
                address: {
                    stashLimit: this.shape.stash ?? 0,
                    refuse: (event) => {
                        this.world.witness.refused(this, event.type === 'note' ? event.note : event);
                    },
                },
            }),
        };
    }
}
/** A tree with its clock, watched. */
export class World {
    witness;
    clock = new SimulatedClock();
    nodes = [];
    rootNode;
    #nodes = 0;
    root;
    constructor(shape, witness) {
        this.witness = witness;
        this.rootNode = new TreeNode('root', shape, this, false, false);
        this.root = createActor(logicOf(this.rootNode), {
            id: 'root',
            clock: this.clock,
            input: this.rootNode,
        });
        const system = this.root.system;
        const { _register, _unregister, _relay } = system;
        system._register = (sessionId, actor) => {
            const stop = actor._stop;
            actor._stop = () => {
                witness.halted(actor);
                return stop.call(actor);
            };
            witness.started(actor);
            return _register(sessionId, actor);
        };
        system._unregister = (actor) => {
            _unregister(actor);
            witness.ended(actor);
        };
        system._relay = (source, target, event) => {
            witness.sent(target, event);
            _relay(source, target, event);
        };
    }
    node(shape, autoShutdown, isShared) {
        const significant = shape.significant && autoShutdown !== 'never' && shape.restart !== 'permanent';
        const unaddressed = 'stash' in shape && isShared ? { ...shape, stash: undefined } : shape;
        const node = new TreeNode(`n${this.#nodes++}`, unaddressed, this, significant, isShared);
        this.nodes.push(node);
        return node;
    }
    /** When the next timer is due. */
    nextTimerMs() {
        const { timeouts } = this.clock;
        let next;
        for (const { start, timeout } of timeouts.values()) {
            // A sum of fractions may come out a little too small, for ever.
            const due = start + Math.ceil(timeout);
            if (next === undefined || due < next)
                next = due;
        }
        return next;
    }
}
function crash() {
    throw new Error('told to crash');
}
const behaviour = fromBehaviour((scope, node) => {
    const start = node.begin();
    if (start === 'ignore')
        return IGNORE;
    if (start === 'finish')
        scope.end();
    return {
        starting: start === 'slow',
        receive(event) {
            if (event.type === 'crash')
                crash();
            if (event.type === 'finish')
                scope.end();
            if (event.type === 'listener')
                scope.guard(crash)();
            if (event.type === 'ready')
                scope.ready();
            if (event.type === 'note')
                node.world.witness.received(node, event.note);
            if (event.type === 'call')
                event.action();
        },
        shutdown() {
            if (!node.hangs)
                scope.end();
        },
        release: node.open(scope.self),
    };
});
/** Below a machine, where no supervisor sees it. */
const part = fromCallback(({ input: node, receive, self }) => {
    receive(({ type }) => type === 'crash' && crash());
    return node.open(self);
});
const machine = setup({
    types: {},
    actors: { part },
    actions: {
        crash,
        spawn: spawnChild('part', { input: ({ context }) => context.node }),
        failLate: ({ context }) => context.start === 'late' && crash(),
        receive: ({ context, event }) => event.type === 'note' && context.node.world.witness.received(context.node, event.note),
    },
    guards: {
        endsAtOnce: ({ context }) => context.start === 'ignore' || context.start === 'finish',
        answers: ({ context }) => !context.node.hangs,
    },
}).createMachine({
    context: ({ input }) => ({ node: input, start: input.begin() }),
    initial: 'deciding',
    states: {
        deciding: { always: [{ guard: 'endsAtOnce', target: 'over' }, { target: 'up' }] },
        up: {
            entry: 'spawn',
            invoke: { src: 'part', input: ({ context }) => context.node },
            initial: 'within',
            states: { within: { entry: 'failLate' } },
            on: {
                crash: { actions: 'crash' },
                finish: 'over',
                note: { actions: 'receive' },
                'shutdown.requested': { guard: 'answers', target: 'over' },
            },
        },
        over: { type: 'final' },
    },
    output: ({ context }) => (context.start === 'ignore' ? IGNORE : undefined),
});
const callback = fromCallback(({ input: node, receive, self }) => {
    node.begin();
    receive((event) => {
        if (event.type === 'crash')
            crash();
        if (event.type === 'note')
            node.world.witness.received(node, event.note);
    });
    return node.open(self);
});
const transition = fromTransition((node, event) => {
    if (event.type === 'crash')
        crash();
    if (event.type === 'note')
        node.world.witness.received(node, event.note);
    return node;
}, ({ input: node }) => {
    node.begin();
    return node;
});
/** Settles once, and hears nothing: a promise, but for its microtasks. */
const promise = {
    getInitialSnapshot(_scope, node) {
        const start = node.begin();
        const isOver = start === 'ignore' || start === 'finish';
        const output = start === 'ignore' ? IGNORE : undefined;
        const ready = start !== 'slow';
        return isOver
            ? { status: 'done', output, error: undefined, ready }
            : { status: 'active', output: undefined, error: undefined, ready };
    },
    transition(snapshot, { type }) {
        const { ready } = snapshot;
        if (type === 'crash')
            return { status: 'error', output: undefined, error: new Error('rejected'), ready };
        if (type === 'finish')
            return { status: 'done', output: undefined, error: undefined, ready };
        if (type === 'xstate.stop')
            return { status: 'stopped', output: undefined, error: undefined, ready };
        return type === 'ready' ? { ...snapshot, ready: true } : snapshot;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
};
const LOGICS = { behaviour, machine, callback, transition, promise };
function logicOf(node) {
    const { shape } = node;
    if (shape.kind === 'static') {
        const { strategy, autoShutdown, limits } = shape;
        const children = node.children.map((child) => child.spec());
        return supervisor({ strategy, autoShutdown, children, ...(limits && { limits }) });
    }
    if (shape.kind === 'dynamic') {
        const { limit, limits } = shape;
        return dynamicSupervisor({
            template: node.template.spec(),
            limit,
            refuse: (input) => node.world.witness.refused(node, input),
            ...(limits && { limits }),
        });
    }
    return LOGICS[shape.kind];
}
