import { setImmediate, setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import {
  type AnyActorLogic,
  type AnyActorRef,
  assign,
  createMachine,
  type EventObject,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  type InspectionEvent,
  sendTo,
} from 'xstate';
import {
  addChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../../actors/supervision/administration.js';
import { fromBehaviour } from '../../../actors/supervision/behaviour.js';
import type { ChildSpec } from '../../../actors/supervision/child-spec.js';
import { dynamicSupervisor } from '../../../actors/supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../../actors/supervision/lifecycle.js';
import { addressOf, nameOf } from '../../../actors/supervision/mailbox.js';
import { run } from '../../../actors/supervision/run.js';
import { supervisor } from '../../../actors/supervision/supervisor.js';
import { crash, crowd, family, MANY, member, nextTurn, type Watched, watch } from '../../helpers/actors.js';

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Does something, and tells what of it reached the process in this turn and the next. */
async function escapesOf(scenario: () => void | Promise<void>): Promise<unknown[]> {
  const escaped: unknown[] = [];
  const catchIt = (error: unknown) => escaped.push(error);
  const before = PROCESS_EVENTS.map((type) => [type, process.rawListeners(type as 'exit')] as const);
  for (const type of PROCESS_EVENTS) process.removeAllListeners(type).on(type, catchIt);
  try {
    await scenario();
    // XState tells the process of an error with a timer.
    for (let turns = 0; turns < 2; turns++) {
      await setTimeout(0);
      await setImmediate();
    }
  } finally {
    for (const [type, listeners] of before) {
      process.removeAllListeners(type);
      for (const listener of listeners) process.on(type, listener as () => void);
    }
  }
  return escaped;
}

/** A test that fails also if anything reaches the process. One at a time: there is only one process. */
function contained(title: string, body: (t: ExecutionContext) => void | Promise<void>): void {
  test.serial(title, async (t) => t.deepEqual(await escapesOf(() => body(t)), []));
}

test.serial('this file would see what escapes', async (t) => {
  const escaped = await escapesOf(() => {
    globalThis.setTimeout(() => {
      throw new Error('from a timer');
    });
    Promise.reject(new Error('from a promise'));
  });
  t.deepEqual(escaped.map((error) => (error as Error).message).toSorted(), [
    'from a promise',
    'from a timer',
  ]);
});

interface Scene extends Watched {
  readonly log: string[];
  /** Every actor that there was. */
  readonly actors: AnyActorRef[];
}

/** A supervisor of `bad`, whatever that is, and a worker `good`. */
function scene(logic: AnyActorLogic, spec: Partial<ChildSpec> = {}): Scene {
  const log: string[] = [];
  const actors: AnyActorRef[] = [];
  const children = [{ id: 'bad', logic, ...spec }, member('good', log)];
  const tree = watch(supervisor({ strategy: 'one_for_one', limits: MANY, children }), {
    inspect: ({ type, actorRef }) => {
      if (type === '@xstate.actor') actors.push(actorRef as AnyActorRef);
    },
  });
  return { ...tree, log, actors };
}

function isRunning(actor: AnyActorRef): boolean {
  return (actor as unknown as { readonly _processingStatus: number })._processingStatus === 1;
}

/** Those that run although their parent does not. */
function orphansIn({ actors }: Scene): string[] {
  return actors
    .filter((actor) => isRunning(actor) && actor._parent !== undefined && !isRunning(actor._parent))
    .map(({ id }) => id);
}

/** The supervisor answers, and so does the child that had nothing to do with it. */
async function goesOn(t: ExecutionContext, tree: Scene): Promise<void> {
  t.is(tree.ended.status, 'running');
  tree.actor('good').send({ type: 'note', text: 'on' });
  t.is(tree.log.at(-1), 'good got on');
  t.is((await listChildren(tree.root))[1]?.actor, tree.actor('good'));
  t.deepEqual(orphansIn(tree), []);
}

/** What bystanders did wrong, as `bystander actor: message`. */
function bystanders({ emitted }: { readonly emitted: readonly LifecycleEvent[] }): string[] {
  return emitted.flatMap((event) =>
    event.type === 'bystander.failed'
      ? [`${event.bystander} ${event.actor.replace(/:.*/, '')}: ${(event.error as Error).message}`]
      : [],
  );
}

const boom = (): never => {
  throw new Error('boom');
};

// Where a running actor can throw.

const crashes: Readonly<Record<string, AnyActorLogic>> = {
  'a behaviour': fromBehaviour(() => ({ receive: boom })),
  "a behaviour's guarded listener": fromBehaviour((scope) => ({ receive: scope.guard(boom) })),
  'a behaviour, and its release too': fromBehaviour(() => ({ receive: boom, release: boom })),
  'a release at a normal end': fromBehaviour((scope) => ({ receive: () => scope.end(), release: boom })),
  'a transition logic': fromTransition(
    (_state, event: EventObject) => (event.type === 'crash' ? boom() : 0),
    0,
  ),
  'a machine action': createMachine({ on: { crash: { actions: boom } } }),
  'a machine assign': createMachine({ on: { crash: { actions: assign(boom) } } }),
  'a machine guard': createMachine({ on: { crash: { guard: boom, actions: () => {} } } }),
  'an entry action': createMachine({
    initial: 'a',
    states: { a: { on: { crash: 'b' } }, b: { entry: boom } },
  }),
  'an exit action': createMachine({
    initial: 'a',
    states: { a: { exit: boom, on: { crash: 'b' } }, b: {} },
  }),
  'an event expression': createMachine({ on: { crash: { actions: sendTo(({ self }) => self, boom) } } }),
  'a delay expression': createMachine({
    initial: 'a',
    states: { a: { on: { crash: 'b' } }, b: { after: { soon: 'a' } } },
  }).provide({ delays: { soon: boom } }),
  'an event that a machine takes for a wrong one': createMachine({
    on: { crash: { actions: sendTo('nobody', { type: 'x' }) } },
  }),
  'a callback receiver': fromCallback(({ receive }) => receive(boom)),
};

for (const [name, logic] of Object.entries(crashes)) {
  contained(`a throw while running crashes its actor, which is restarted: ${name}`, async (t) => {
    const tree = scene(logic);
    const before = tree.actor('bad');
    t.notThrows(() => crash(before));
    t.like(
      tree.emitted.find(({ type }) => type === 'child.ended'),
      { id: 'bad', reason: { kind: 'crashed' } },
    );
    nextTurn(tree);
    t.not(tree.actor('bad'), before);
    t.is(tree.actor('bad').getSnapshot().status, 'active');
    await goesOn(t, tree);
    t.notThrows(() => crash(tree.actor('bad')));
    nextTurn(tree);
    await goesOn(t, tree);
  });
}

contained('a promise that rejects, and an observable that errs, are crashes', async (t) => {
  const erring = {
    subscribe: ({ error }: { error?: (e: unknown) => void }) => defer(() => error?.(new Error('boom'))),
  };
  const defer = (callback: () => void) => {
    queueMicrotask(callback);
    return { unsubscribe: () => {} };
  };
  for (const logic of [
    fromPromise(() => Promise.reject(new Error('boom'))),
    fromObservable(() => erring as never),
  ]) {
    const tree = scene(logic);
    const before = tree.actor('bad');
    await setImmediate();
    t.like(
      tree.emitted.find(({ type }) => type === 'child.ended'),
      { id: 'bad', reason: { kind: 'crashed' } },
    );
    nextTurn(tree);
    t.not(tree.actor('bad'), before);
    await goesOn(t, tree);
    await setImmediate();
  }
});

// Where a start can throw.

/** Throws at the second start. */
function second<TValue>(value: () => TValue): () => TValue {
  let starts = 0;
  return () => {
    starts += 1;
    return starts === 2 ? boom() : value();
  };
}

const crashable = { on: { crash: { actions: boom } } };

const starts: Readonly<Record<string, () => { logic: AnyActorLogic; spec?: Partial<ChildSpec> }>> = {
  'the initial snapshot': () => {
    const initial = second(() => 0);
    return { logic: fromTransition((_state, _event) => boom(), initial) };
  },
  'a context factory': () => ({ logic: createMachine({ ...crashable, context: second(() => ({})) }) }),
  'an entry action': () => ({ logic: createMachine({ ...crashable, entry: second(() => {}) }) }),
  'a callback body': () => {
    const body = second(() => {});
    return {
      logic: fromCallback(({ receive }) => {
        body();
        receive(boom);
      }),
    };
  },
  "a behaviour's function": () => ({ logic: fromBehaviour(second(() => ({ receive: boom }))) }),
  'an input factory': () => ({
    logic: fromBehaviour(() => ({ receive: boom })),
    spec: { input: second(() => undefined) },
  }),
  'an initial snapshot that is none': () => {
    let made = 0;
    const logic = fromTransition((_state, _event) => boom(), 0);
    return {
      logic: {
        ...logic,
        getInitialSnapshot: (...args: [never, never]) => {
          made += 1;
          return made === 2 ? undefined : logic.getInitialSnapshot(...args);
        },
      } as unknown as AnyActorLogic,
    };
  },
};

for (const [name, make] of Object.entries(starts)) {
  contained(`a throw at a restart is a failed attempt, and is followed by the next: ${name}`, async (t) => {
    const { logic, spec } = make();
    const tree = scene(logic, spec);
    const before = tree.actor('bad');
    crash(before);
    t.notThrows(() => nextTurn(tree));
    t.is(tree.actor('bad'), before);
    await goesOn(t, tree);
    t.notThrows(() => nextTurn(tree));
    t.not(tree.actor('bad'), before);
    t.is(tree.actor('bad').getSnapshot().status, 'active');
    t.is(tree.emitted.filter(({ type }) => type === 'child.restarting').length, 2);
    await goesOn(t, tree);
  });
}

// Snapshots that are none.

for (const [name, garbage] of Object.entries({
  undefined: undefined,
  null: null,
  'a number': 5,
  'a text': 'active',
  'an empty object': {},
  'an unknown status': { status: 'confused' },
  'an error with children that are none': { status: 'error', error: new Error('boom'), children: { a: 5 } },
})) {
  for (const address of [undefined, { stashLimit: 0 }]) {
    const how = address === undefined ? '' : ', by its address';
    contained(`a logic that returns garbage as its snapshot harms itself only: ${name}${how}`, async (t) => {
      const logic = {
        ...fromTransition((state: number) => state, 0),
        transition: (snapshot: unknown, { type }: EventObject) => (type === 'crash' ? garbage : snapshot),
      } as AnyActorLogic;
      const tree = scene(logic, address && { address });
      const bad = tree.actor('bad');
      const target = address === undefined ? bad : addressOf(tree.root.system, nameOf('bad'));
      t.notThrows(() => target.send({ type: 'crash' } as never));
      t.notThrows(() => target.send({ type: 'crash' } as never));
      nextTurn(tree);
      await goesOn(t, tree);
      // It can be replaced, and is reached again.
      t.deepEqual(await terminateChild(tree.root, 'bad'), { ok: true });
      t.true((await restartChild(tree.root, 'bad')).ok);
      t.not(tree.actor('bad'), bad);
      t.is(tree.actor('bad').getSnapshot().status, 'active');
      t.is(target.getSnapshot().status, address === undefined ? target.getSnapshot().status : 'active');
      await goesOn(t, tree);
      tree.root.send({ type: 'shutdown.requested' });
      t.is(tree.ended.status, 'done');
    });
  }
}

contained('a first snapshot that is garbage fails the start', async (t) => {
  for (const garbage of [undefined, null]) {
    const logic = {
      ...fromTransition(() => 0, 0),
      getInitialSnapshot: () => garbage,
    } as unknown as AnyActorLogic;
    const tree = scene(logic);
    t.like(tree.ended, { status: 'error', error: { code: 'start_failed', id: 'bad' } });
    const other = family({});
    t.like(await addChild(other.root, { id: 'bad', logic }), { ok: false, code: 'start_failed' });
    t.deepEqual(await listChildren(other.root), []);
  }
});

// Clean-up.

contained('a callback that crashes has its clean-up called, once', async (t) => {
  const log: string[] = [];
  const logic = fromCallback(({ receive }) => {
    receive(boom);
    return () => log.push('cleaned up');
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  t.deepEqual(log, ['cleaned up']);
  nextTurn(tree);
  t.deepEqual(log, ['cleaned up']);
  await goesOn(t, tree);
});

const uncleanly: Readonly<Record<string, AnyActorLogic>> = {
  'a callback': fromCallback(() => boom),
  'a callback that crashed': fromCallback(({ receive }) => {
    receive(boom);
    return boom;
  }),
  'a behaviour': fromBehaviour(() => ({ receive: boom, release: boom })),
  "a machine's callback": createMachine({ ...crashable, invoke: { src: fromCallback(() => boom) } }),
  'an exit action': createMachine({
    initial: 'a',
    states: { a: { exit: boom, on: { 'shutdown.requested': 'b', crash: 'b' } }, b: { type: 'final' } },
  }),
};

for (const [name, logic] of Object.entries(uncleanly)) {
  contained(`a clean-up that throws stops nobody from ending: ${name}`, async (t) => {
    const tree = scene(logic);
    t.notThrows(() => crash(tree.actor('bad')));
    nextTurn(tree);
    await goesOn(t, tree);
    t.deepEqual(await terminateChild(tree.root, 'bad'), { ok: true });
    t.deepEqual(orphansIn(tree), []);
    t.true((await restartChild(tree.root, 'bad')).ok);
    await goesOn(t, tree);
    tree.root.send({ type: 'shutdown.requested' });
    t.is(tree.ended.status, 'done');
    t.deepEqual(tree.actors.filter(isRunning), []);
  });
  contained(
    `a clean-up that throws when everything is stopped hard stops nobody from ending: ${name}`,
    (t) => {
      const tree = scene(logic);
      t.notThrows(() => tree.root.send({ type: 'behaviour.failed', error: new Error('bug') }));
      t.deepEqual(tree.actors.filter(isRunning), []);
      t.is(tree.log.at(-1), 'good released');
    },
  );
}

// Families of unsupervised actors.

function callback(name: string, log: string[]) {
  return fromCallback(() => {
    log.push(`${name} started`);
    return () => log.push(`${name} released`);
  });
}

/** A machine that crashes, with an invoked and a spawned child, and a grandchild of each kind. */
function ancestor(log: string[], config: object = crashable) {
  const parent = (name: string) =>
    createMachine({
      invoke: { src: callback(`${name} invoked`, log) },
      entry: assign({ child: ({ spawn }) => spawn(callback(`${name} spawned`, log)) }),
    });
  return createMachine({
    invoke: { src: parent('a') },
    entry: assign({ child: ({ spawn }) => spawn(parent('b')) }),
    ...config,
  });
}

function startedIn(log: readonly string[]): string[] {
  return log.filter((line) => line.endsWith('started')).map((line) => line.replace(' started', ''));
}

function releasedIn(log: readonly string[]): string[] {
  return log.filter((line) => line.endsWith('released')).map((line) => line.replace(' released', ''));
}

contained('a machine that crashes leaves no child and no grandchild running', async (t) => {
  const log: string[] = [];
  const tree = scene(ancestor(log));
  t.is(startedIn(log).length, 4);
  crash(tree.actor('bad'));
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
  nextTurn(tree);
  t.is(startedIn(log).length, 8);
  t.is(releasedIn(log).length, 4);
  await goesOn(t, tree);
});

contained('so does a machine that nobody supervises, below one that is', async (t) => {
  const log: string[] = [];
  // Its parent outlives the crash.
  const middle = createMachine({
    invoke: { id: 'middle', src: ancestor(log), onError: { actions: () => log.push('told') } },
    on: { crash: { actions: sendTo('middle', { type: 'crash' }) } },
  });
  const tree = scene(
    createMachine({
      invoke: { id: 'top', src: middle },
      on: { crash: { actions: sendTo('top', { type: 'crash' }) } },
    }),
  );
  const before = tree.actor('bad');
  crash(before);
  t.is(startedIn(log).length, 4);
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  t.true(log.includes('told'));
  t.is(tree.actor('bad'), before);
  t.is(before.getSnapshot().status, 'active');
  await goesOn(t, tree);
});

contained(
  'a crash that nobody on its way handles ends all of them, and leaves nothing running',
  async (t) => {
    const log: string[] = [];
    const middle = createMachine({
      invoke: [{ id: 'middle', src: ancestor(log) }, { src: callback('sibling', log) }],
      on: { crash: { actions: sendTo('middle', { type: 'crash' }) } },
    });
    const tree = scene(
      createMachine({
        invoke: [{ id: 'top', src: middle }, { src: callback('uncle', log) }],
        on: { crash: { actions: sendTo('top', { type: 'crash' }) } },
      }),
    );
    const before = tree.actor('bad');
    crash(before);
    t.is(startedIn(log).length, 6);
    t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
    nextTurn(tree);
    t.not(tree.actor('bad'), before);
    await goesOn(t, tree);
  },
);

contained('a machine that crashes in the step in which it spawns leaves nothing running', async (t) => {
  const log: string[] = [];
  const logic = ancestor(log, {
    on: {
      crash: { actions: [assign({ more: ({ spawn }) => spawn(callback('late', log)) }), boom] },
    },
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
});

contained('a machine that crashes while it starts leaves nothing running', async (t) => {
  const log: string[] = [];
  const fails = second(() => {});
  const logic = ancestor(log, {
    entry: [assign({ child: ({ spawn }) => spawn(callback('spawned', log)) }), fails],
    ...crashable,
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  nextTurn(tree);
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
});

// Bystanders: who watches, or is told.

for (const watching of ['next', 'error', 'complete'] as const) {
  contained(`an observer that throws in ${watching} is told of, and harms nobody`, async (t) => {
    const tree = scene(
      createMachine({
        on: { ...crashable.on, finish: '.over' },
        initial: 'on',
        states: { on: {}, over: {} },
      }),
    );
    const observer = { error: () => {}, [watching]: boom };
    const bad = tree.actor('bad');
    bad.subscribe(observer);
    tree.actor('good').subscribe(observer);
    bad.send({ type: 'finish' });
    crash(bad);
    tree.actor('good').send({ type: 'note', text: 'x' });
    nextTurn(tree);
    await goesOn(t, tree);
    tree.actor('good').send({ type: 'finish' });
    nextTurn(tree);
    await goesOn(t, tree);
    const told = bystanders(tree);
    t.true(told.length > 0);
    const about = watching === 'error' ? ['bad'] : watching === 'complete' ? ['good'] : ['bad', 'good'];
    t.deepEqual(
      [...new Set(told)].toSorted(),
      about.map((id) => `observer ${id}: boom`),
    );
  });
}

contained('an observer of the root that throws, from before the start or after, harms nobody', async (t) => {
  const observer = { next: boom, complete: boom, error: boom };
  const log: string[] = [];
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [member('good', log)] }), {
    before: (root) => root.subscribe(observer),
  });
  tree.root.subscribe(observer);
  tree.actor('good').send({ type: 'note', text: 'on' });
  t.deepEqual(log, ['good started', 'good got on']);
  t.is((await listChildren(tree.root)).length, 1);
  tree.root.send({ type: 'shutdown.requested' });
  t.is(tree.ended.status, 'done');
  t.deepEqual([...new Set(bystanders(tree))], ['observer root: boom']);

  const other = watch(
    supervisor({
      strategy: 'one_for_one',
      limits: { intensity: 0, periodMs: 1 },
      children: [member('bad', [])],
    }),
    { before: (root) => root.subscribe(observer) },
  );
  crash(other.actor('bad'));
  t.is(other.ended.status, 'error');
});

contained('an observer without an error handler does not bring a crash to the process', async (t) => {
  const log: string[] = [];
  const tree = scene(ancestor(log));
  const bad = tree.actor('bad');
  bad.subscribe(() => {});
  bad.subscribe({ complete: () => {} });
  for (const actor of tree.actors.filter(({ _parent }) => _parent !== undefined)) actor.subscribe(() => {});
  crash(bad);
  // After the end too.
  bad.subscribe(() => {});
  nextTurn(tree);
  await goesOn(t, tree);
});

contained(
  'a listener that throws is told of, on a child and on the root, from before the start or after',
  async (t) => {
    const log: string[] = [];
    const emitter = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
    const inner = supervisor({ strategy: 'one_for_one', children: [{ id: 'emitter', logic: emitter }] });
    const heard: string[] = [];
    const tree = watch(
      supervisor({
        strategy: 'one_for_one',
        children: [{ id: 'inner', logic: inner }, member('good', log)],
      }),
      {
        before(root) {
          root.on('hello', boom);
          root.on('hello', ({ type }) => heard.push(type));
        },
      },
    );
    tree.actor('emitter').on('hello', boom);
    tree.actor('inner').on('*', boom);
    tree.root.on('*', boom);
    tree.emitted.length = 0;
    t.notThrows(() => tree.actor('emitter').send({ type: 'hello' }));
    // The others are called all the same.
    t.deepEqual(heard, ['hello']);
    t.deepEqual([...new Set(bystanders(tree))].toSorted(), [
      'listener emitter: boom',
      'listener inner: boom',
      'listener root: boom',
    ]);
    tree.actor('good').send({ type: 'note', text: 'on' });
    t.is(log.at(-1), 'good got on');
    t.is((await listChildren(tree.actor('inner'))).length, 1);
    t.is(tree.ended.status, 'running');
  },
);

contained('a listener that throws is told of too on an actor that nobody heard before', (t) => {
  const logic = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  const tree = scene(createMachine({ invoke: { id: 'nobody', src: logic } }));
  const nobody = tree.actor('bad').getSnapshot().children.nobody as AnyActorRef;
  nobody.on('*', boom);
  t.notThrows(() => nobody.send({ type: 'hello' }));
  t.deepEqual(bystanders(tree), ['listener nobody: boom']);

  const dynamic = watch(dynamicSupervisor({ template: { id: 'child', logic }, limit: 1 }));
  dynamic.root.send({ type: 'child.start', input: undefined });
  const started = dynamic.emitted[0];
  if (started?.type !== 'child.started') return t.fail();
  started.actor.on('hello', boom);
  t.notThrows(() => started.actor.send({ type: 'hello' }));
  t.deepEqual(bystanders(dynamic), ['listener child: boom']);
});

contained('a listener that throws at what it is told of a listener is not told of that', (t) => {
  const tree = family({ a: {} });
  let calls = 0;
  tree.root.on('bystander.failed', () => {
    calls += 1;
    boom();
  });
  tree.root.on('child.ended', boom);
  crash(tree.actor('a'));
  nextTurn(tree);
  t.is(calls, 1);
  t.is(tree.actor('a').getSnapshot().status, 'active');
});

contained('an inspector that throws wedges no mailbox: the tree goes on answering', async (t) => {
  for (const throwsAt of [undefined, '@xstate.snapshot', '@xstate.event', '@xstate.actor']) {
    const log: string[] = [];
    const emitted: LifecycleEvent[] = [];
    let told: () => void = () => {};
    const tree = run(
      supervisor({
        strategy: 'one_for_one',
        children: [member('a', log), { id: 'machine', logic: createMachine(crashable) }],
      }),
      {
        inspect({ type }: InspectionEvent) {
          if (throwsAt === undefined || type === throwsAt) boom();
        },
        onEmitted(event) {
          emitted.push(event);
          if (event.type === 'child.started' && event.id === 'machine') told();
        },
      },
    );
    t.true(await tree.ready);
    const [a, machine] = await listChildren(tree.root);
    const good = a?.actor as AnyActorRef;
    for (const text of ['1', '2']) good.send({ type: 'note', text });
    t.deepEqual(log, ['a started', 'a got 1', 'a got 2']);
    const restarted = new Promise<void>((resolve) => {
      told = resolve;
    });
    crash(machine?.actor as AnyActorRef);
    await restarted;
    t.is((await listChildren(tree.root)).length, 2);
    t.true(bystanders({ emitted }).every((line) => /^inspector .*: boom$/.test(line)));
    t.true(bystanders({ emitted }).length > 0, String(throwsAt));
    tree.shutdown();
    t.deepEqual(await tree.ended, {});
  }
});

contained('an inspector that comes later and throws wedges no mailbox either', async (t) => {
  const tree = scene(createMachine(crashable));
  tree.root.system.inspect(boom);
  crash(tree.actor('bad'));
  nextTurn(tree);
  await goesOn(t, tree);
  t.true(bystanders(tree).length > 0);
});

contained('a refusal that throws, of an address, is told of and harms nobody', async (t) => {
  const tree = scene(createMachine(crashable), { address: { stashLimit: 0, refuse: boom } });
  const address = addressOf(tree.root.system, nameOf('bad'));
  crash(tree.actor('bad'));
  t.notThrows(() => address.send({ type: 'anything' } as never));
  t.deepEqual(bystanders(tree), ['refusal mailbox: boom']);
  nextTurn(tree);
  t.notThrows(() => address.send({ type: 'crash' } as never));
  nextTurn(tree);
  t.is(tree.actor('bad').getSnapshot().status, 'active');
  t.is(tree.emitted.filter(({ type }) => type === 'child.restarting').length, 2);
  await goesOn(t, tree);
});

contained('a refusal that throws, of a dynamic supervisor, is told of and harms nobody', (t) => {
  const tree = crowd({}, { limit: 1, refuse: boom });
  for (const name of ['a', 'b']) tree.start(name);
  t.deepEqual(bystanders(tree), ['refusal root: boom']);
  tree.named('a').send({ type: 'finish' });
  tree.start('c');
  t.is(tree.log.at(-1), 'c started');
});

contained('a reply that throws is told of and harms nobody', async (t) => {
  const tree = family({ a: {}, b: {} });
  const spec = member('c', tree.log);
  const events: readonly EventObject[] = [
    { type: 'child.add', spec, reply: boom } as EventObject,
    { type: 'child.terminate', child: 'c', reply: boom } as EventObject,
    { type: 'child.restart', id: 'c', reply: boom } as EventObject,
    { type: 'child.terminate', child: 'c', reply: boom } as EventObject,
    { type: 'child.delete', id: 'c', reply: boom } as EventObject,
    { type: 'children.list', reply: boom } as EventObject,
    { type: 'children.count', reply: boom } as EventObject,
  ];
  for (const event of events) t.notThrows(() => tree.root.send(event));
  t.deepEqual(bystanders(tree), Array(events.length).fill('reply root: boom'));
  t.deepEqual(
    (await listChildren(tree.root)).map(({ id }) => id),
    ['a', 'b'],
  );

  const dynamic = crowd();
  const requests: readonly EventObject[] = [
    { type: 'child.start', input: { name: 'a' }, reply: boom } as EventObject,
    { type: 'children.list', reply: boom } as EventObject,
    { type: 'children.count', reply: boom } as EventObject,
    { type: 'child.add', spec, reply: boom } as EventObject,
  ];
  for (const event of requests) t.notThrows(() => dynamic.root.send(event));
  const terminate: EventObject & object = {
    type: 'child.terminate',
    child: dynamic.named('a'),
    reply: boom,
  } as EventObject;
  t.notThrows(() => dynamic.root.send(terminate));
  t.deepEqual(bystanders(dynamic), Array(requests.length + 1).fill('reply root: boom'));
  t.true((await startChild(dynamic.root, { name: 'b' } as never)).ok);
});

contained('a request that is none harms nobody', async (t) => {
  const tree = family({ a: {} });
  const dynamic = crowd();
  for (const { root } of [tree, dynamic]) {
    t.notThrows(() => root.send({ type: 'hello' }));
    t.notThrows(() => root.send({ type: 'children.list' }));
    t.is((await listChildren(root)).length, root === tree.root ? 1 : 0);
  }
  for (const spec of [undefined, null, 5, {}]) {
    t.like(await addChild(tree.root, spec as never), { ok: false, code: 'invalid_spec' });
  }
  t.is(tree.ended.status, 'running');
});

contained('what fails below the supervisor of a supervisor is heard at the root', (t) => {
  const inner = supervisor({ strategy: 'one_for_one', children: [member('a', [])] });
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner }] }));
  tree.actor('a').subscribe({ next: boom });
  tree.actor('a').send({ type: 'note', text: 'x' });
  t.deepEqual(bystanders(tree), ['observer a: boom']);
});

contained('what fails below a root that is no supervisor is contained too', (t) => {
  const log: string[] = [];
  const logic = supervisor({ strategy: 'one_for_one', children: [member('a', log)] });
  const { root } = watch(createMachine({ invoke: { id: 'inner', src: logic } }), {
    before: (machine) => machine.subscribe({ next: boom, error: () => {} }),
  });
  const inner = root.getSnapshot().children.inner as AnyActorRef;
  const told: EventObject[] = [];
  inner.on('bystander.failed', (event) => told.push(event));
  inner.subscribe({ next: boom });
  inner.send({ type: 'hello' } as never);
  t.is(told.length, 1);
  t.deepEqual(log, ['a started']);
});
