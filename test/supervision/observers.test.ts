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
    const told = observers(tree);
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

contained('a listener that throws is told of too on an actor that nobody heard before', (t) => {
  const logic = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  const tree = scene(createMachine({ invoke: { id: 'nobody', src: logic } }));
  const nobody = tree.actor('bad').getSnapshot().children.nobody as AnyActorRef;
  nobody.on('*', boom);
  t.notThrows(() => nobody.send({ type: 'hello' }));
  t.deepEqual(observers(tree), ['listener nobody: boom']);

  const dynamic = watch(dynamicSupervisor({ template: { id: 'child', logic }, limit: 1 }));
  dynamic.root.send({ type: 'child.start', input: undefined });
  const started = dynamic.emitted[0];
  if (started?.type !== 'child.started') return t.fail();
  started.actor.on('hello', boom);
  t.notThrows(() => started.actor.send({ type: 'hello' }));
  t.deepEqual(observers(dynamic), ['listener child: boom']);
});

contained('a listener that throws at what it is told of a listener is not told of that', (t) => {
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
    t.true(observers({ emitted }).every((line) => /^inspector .*: boom$/.test(line)));
    t.true(observers({ emitted }).length > 0, String(throwsAt));
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
  t.true(observers(tree).length > 0);
});

contained('a refusal that throws, of an address, is told of and harms nobody', async (t) => {
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

contained('a refusal that throws, of a dynamic supervisor, is told of and harms nobody', (t) => {
  const tree = crowd({}, { limit: 1, refuse: boom });
  for (const name of ['a', 'b']) tree.start(name);
  t.deepEqual(observers(tree), ['refusal root: boom']);
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
  t.deepEqual(observers(tree), ['observer a: boom']);
});

contained('what fails below a root that is no supervisor is contained too', (t) => {
  const log: string[] = [];
  const logic = supervisor({ strategy: 'one_for_one', children: [member('a', log)] });
  const { root } = watch(createMachine({ invoke: { id: 'inner', src: logic } }), {
    before: (machine) => machine.subscribe({ next: boom, error: () => {} }),
  });
  const inner = root.getSnapshot().children.inner as AnyActorRef;
  const told: EventObject[] = [];
  inner.on('observer.failed', (event) => told.push(event));
  inner.subscribe({ next: boom });
  inner.send({ type: 'hello' } as never);
  t.is(told.length, 1);
  t.deepEqual(log, ['a started']);
});

// What fails later.

const later = async (): Promise<never> => boom();

contained('who watches with an async function, and rejects, is told of and harms nobody', async (t) => {
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

contained('an inspector that rejects is told of, and harms nobody', async (t) => {
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

contained('a listener that rejects at what it is told of failures does not go round for ever', async (t) => {
  const tree = family({ a: {} });
  let calls = 0;
  tree.root.on('observer.failed', () => {
    calls += 1;
    return later();
  });
  tree.root.on('child.ended', later);
  crash(tree.actor('a'));
  for (let turns = 0; turns < 3; turns++) await setImmediate();
  t.is(calls, 1);
});

// Whose errors are heard.

contained("the crash of a root is nobody else's when somebody hears it, whoever else watches", async (t) => {
  const limits = { intensity: 0, periodMs: 1 };
  const tree = run(supervisor({ limits, children: [member('a', [])] }));
  tree.root.subscribe(() => {});
  tree.root.subscribe({ complete: () => {} });
  crash(await listed(tree.root));
  t.true((await tree.ended).error instanceof SupervisorError);
});

test.serial('the crash of a root that nobody hears is told to the process', async (t) => {
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

contained('who ran before there was a supervisor is contained as well', (t) => {
  const elder = fromCallback(({ receive }) => receive(() => {}));
  const emitter = fromBehaviour((scope) => ({ receive: ({ type }) => scope.emit({ type }) }));
  // Its children are its own affair, and none of XState's.
  const familyMan = { ...fromTransition(() => ({}), {}), getInitialSnapshot: () => withChildren };
  const withChildren = { status: 'active', output: undefined, error: undefined, children: { a: 5 } };
  const { root } = watch(
    createMachine({
      invoke: [
        { id: 'elder', src: elder },
        { id: 'family-man', src: familyMan as never },
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
