import test from 'ava';
import { type AnyActorRef, createMachine } from 'xstate';
import {
  addChild,
  deleteChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../../supervision/administration.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { supervisor } from '../../../supervision/supervisor.js';
import {
  crash,
  crowd,
  family,
  MANY,
  member,
  nextTurn,
  story,
  type Watched,
  watch,
} from '../../helpers/actors.js';

/** The ids of the children that ended, each with the reason. */
function endings(tree: Watched): string[] {
  return story(tree)
    .filter((line) => line.startsWith('child.ended '))
    .map((line) => line.slice('child.ended '.length));
}

test('9 a child that handles the shutdown request ends normally, and the supervisor waits', (t) => {
  const tree = family({ a: {}, b: { hangs: true } });
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(4_999);
  t.deepEqual(tree.take(), ['b asked']);
  t.is(tree.ended.status, 'running');
  tree.actor('b').send({ type: 'finish' });
  t.deepEqual(tree.take(), ['b released', 'a asked', 'a released']);
  t.deepEqual(endings(tree), ['b shut_down', 'a shut_down']);
  t.is(tree.ended.status, 'done');
});

test('10 a child that does not end is killed after its timeout; its siblings end gracefully', (t) => {
  const tree = family({ quick: {}, hangs: { hangs: true, shutdown: 300 } });
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), ['hangs asked']);
  tree.clock.increment(299);
  t.deepEqual(tree.take(), []);
  tree.clock.increment(1);
  t.deepEqual(tree.take(), ['hangs released', 'quick asked', 'quick released']);
  t.is(tree.ended.status, 'done');
  t.deepEqual(endings(tree), ['hangs killed', 'quick shut_down']);
});

test('11 a brutal child is stopped at once', async (t) => {
  const tree = family({ a: { shutdown: 'brutal' }, b: { shutdown: 'brutal', hangs: true } });
  tree.take();
  t.true((await terminateChild(tree.root, 'b')).ok);
  t.deepEqual(tree.take(), ['b released']);
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), ['a released']);
  t.is(tree.ended.status, 'done');
  t.deepEqual(endings(tree), ['b killed', 'a killed']);

  const dynamic = crowd({ shutdown: 'brutal' });
  for (const name of ['c', 'd']) dynamic.start(name, { hangs: true });
  dynamic.take();
  t.true((await terminateChild(dynamic.root, dynamic.named('c'))).ok);
  t.deepEqual(dynamic.take(), ['c released']);
  dynamic.root.send({ type: 'shutdown.requested' });
  t.deepEqual(dynamic.take(), ['d released']);
  t.is(dynamic.ended.status, 'done');
});

for (const end of ['crash', 'finish'] as const) {
  for (const restart of ['permanent', 'transient', 'temporary'] as const) {
    test(`12 a shutdown neither hangs nor fails when children end by themselves: ${restart}, ${end}`, (t) => {
      const tree = family(
        { a: { restart }, b: { restart }, asked: { restart, hangs: true } },
        { limits: { intensity: 0, periodMs: 1 } },
      );
      tree.take();
      tree.root.send({ type: 'shutdown.requested' });
      for (const id of ['a', 'asked', 'b']) tree.actor(id).send({ type: end });
      tree.clock.increment(10_000);
      t.deepEqual(tree.take(), ['asked asked', 'a released', 'asked released', 'b asked', 'b released']);
      t.is(tree.ended.status, 'done');
      t.false(story(tree).some((line) => /^(child.restarting|supervisor.gave-up)/.test(line)));
    });
  }

  test(`12 a shutdown neither hangs nor fails when dynamic children end by themselves: ${end}`, (t) => {
    const tree = crowd({ restart: 'permanent' }, { limits: { intensity: 0, periodMs: 1 } });
    for (const name of ['a', 'b']) tree.start(name, { hangs: true });
    tree.root.send({ type: 'shutdown.requested' });
    for (const name of ['b', 'a']) tree.named(name).send({ type: end });
    t.is(tree.ended.status, 'done');
    t.false(story(tree).some((line) => /^(child.restarting|supervisor.gave-up)/.test(line)));
  });
}

test('12 while a group is being stopped, crashes of its children neither count nor block the stop', (t) => {
  const tree = family(
    { a: {}, b: {}, hangs: { hangs: true } },
    { strategy: 'one_for_all', limits: { intensity: 1, periodMs: 1_000 } },
  );
  tree.take();
  crash(tree.actor('a'));
  crash(tree.actor('b'));
  crash(tree.actor('hangs'));
  nextTurn(tree);
  t.is(tree.ended.status, 'running');
  t.deepEqual(tree.take(), [
    'a released',
    'hangs asked',
    'b released',
    'hangs released',
    'a started',
    'b started',
    'hangs started',
  ]);
});

test('13 dynamic children stop in parallel: together they take as long as the slowest child', (t) => {
  const tree = crowd({ shutdown: 100 });
  for (const name of ['slow', 'slower', 'slowest', 'never']) tree.start(name, { hangs: true });
  tree.start('quick');
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), [
    'slow asked',
    'slower asked',
    'slowest asked',
    'never asked',
    'quick asked',
    'quick released',
  ]);
  for (const name of ['slow', 'slower', 'slowest']) {
    tree.clock.increment(33);
    tree.named(name).send({ type: 'finish' });
    t.deepEqual(tree.take(), [`${name} released`]);
  }
  t.is(tree.ended.status, 'running');
  // All children share one timeout.
  tree.clock.increment(1);
  t.deepEqual(tree.take(), ['never released']);
  t.is(tree.ended.status, 'done');
  t.deepEqual(
    tree.emitted.flatMap((event) => (event.type === 'child.ended' ? [event.reason.kind] : [])),
    ['shut_down', 'shut_down', 'shut_down', 'shut_down', 'killed'],
  );
});

test('13 a dynamic supervisor ends before the timeout if all its children end', (t) => {
  const tree = crowd({ shutdown: 100 });
  for (const name of ['a', 'b', 'c']) tree.start(name, { hangs: true });
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(10);
  for (const name of ['c', 'a', 'b']) {
    t.is(tree.ended.status, 'running');
    tree.named(name).send({ type: 'finish' });
  }
  t.is(tree.ended.status, 'done');
});

test('14 terminating a child that is down succeeds; an unknown child is refused as not_found', async (t) => {
  const tree = family({ a: {}, b: { restart: 'transient' } });
  const refused = { ok: false, code: 'not_found' } as const;
  t.deepEqual(await terminateChild(tree.root, 'unknown'), refused);
  for (let times = 0; times < 2; times++) t.deepEqual(await terminateChild(tree.root, 'a'), { ok: true });
  tree.actor('b').send({ type: 'finish' });
  t.deepEqual(await terminateChild(tree.root, 'b'), { ok: true });
  t.deepEqual(
    (await listChildren(tree.root)).map(({ actor }) => actor),
    [undefined, undefined],
  );
  nextTurn(tree);
  t.deepEqual(tree.log, ['a started', 'b started', 'a asked', 'a released', 'b released']);

  // A dynamic supervisor refuses an ended actor, and an actor of another tree. It accepts the actor of a
  // child that waits for a restart.
  const dynamic = crowd({ restart: 'transient' }, { limits: MANY });
  dynamic.start('c');
  dynamic.start('d');
  dynamic.named('c').send({ type: 'finish' });
  t.deepEqual(await terminateChild(dynamic.root, dynamic.named('c')), refused);
  t.deepEqual(await terminateChild(dynamic.root, tree.root), refused);
  crash(dynamic.named('d'));
  t.deepEqual(await terminateChild(dynamic.root, dynamic.named('d')), { ok: true });
  nextTurn(dynamic);
  t.deepEqual(dynamic.log, ['c started', 'd started', 'c released', 'd released']);
});

test('15 dynamic children cannot be administered by id', async (t) => {
  const tree = crowd();
  tree.start('a');
  const { id } = tree.named('a');
  const refused = { ok: false, code: 'dynamic' } as const;
  t.deepEqual(await terminateChild(tree.root, id), refused);
  t.deepEqual(await restartChild(tree.root, id), refused);
  t.deepEqual(await deleteChild(tree.root, id), refused);
  t.deepEqual(await addChild(tree.root, member('b', tree.log)), refused);
  t.deepEqual(tree.log, ['a started']);
  t.is(tree.named('a').getSnapshot().status, 'active');
});

/** A machine that handles the request to end only in its state `open`. It then goes on until `finish`. */
const shop = createMachine({
  initial: 'open',
  states: {
    open: { on: { 'shutdown.requested': 'closing', lock: 'locked', strike: 'striking' } },
    closing: { on: { finish: 'closed' } },
    locked: {},
    // A forbidden transition: this state ignores the request.
    striking: { on: { 'shutdown.requested': {} } },
    closed: { type: 'final' },
  },
});

for (const deafen of ['lock', 'strike']) {
  test(`43 a machine is asked to end only if its current state handles the request: ${deafen}`, async (t) => {
    const ids = ['a', 'b', 'c'];
    const tree = watch(supervisor({ children: ids.map((id) => ({ id, logic: shop })) }));
    for (const id of ['a', 'c']) tree.actor(id).send({ type: deafen });
    t.deepEqual(await terminateChild(tree.root, 'a'), { ok: true });
    tree.root.send({ type: 'shutdown.requested' });
    t.is(tree.actor('b').getSnapshot().value, 'closing');
    t.deepEqual(endings(tree), ['a killed', 'c killed']);
    tree.actor('b').send({ type: 'finish' });
    t.deepEqual(endings(tree).slice(2), ['b shut_down']);
    t.is(tree.ended.status, 'done');
  });

  test(`43 a dynamic supervisor asks only machines whose state handles the request: ${deafen}`, async (t) => {
    const pool = watch(dynamicSupervisor({ template: { id: 'shop', logic: shop }, limit: 4 }));
    const shops: AnyActorRef[] = [];
    for (let count = 0; count < 4; count++) {
      const started = await startChild(pool.root, undefined);
      if (started.ok && started.actor !== undefined) shops.push(started.actor);
    }
    const [a, b, c, d] = shops as [AnyActorRef, AnyActorRef, AnyActorRef, AnyActorRef];
    for (const shop of [a, b, d]) shop.send({ type: deafen });
    t.deepEqual(await terminateChild(pool.root, a), { ok: true });
    pool.root.send({ type: 'shutdown.requested' });
    t.deepEqual(endings(pool), [`${a.id} killed`, `${b.id} killed`, `${d.id} killed`]);
    t.is(pool.ended.status, 'running');
    c.send({ type: 'finish' });
    t.is(pool.ended.status, 'done');

    const deaf = watch(dynamicSupervisor({ template: { id: 'shop', logic: shop }, limit: 1 }));
    const last = await startChild(deaf.root, undefined);
    if (last.ok) last.actor?.send({ type: deafen });
    deaf.root.send({ type: 'shutdown.requested' });
    t.is(deaf.ended.status, 'done');
  });
}

test('43 a machine whose spec has a shutdown timeout is asked to end in any state', (t) => {
  const tree = watch(supervisor({ children: [{ id: 'a', logic: shop, shutdown: 100 }] }));
  tree.actor('a').send({ type: 'lock' });
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(99);
  t.is(tree.ended.status, 'running');
  tree.clock.increment(1);
  t.deepEqual(endings(tree), ['a killed']);
  t.is(tree.ended.status, 'done');
});

test('43 if a guard throws at the request to end, the machine crashes and counts as ended', (t) => {
  const logic = createMachine({
    on: {
      'shutdown.requested': {
        guard: () => {
          throw new Error('guard');
        },
      },
    },
  });
  const tree = watch(supervisor({ children: [{ id: 'a', logic }] }));
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(endings(tree), ['a crashed']);
  t.is(tree.ended.status, 'done');
});
