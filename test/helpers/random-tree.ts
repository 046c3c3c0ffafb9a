/**
 * Random supervision trees, and a witness that records what happens to their actors. The trees have workers
 * of every kind, which misbehave on request. The witness gets its information from XState and the workers.
 * It gets none from the supervisors under test.
 */

import fc from 'fast-check';
import {
  type ActorLogic,
  type AnyActorLogic,
  type AnyActorRef,
  createActor,
  type EventObject,
  fromCallback,
  fromTransition,
  SimulatedClock,
  type Snapshot,
  setup,
  spawnChild,
} from 'xstate';
import { fromBehaviour, IGNORE } from '../../supervision/behaviour.js';
import type { Strategy } from '../../supervision/child-list.js';
import type { ChildOptions, ChildSpec, ShutdownPolicy } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { type AutoShutdown, supervisor } from '../../supervision/supervisor.js';

// The shapes of trees.

/**
 * The outcome of a start. With `input`, the start fails before the actor is created. With `late`, a machine
 * fails after its first children have started; any other actor fails as with `fail`. With `finish`, the
 * actor ends normally as soon as it starts. With `ignore`, it ends at once with `IGNORE` as its output. With
 * `slow`, a behaviour or a promise is not ready until the event `ready`. An actor for which an outcome is not
 * possible starts as with `ok`.
 */
export type Start = 'ok' | 'slow' | 'fail' | 'late' | 'input' | 'ignore' | 'finish';

const WORKERS = ['behaviour', 'machine', 'callback', 'transition', 'promise'] as const;

interface AnyShape extends ChildOptions {
  readonly significant: boolean;
  readonly hangs: boolean;
  readonly starts: readonly Start[];
}

export interface WorkerShape extends AnyShape {
  readonly kind: (typeof WORKERS)[number];
  /** The stash limit of the worker's address. Without it, the worker has no address. */
  readonly stash: number | undefined;
}

export interface StaticShape extends AnyShape {
  readonly kind: 'static';
  readonly strategy: Strategy;
  readonly limits: RestartLimits | undefined;
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly Shape[];
}

export interface DynamicShape extends AnyShape {
  readonly kind: 'dynamic';
  readonly limit: number;
  readonly limits: RestartLimits | undefined;
  readonly template: WorkerShape | StaticShape;
}

export type Shape = WorkerShape | StaticShape | DynamicShape;

const rarely = fc.integer({ min: 0, max: 9 }).map((number) => number === 9);

const anyLimits = fc.constantFrom<RestartLimits | undefined>(
  undefined,
  { intensity: 0, periodMs: 1_000 },
  { intensity: 1, periodMs: 50 },
  { intensity: 2, periodMs: 1_000 },
  { intensity: 3, periodMs: 200 },
  { intensity: 20, periodMs: 5_000 },
);

const common = {
  restart: fc.constantFrom('permanent' as const, 'permanent' as const, 'transient', 'temporary'),
  backoff: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    { minMs: 10, maxMs: 40, jitter: 0 },
    { minMs: 100, maxMs: 1_000, resetAfterMs: 300 },
  ),
  significant: fc.boolean(),
};

const anyStart = fc.constantFrom<Start>(
  'ok',
  'ok',
  'slow',
  'slow',
  'slow',
  'fail',
  'late',
  'input',
  'ignore',
  'finish',
);

/** The outcomes of a child's next starts. */
export const anyStarts = fc.array(anyStart, { maxLength: 3, size: 'max' });

const hardlyEver = fc.constantFrom<readonly Start[]>(
  ...Array.from({ length: 24 }, () => []),
  ['slow'],
  ['slow'],
  ['ignore'],
  ['finish'],
  ['fail'],
);

export const anyWorker: fc.Arbitrary<WorkerShape> = fc.record({
  ...common,
  kind: fc.constantFrom('behaviour', 'behaviour', ...WORKERS),
  shutdown: fc.constantFrom<ShutdownPolicy | undefined>(undefined, undefined, 0, 50, 1_000, 'brutal'),
  hangs: rarely,
  starts: hardlyEver,
  stash: fc.constantFrom(undefined, 0, 2, 10),
}) as fc.Arbitrary<WorkerShape>;

const ofSupervisor = {
  ...common,
  shutdown: fc.constantFrom<ShutdownPolicy | undefined>(
    undefined,
    undefined,
    Number.POSITIVE_INFINITY,
    70,
    'brutal',
  ),
  hangs: fc.constant(false),
  starts: fc.constant<readonly Start[]>([]),
  limits: anyLimits,
};

function anyStatic(child: fc.Arbitrary<Shape>, maxLength: number, minLength = 0): fc.Arbitrary<StaticShape> {
  return fc.record({
    ...ofSupervisor,
    kind: fc.constant('static' as const),
    strategy: fc.constantFrom('one_for_one' as const, 'one_for_all' as const, 'rest_for_one' as const),
    autoShutdown: fc.constantFrom('never' as const, 'never' as const, 'any', 'all'),
    children: fc.array(child, { minLength, maxLength, size: 'max' }),
  }) as fc.Arbitrary<StaticShape>;
}

function anyDynamic(template: fc.Arbitrary<WorkerShape | StaticShape>): fc.Arbitrary<DynamicShape> {
  return fc.record({
    ...ofSupervisor,
    kind: fc.constant('dynamic' as const),
    limit: fc.integer({ min: 1, max: 4 }),
    template,
  }) as fc.Arbitrary<DynamicShape>;
}

const lowest = anyStatic(anyWorker, 3);
const lowestDynamic = anyDynamic(
  fc.oneof({ weight: 3, arbitrary: anyWorker }, { weight: 1, arbitrary: lowest }),
);
const inner: fc.Arbitrary<Shape> = anyStatic(
  fc.oneof(
    { weight: 4, arbitrary: anyWorker },
    { weight: 1, arbitrary: lowest },
    { weight: 1, arbitrary: lowestDynamic },
  ),
  3,
);

/**
 * Any tree, as the shape of its root. Most roots have high limits, so that most trees survive a whole run.
 */
export const anyTree: fc.Arbitrary<StaticShape> = fc
  .tuple(
    anyStatic(
      fc.oneof(
        { weight: 4, arbitrary: anyWorker },
        { weight: 3, arbitrary: inner },
        { weight: 1, arbitrary: lowestDynamic },
      ),
      5,
      1,
    ),
    rarely,
  )
  .map(([root, isFrail]) => (isFrail ? root : { ...root, limits: { intensity: 30, periodMs: 1_000 } }));

// Trees and their witness.

/** The parts of XState's actor that the witness needs, including parts that are not public. */
export interface Actor extends AnyActorRef {
  readonly options: { readonly input?: unknown };
  start(): void;
  _stop(): unknown;
}

interface System {
  _register(sessionId: string, actor: Actor): string;
  _unregister(actor: Actor): void;
  _relay(source: AnyActorRef | undefined, target: Actor, event: EventObject): void;
}

/** Called synchronously for each event in a tree. */
export interface Witness {
  started(actor: Actor): void;
  ended(actor: Actor): void;
  /** XState is about to stop an actor. */
  halted(actor: Actor): void;
  /** An event is about to be put into an actor's mailbox. */
  sent(actor: Actor, event: EventObject): void;
  /** A worker acquired a resource. The worker calls the returned function when it releases the resource. */
  opened(actor: AnyActorRef): () => void;
  received(node: TreeNode, note: number): void;
  refused(node: TreeNode, note: unknown): void;
  inputFailed(node: TreeNode): void;
}

/** A node of the tree, in which actors run. The node determines how each of its actors behaves. */
export class TreeNode {
  readonly children: readonly TreeNode[];
  /** The template of a dynamic supervisor's children. */
  readonly template: TreeNode | undefined;
  /** The outcomes of the next starts in this node. All starts after these are `ok`. */
  starts: Start[];
  hangs: boolean;
  failsRelease = false;

  constructor(
    readonly id: string,
    readonly shape: Shape,
    readonly world: World,
    /** Whether the end of an actor in this node can shut its supervisor down. */
    readonly significant: boolean,
    /** Whether several actors may run in this node at a time. */
    readonly isShared: boolean,
    template?: TreeNode,
  ) {
    this.starts = [...shape.starts];
    this.hangs = shape.hangs;
    if (shape.kind === 'dynamic') this.template = world.node(shape.template, 'never', true);
    this.children =
      template?.children ??
      (shape.kind === 'static'
        ? shape.children.map((child) => world.node(child, shape.autoShutdown, isShared))
        : []);
  }

  /** Creates the node of one child of a dynamic supervisor. */
  another(): TreeNode {
    const { id, shape, world } = this.template as TreeNode;
    return new TreeNode(id, shape, world, false, true, this.template);
  }

  /** The name under which this node receives notes; `undefined` if the node has no address. */
  get address(): string | undefined {
    const { kind } = this.shape;
    if (kind === 'static' || kind === 'dynamic' || kind === 'promise') return undefined;
    return (this.shape as WorkerShape).stash === undefined ? undefined : this.id;
  }

  /** The shutdown policy of this node, with the defaults of the manual. */
  get shutdown(): ShutdownPolicy {
    const { kind, shutdown } = this.shape;
    if (shutdown !== undefined) return shutdown;
    if (kind === 'static' || kind === 'dynamic') return Number.POSITIVE_INFINITY;
    // A machine whose current state does not handle `shutdown.requested` is stopped without the request.
    if (kind === 'machine') return this.hangs ? 'brutal' : 5_000;
    return kind === 'behaviour' ? 5_000 : 'brutal';
  }

  /** Begins a start, and returns its outcome. @throws If the start fails. */
  begin(): Start {
    const start = this.starts.shift() ?? 'ok';
    if (start === 'fail' || (start === 'late' && this.shape.kind !== 'machine')) throw new Error('start');
    return start;
  }

  open(actor: AnyActorRef): () => void {
    const close = this.world.witness.opened(actor);
    return () => {
      close();
      if (this.failsRelease) throw new Error('release');
    };
  }

  /** Creates an actor's input. The supervisor calls this function for every start. */
  input(): TreeNode {
    if (this.starts[0] === 'input' && !this.isShared) {
      this.starts.shift();
      this.world.witness.inputFailed(this);
      throw new Error('input');
    }
    return this;
  }

  spec(): ChildSpec {
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
          stashLimit: (this.shape as WorkerShape).stash ?? 0,
          refuse: (event: WorkerEvent) => {
            this.world.witness.refused(this, event.type === 'note' ? event.note : event);
          },
        },
      }),
    };
  }
}

/** A tree with its clock and its witness. */
export class World {
  readonly clock = new SimulatedClock();
  readonly nodes: TreeNode[] = [];
  readonly rootNode: TreeNode;
  #nodes = 0;
  readonly root: Actor;

  constructor(
    shape: StaticShape,
    readonly witness: Witness,
  ) {
    this.rootNode = new TreeNode('root', shape, this, false, false);
    this.root = createActor(logicOf(this.rootNode), {
      id: 'root',
      clock: this.clock,
      input: this.rootNode,
    }) as unknown as Actor;
    const system = this.root.system as unknown as System;
    const { _unregister, _relay } = system;
    let register = system._register;
    const registered: System['_register'] = (sessionId, actor) => {
      register(sessionId, actor);
      const stop = actor._stop;
      actor._stop = () => {
        witness.halted(actor);
        return stop.call(actor);
      };
      witness.started(actor);
      return sessionId;
    };
    // The supervisor replaces `_register` too. The witness must stay the outermost wrapper.
    Object.defineProperty(system, '_register', {
      get: () => registered,
      set(replaced: System['_register']) {
        register = replaced;
      },
    });
    system._unregister = (actor) => {
      _unregister(actor);
      witness.ended(actor);
    };
    system._relay = (source, target, event) => {
      witness.sent(target, event);
      _relay(source, target, event);
    };
  }

  node(shape: Shape, autoShutdown: AutoShutdown, isShared: boolean): TreeNode {
    const significant = shape.significant && autoShutdown !== 'never' && shape.restart !== 'permanent';
    const unaddressed = 'stash' in shape && isShared ? { ...shape, stash: undefined } : shape;
    const node = new TreeNode(`n${this.#nodes++}`, unaddressed, this, significant, isShared);
    this.nodes.push(node);
    return node;
  }

  /** The time at which the next timer is due; `undefined` if no timer runs. */
  nextTimerMs(): number | undefined {
    const { timeouts } = this.clock as unknown as {
      readonly timeouts: ReadonlyMap<number, { readonly start: number; readonly timeout: number }>;
    };
    let next: number | undefined;
    for (const { start, timeout } of timeouts.values()) {
      // Rounds up. Otherwise a sum of fractions could end just before the due time, and no timer would fire.
      const due = start + Math.ceil(timeout);
      if (next === undefined || due < next) next = due;
    }
    return next;
  }
}

// The actors in the nodes.

export type WorkerEvent =
  | { readonly type: 'crash' }
  | { readonly type: 'finish' }
  /** Crashes in a listener, not in the handling of an event. */
  | { readonly type: 'listener' }
  | { readonly type: 'ready' }
  | { readonly type: 'note'; readonly note: number }
  /** Calls a function while the actor handles an event. */
  | { readonly type: 'call'; readonly action: () => void };

function crash(): never {
  throw new Error('crashed on command');
}

const behaviour = fromBehaviour<WorkerEvent, TreeNode>((scope, node) => {
  const start = node.begin();
  if (start === 'ignore') return IGNORE;
  if (start === 'finish') scope.end();
  return {
    starting: start === 'slow',
    receive(event) {
      if (event.type === 'crash') crash();
      if (event.type === 'finish') scope.end();
      if (event.type === 'listener') scope.guard(crash)();
      if (event.type === 'ready') scope.ready();
      if (event.type === 'note') node.world.witness.received(node, event.note);
      if (event.type === 'call') event.action();
    },
    shutdown() {
      if (!node.hangs) scope.end();
    },
    release: node.open(scope.self),
  };
});

/** A child of a machine. No supervisor knows this child. */
const part = fromCallback<WorkerEvent, TreeNode>(({ input: node, receive, self }) => {
  receive(({ type }) => type === 'crash' && crash());
  return node.open(self);
});

const machine = setup({
  types: {} as {
    context: { readonly node: TreeNode; readonly start: Start };
    input: TreeNode;
    events: WorkerEvent | { readonly type: 'shutdown.requested' };
  },
  actors: { part },
  actions: {
    crash,
    spawn: spawnChild('part', { input: ({ context }) => context.node }),
    failLate: ({ context }) => context.start === 'late' && crash(),
    receive: ({ context, event }) =>
      event.type === 'note' && context.node.world.witness.received(context.node, event.note),
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

const callback = fromCallback<WorkerEvent, TreeNode>(({ input: node, receive, self }) => {
  node.begin();
  receive((event) => {
    if (event.type === 'crash') crash();
    if (event.type === 'note') node.world.witness.received(node, event.note);
  });
  return node.open(self);
});

const transition = fromTransition(
  (node: TreeNode, event: WorkerEvent) => {
    if (event.type === 'crash') crash();
    if (event.type === 'note') node.world.witness.received(node, event.note);
    return node;
  },
  ({ input: node }: { input: TreeNode }) => {
    node.begin();
    return node;
  },
);

/** Like a promise actor, but without microtasks. It settles once, and does not receive notes. */
const promise: ActorLogic<
  Snapshot<unknown> & { readonly ready: boolean },
  WorkerEvent | { type: 'xstate.stop' },
  TreeNode
> = {
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
    if (type === 'crash') return { status: 'error', output: undefined, error: new Error('rejected'), ready };
    if (type === 'finish') return { status: 'done', output: undefined, error: undefined, ready };
    if (type === 'xstate.stop') return { status: 'stopped', output: undefined, error: undefined, ready };
    return type === 'ready' ? { ...snapshot, ready: true } : snapshot;
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

const LOGICS = { behaviour, machine, callback, transition, promise };

function logicOf(node: TreeNode): AnyActorLogic {
  const { shape } = node;
  if (shape.kind === 'static') {
    const { strategy, autoShutdown, limits } = shape;
    const children = node.children.map((child) => child.spec());
    return supervisor({ strategy, autoShutdown, children, ...(limits && { limits }) });
  }
  if (shape.kind === 'dynamic') {
    const { limit, limits } = shape;
    return dynamicSupervisor<AnyActorLogic>({
      template: (node.template as TreeNode).spec(),
      limit,
      refuse: (input: unknown) => node.world.witness.refused(node, input),
      ...(limits && { limits }),
    });
  }
  return LOGICS[shape.kind];
}
