import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import {
  type AnyActorRef,
  createActor,
  createMachine,
  type EventObject,
  fromCallback,
  fromTransition,
  type InspectionEvent,
  SimulatedClock,
} from 'xstate';
import { addChild, listChildren, startChild, terminateChild } from '../../supervision/administration.js';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { run } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import { SupervisorError } from '../../supervision/supervisor-error.js';
import { crash, crowd, family, listed, member, nextTurn, watch } from '../helpers/actors.js';
import {
  ancestor,
  boom,
  contained,
  crashable,
  escapesOf,
  goesOn,
  observers,
  scene,
} from '../helpers/isolation.js';

for (const watching of ['next', 'error', 'complete'] as const) {
  contained(`an observer that throws in ${watching} is reported, and harms no actor`, async (t) => {
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
    const reported = observers(tree);
    t.true(reported.length > 0);
    const watchedIds = watching === 'error' ? ['bad'] : watching === 'complete' ? ['good'] : ['bad', 'good'];
    t.deepEqual(
      [...new Set(reported)].toSorted(),
      watchedIds.map((id) => `observer ${id}: boom`),
    );
  });
}

contained(
  'an error in an observer of the root harms no actor, whenever the observer was added',
  async (t) => {
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
    t.deepEqual([...new Set(observers(tree))], ['observer root: boom']);

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
  },
);

contained('a crash below the root never reaches the process, even if no observer handles it', async (t) => {
  const log: string[] = [];
  const tree = scene(ancestor(log));
  const bad = tree.actor('bad');
  bad.subscribe(() => {});
  bad.subscribe({ complete: () => {} });
  for (const actor of tree.actors.filter(({ _parent }) => _parent !== undefined)) actor.subscribe(() => {});
  crash(bad);
  // An observer that is added after the actor has ended does not bring the crash to the process either.
  bad.subscribe(() => {});
  nextTurn(tree);
  await goesOn(t, tree);
});

contained(
  'an error in a listener of a child or of the root is reported, whenever the listener was added',
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
    // The other listeners are still called.
    t.deepEqual(heard, ['hello']);
    t.deepEqual([...new Set(observers(tree))].toSorted(), [
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

contained('if the first listener that an actor gets throws, the error is reported', (t) => {
  const logic = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  const tree = scene(createMachine({ invoke: { id: 'invoked', src: logic } }));
  const invoked = tree.actor('bad').getSnapshot().children.invoked as AnyActorRef;
  invoked.on('*', boom);
  t.notThrows(() => invoked.send({ type: 'hello' }));
  t.deepEqual(observers(tree), ['listener invoked: boom']);

  const dynamic = watch(dynamicSupervisor({ template: { id: 'child', logic }, limit: 1 }));
  dynamic.root.send({ type: 'child.start', input: undefined });
  const started = dynamic.emitted[0];
  if (started?.type !== 'child.started') return t.fail();
  started.actor.on('hello', boom);
  t.notThrows(() => started.actor.send({ type: 'hello' }));
  t.deepEqual(observers(dynamic), ['listener child: boom']);
});

contained('if a listener for observer.failed throws, its own error is not reported', (t) => {
  const tree = family({ a: {} });
  let calls = 0;
  tree.root.on('observer.failed', () => {
    calls += 1;
    boom();
  });
  tree.root.on('child.ended', boom);
  crash(tree.actor('a'));
  nextTurn(tree);
  t.is(calls, 1);
  t.is(tree.actor('a').getSnapshot().status, 'active');
});

contained('if an inspector throws, it blocks no mailbox: the tree continues to answer', async (t) => {
  for (const throwsAt of [undefined, '@xstate.snapshot', '@xstate.event', '@xstate.actor']) {
    const log: string[] = [];
    const emitted: LifecycleEvent[] = [];
    let reportRestart: () => void = () => {};
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
          if (event.type === 'child.started' && event.id === 'machine') reportRestart();
        },
      },
    );
    t.true(await tree.ready);
    const [a, machine] = await listChildren(tree.root);
    const good = a?.actor as AnyActorRef;
    for (const text of ['1', '2']) good.send({ type: 'note', text });
    t.deepEqual(log, ['a started', 'a got 1', 'a got 2']);
    const restarted = new Promise<void>((resolve) => {
      reportRestart = resolve;
    });
    crash(machine?.actor as AnyActorRef);
    await restarted;
    t.is((await listChildren(tree.root)).length, 2);
    t.true(observers({ emitted }).every((line) => /^inspector .*: boom$/.test(line)));
    t.true(observers({ emitted }).length > 0, String(throwsAt));
    tree.shutdown();
    t.deepEqual(await tree.ended, {});
  }
});

contained('if an inspector that was added after the start throws, it blocks no mailbox', async (t) => {
  const tree = scene(createMachine(crashable));
  tree.root.system.inspect(boom);
  crash(tree.actor('bad'));
  nextTurn(tree);
  await goesOn(t, tree);
  t.true(observers(tree).length > 0);
});

contained('an error in the refuse callback of an address is reported and harms no actor', async (t) => {
  const tree = scene(createMachine(crashable), { address: { stashLimit: 0, refuse: boom } });
  const address = addressOf(tree.root.system, nameOf('bad'));
  crash(tree.actor('bad'));
  t.notThrows(() => address.send({ type: 'anything' } as never));
  t.deepEqual(observers(tree), ['refusal mailbox: boom']);
  nextTurn(tree);
  t.notThrows(() => address.send({ type: 'crash' } as never));
  nextTurn(tree);
  t.is(tree.actor('bad').getSnapshot().status, 'active');
  t.is(tree.emitted.filter(({ type }) => type === 'child.restarting').length, 2);
  await goesOn(t, tree);
});

contained('an error in the refuse callback of a dynamic supervisor is reported and harms no actor', (t) => {
  const tree = crowd({}, { limit: 1, refuse: boom });
  for (const name of ['a', 'b']) tree.start(name);
  t.deepEqual(observers(tree), ['refusal root: boom']);
  tree.named('a').send({ type: 'finish' });
  tree.start('c');
  t.is(tree.log.at(-1), 'c started');
});

contained('an error in a reply callback is reported and harms no actor', async (t) => {
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
  t.deepEqual(observers(tree), Array(events.length).fill('reply root: boom'));
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
  t.deepEqual(observers(dynamic), Array(requests.length + 1).fill('reply root: boom'));
  t.true((await startChild(dynamic.root, { name: 'b' } as never)).ok);
});

contained('an invalid request harms no actor', async (t) => {
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

contained('an observer error below an inner supervisor reaches the root', (t) => {
  const inner = supervisor({ strategy: 'one_for_one', children: [member('a', [])] });
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner }] }));
  tree.actor('a').subscribe({ next: boom });
  tree.actor('a').send({ type: 'note', text: 'x' });
  t.deepEqual(observers(tree), ['observer a: boom']);
});

contained('observer errors below a root that is not a supervisor are isolated too', (t) => {
  const log: string[] = [];
  const logic = supervisor({ strategy: 'one_for_one', children: [member('a', log)] });
  const { root } = watch(createMachine({ invoke: { id: 'inner', src: logic } }), {
    before: (machine) => machine.subscribe({ next: boom, error: () => {} }),
  });
  const inner = root.getSnapshot().children.inner as AnyActorRef;
  const reported: EventObject[] = [];
  inner.on('observer.failed', (event) => reported.push(event));
  inner.subscribe({ next: boom });
  inner.send({ type: 'hello' } as never);
  t.is(reported.length, 1);
  t.deepEqual(log, ['a started']);
});

// Asynchronous failures.

const later = async (): Promise<never> => boom();

contained('an async callback that rejects is reported and harms no actor', async (t) => {
  const emitter = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  const tree = scene(emitter, { address: { stashLimit: 0, refuse: later } });
  tree.actor('bad').subscribe({ next: later });
  tree.actor('bad').on('*', later);
  tree.actor('bad').send({ type: 'hello' });
  tree.root.send({ type: 'children.list', reply: later } as EventObject);
  const address = addressOf(tree.root.system, nameOf('bad'));
  await terminateChild(tree.root, 'bad');
  address.send({ type: 'hello' } as never);
  await setImmediate();
  t.deepEqual([...new Set(observers(tree))].toSorted(), [
    'listener bad: boom',
    'observer bad: boom',
    'refusal mailbox: boom',
    'reply root: boom',
  ]);
  await goesOn(t, tree);

  const pool = crowd({}, { limit: 1, refuse: later });
  for (const name of ['a', 'b']) pool.start(name);
  await setImmediate();
  t.deepEqual(observers(pool), ['refusal root: boom']);
});

contained('an inspector that rejects is reported and harms no actor', async (t) => {
  const emitted: LifecycleEvent[] = [];
  const tree = run(supervisor({ children: [member('a', [])] }), {
    inspect: later,
    onEmitted: (event) => emitted.push(event),
  });
  t.true(await tree.ready);
  await setImmediate();
  t.true(observers({ emitted }).length > 0);
  t.true(observers({ emitted }).every((line) => /^inspector .*: boom$/.test(line)));
  tree.shutdown();
  t.deepEqual(await tree.ended, {});
});

contained('if a listener for observer.failed rejects, it does not cause a loop', async (t) => {
  const tree = family({ a: {} });
  let calls = 0;
  tree.root.on('observer.failed', () => {
    calls += 1;
    return later();
  });
  tree.root.on('child.ended', later);
  crash(tree.actor('a'));
  for (let iterations = 0; iterations < 3; iterations++) await setImmediate();
  t.is(calls, 1);
});

// Crashes of a root.

contained('the crash of a root with an error handler does not reach the process', async (t) => {
  const limits = { intensity: 0, periodMs: 1 };
  const tree = run(supervisor({ limits, children: [member('a', [])] }));
  tree.root.subscribe(() => {});
  tree.root.subscribe({ complete: () => {} });
  crash(await listed(tree.root));
  t.true((await tree.ended).error instanceof SupervisorError);
});

test.serial('the crash of a root without an error handler is reported to the process', async (t) => {
  const escaped = await escapesOf(() => {
    const logic = supervisor({ limits: { intensity: 0, periodMs: 1 }, children: [member('a', [])] });
    const root = createActor(logic, { clock: new SimulatedClock() });
    const actors: AnyActorRef[] = [];
    root.on('child.started', ({ actor }) => actors.push(actor));
    root.start();
    root.subscribe(() => {});
    crash(...actors);
  });
  t.deepEqual(
    escaped.map((error) => (error as SupervisorError).code),
    ['gave_up'],
  );
});

contained('observer errors are also isolated for actors that started before the first supervisor', (t) => {
  const elder = fromCallback(({ receive }) => receive(() => {}));
  const emitter = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  // A snapshot with a `children` field that does not hold actors.
  const parentLogic = { ...fromTransition(() => ({}), {}), getInitialSnapshot: () => withChildren };
  const withChildren = { status: 'active', output: undefined, error: undefined, children: { a: 5 } };
  const { root } = watch(
    createMachine({
      invoke: [
        { id: 'elder', src: elder },
        { id: 'parent', src: parentLogic as never },
        { id: 'emitter', src: emitter },
      ],
      on: { 'tree.start': '.on' },
      initial: 'off',
      states: { off: {}, on: { invoke: { id: 'tree', src: supervisor({ children: [] }) } } },
    }),
  );
  const children = root.getSnapshot().children as Record<string, AnyActorRef>;
  children['elder']?.subscribe({ next: boom });
  children['emitter']?.on('*', boom);
  root.send({ type: 'tree.start' });
  for (const id of ['elder', 'emitter']) t.notThrows(() => children[id]?.send({ type: 'hello' }));
  t.is(root.getSnapshot().status, 'active');
});
