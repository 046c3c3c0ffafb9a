import test from 'ava';
import type { AnyActorRef } from 'xstate';
import {
  addChild,
  type ChildInfo,
  countChildren,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../../supervision/administration.js';
import type { RestartPolicy } from '../../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { type SupervisorOptions, supervisor } from '../../../supervision/supervisor.js';
import type { SupervisorError } from '../../../supervision/supervisor-error.js';
import {
  crash,
  crowd,
  type Family,
  family,
  listed,
  MANY,
  member,
  nextTurn,
  story,
  type Watched,
  watch,
  worker,
} from '../../helpers/actors.js';

type Strategy = NonNullable<SupervisorOptions['strategy']>;

const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

/** The events that end a child: normally, on request, or with an error. */
const ENDS = { normal: 'finish', shutdown: 'shutdown.requested', abnormal: 'crash' } as const;

function end(actor: AnyActorRef, how: keyof typeof ENDS): void {
  actor.send({ type: ENDS[how] });
}

/** A supervisor and a dynamic supervisor, each with a child `a` that has this restart policy. */
function both(
  restart: RestartPolicy,
): readonly (Watched & { readonly log: string[]; a(): AnyActorRef; readonly kind: string })[] {
  const tree = family({ a: { restart } }, { limits: MANY });
  const dynamic = crowd({ restart }, { limits: MANY });
  dynamic.start('a');
  return [
    { ...tree, kind: 'static', a: () => tree.actor('a') },
    { ...dynamic, kind: 'dynamic', a: () => dynamic.named('a') },
  ];
}

async function states({ root }: Watched): Promise<Readonly<Record<string, string>>> {
  const state = ({ actor }: ChildInfo) => (typeof actor === 'object' ? 'up' : (actor ?? 'down'));
  return Object.fromEntries((await listChildren(root)).map((info) => [info.id, state(info)]));
}

test('16 a permanent child is restarted after a normal end, a shutdown and a crash', (t) => {
  for (const tree of both('permanent')) {
    for (const how of ['normal', 'shutdown', 'abnormal'] as const) {
      const before = tree.a();
      tree.log.length = 0;
      end(before, how);
      t.deepEqual(tree.log.at(-1), 'a released');
      t.is(tree.a(), before, 'the restart waits for the next event-loop iteration');
      nextTurn(tree);
      t.is(tree.log.at(-1), 'a started', `${tree.kind} ${how}`);
      t.not(tree.a(), before);
      t.is(tree.a().getSnapshot().status, 'active');
    }
    t.is(tree.ended.status, 'running');
  }
});

test('17 a transient child is restarted only after a crash', async (t) => {
  for (const how of ['normal', 'shutdown'] as const) {
    for (const tree of both('transient')) {
      const before = tree.a();
      end(before, 'abnormal');
      nextTurn(tree);
      t.not(tree.a(), before, tree.kind);
      tree.log.length = 0;
      end(tree.a(), how);
      tree.clock.increment(10_000);
      t.false(tree.log.includes('a started'), `${tree.kind} ${how}`);
      t.is(tree.ended.status, 'running');
      // A static child keeps its spec; a dynamic child has none.
      t.is((await countChildren(tree.root)).specs, tree.kind === 'static' ? 1 : 0);
    }
  }
});

test('18 a temporary child is never restarted, and its spec is forgotten', async (t) => {
  for (const how of ['normal', 'shutdown', 'abnormal'] as const) {
    for (const tree of both('temporary')) {
      end(tree.a(), how);
      tree.clock.increment(10_000);
      t.is(tree.log.filter((line) => line === 'a started').length, 1, `${tree.kind} ${how}`);
      t.deepEqual(await listChildren(tree.root), []);
      t.is(tree.ended.status, 'running');
      t.false(story(tree).some((line) => /^(child.restarting|supervisor.gave-up)/.test(line)));
    }
  }
  const tree = family({ a: { restart: 'temporary' } });
  t.true((await terminateChild(tree.root, 'a')).ok);
  t.deepEqual(await restartChild(tree.root, 'a'), { ok: false, code: 'not_found' });
});

test('18 a crash of a temporary child does not count towards the intensity', (t) => {
  const tree = family({ a: { restart: 'temporary' } }, { limits: { intensity: 0, periodMs: 1_000 } });
  crash(tree.actor('a'));
  t.is(tree.ended.status, 'running');
});

test('19 a temporary sibling of one_for_all or rest_for_one is stopped and not started again', async (t) => {
  for (const strategy of ['one_for_all', 'rest_for_one'] as const) {
    const tree = family({ a: {}, temp: { restart: 'temporary' }, c: {} }, { strategy });
    tree.take();
    crash(tree.actor('a'));
    nextTurn(tree);
    t.deepEqual(tree.take(), [
      'a released',
      'c asked',
      'c released',
      'temp asked',
      'temp released',
      'a started',
      'c started',
    ]);
    t.deepEqual(await states(tree), { a: 'up', c: 'up' });
  }
});

test('20 restarts that are further apart than the period never make the supervisor give up', (t) => {
  const limits = { intensity: 2, periodMs: 1_000 };
  const tree = family({ a: {}, b: {} }, { limits });
  const dynamic = crowd({ restart: 'permanent' }, { limits });
  for (const name of ['a', 'b']) dynamic.start(name);
  for (let crashes = 0; crashes < 20; crashes++) {
    crash(tree.actor('a'), tree.actor('b'), dynamic.named('a'), dynamic.named('b'));
    tree.clock.increment(1_001);
    dynamic.clock.increment(1_001);
  }
  t.is(tree.ended.status, 'running');
  t.is(dynamic.ended.status, 'running');
  t.is(tree.log.filter((line) => line === 'a started').length, 21);
  t.is(dynamic.log.filter((line) => line === 'a started').length, 21);
});

test('20 the window slides: only the restarts of the last period count', (t) => {
  const tree = family({ a: {} }, { limits: { intensity: 2, periodMs: 1_000 } });
  // The crashes are at 0, 600, 1,200, 1,800, …: there are never more than two in any 1,000 ms.
  for (let crashes = 0; crashes < 20; crashes++) {
    crash(tree.actor('a'));
    tree.clock.increment(600);
  }
  t.is(tree.ended.status, 'running');
  crash(tree.actor('a'));
  tree.clock.increment(399);
  crash(tree.actor('a'));
  t.is(tree.ended.status, 'error');
});

test('21 one_for_one leaves the siblings of a crashed child as they are', async (t) => {
  const tree = family({ a: {}, b: {}, c: {} });
  const [a, b, c] = [tree.actor('a'), tree.actor('b'), tree.actor('c')];
  tree.take();
  crash(b);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['b released', 'b started']);
  t.not(tree.actor('b'), b);
  t.deepEqual(
    (await listChildren(tree.root)).map(({ actor }) => actor),
    [a, tree.actor('b'), c],
  );
  t.is(a.getSnapshot().status, 'active');
  t.is(c.getSnapshot().status, 'active');

  const dynamic = crowd({ restart: 'permanent' });
  for (const name of ['a', 'b']) dynamic.start(name);
  const other = dynamic.named('b');
  crash(dynamic.named('a'));
  nextTurn(dynamic);
  t.deepEqual(dynamic.log, ['a started', 'b started', 'a released', 'a started']);
  t.is(dynamic.named('b'), other);
});

for (const strategy of STRATEGIES) {
  test(`22 if crashes exceed the intensity, the supervisor and its children stop: ${strategy}`, (t) => {
    const tree = family({ a: {}, b: {}, c: {} }, { strategy, limits: { intensity: 2, periodMs: 1_000 } });
    crash(tree.actor('b'));
    nextTurn(tree);
    crash(tree.actor('c'));
    nextTurn(tree);
    t.is(tree.ended.status, 'running');
    tree.take();
    // The third crash is at 1,000 ms. The first two are still in the window.
    tree.clock.increment(998);
    crash(tree.actor('b'));
    t.deepEqual(tree.take(), ['b released', 'c asked', 'c released', 'a asked', 'a released']);
    t.like(tree.ended.error as SupervisorError, { code: 'gave_up', id: 'b' });
    t.is(((tree.ended.error as SupervisorError).cause as Error).message, 'b crashed');
    t.is(tree.emitted.filter(({ type }) => type === 'supervisor.gave-up').length, 1);
    tree.clock.increment(10_000);
    t.deepEqual(tree.take(), []);
  });
}

test('22 the crashes of all children of a dynamic supervisor count together', (t) => {
  const tree = crowd({ restart: 'permanent' }, { limits: { intensity: 2, periodMs: 1_000 } });
  for (const name of ['a', 'b', 'c', 'd']) tree.start(name);
  tree.take();
  crash(tree.named('a'), tree.named('b'));
  t.is(tree.ended.status, 'running');
  const last = tree.named('c');
  crash(last);
  t.deepEqual(tree.take(), ['a released', 'b released', 'c released', 'd asked', 'd released']);
  t.like(tree.ended.error as SupervisorError, { code: 'gave_up', id: last.id });
  t.is(((tree.ended.error as SupervisorError).cause as Error).message, 'c crashed');
  tree.clock.increment(10_000);
  t.deepEqual(tree.take(), []);
});

test('22 with an intensity of 0, the supervisor gives up at the first crash', (t) => {
  const limits = { intensity: 0, periodMs: 1_000 };
  const tree = family({ a: {} }, { limits });
  crash(tree.actor('a'));
  t.is(tree.ended.status, 'error');
  const dynamic = crowd({ restart: 'transient' }, { limits });
  dynamic.start('a');
  crash(dynamic.named('a'));
  t.is(dynamic.ended.status, 'error');
});

for (const strategy of STRATEGIES) {
  test(`23 if a restart keeps failing, the supervisor gives up, under each strategy: ${strategy}`, (t) => {
    const starts: number[] = [];
    const failsStart = (start: number) => starts.push(start) > 1;
    const tree = family(
      { a: {}, bad: { failsStart }, c: {} },
      { strategy, limits: { intensity: 3, periodMs: 1_000 } },
    );
    crash(tree.actor('bad'));
    for (let iterations = 0; iterations < 2; iterations++) nextTurn(tree);
    t.is(tree.ended.status, 'running');
    nextTurn(tree);
    // Each attempt counts: the first start, and one for each of the three restarts.
    t.is(starts.length, 4);
    t.like(tree.ended.error as SupervisorError, { code: 'gave_up', id: 'bad' });
    t.is(((tree.ended.error as SupervisorError).cause as Error).message, 'bad cannot start');
    for (const id of ['a', 'c']) t.not(tree.actor(id).getSnapshot().status, 'active');
    tree.clock.increment(10_000);
    t.is(starts.length, 4);
  });
}

test('23 a dynamic child whose restart keeps failing makes the supervisor give up', (t) => {
  const tree = crowd({ restart: 'transient' }, { limits: { intensity: 3, periodMs: 1_000 } });
  const starts: number[] = [];
  tree.start('bad', { failsStart: (start) => starts.push(start) > 1 });
  tree.start('other');
  crash(tree.named('bad'));
  for (let iterations = 0; iterations < 3; iterations++) nextTurn(tree);
  t.is(starts.length, 4);
  t.like(tree.ended.error as SupervisorError, { code: 'gave_up' });
  t.is(tree.named('other').getSnapshot().status, 'done');
});

test('24 one_for_all replaces every child', async (t) => {
  for (const id of ['a', 'b', 'c']) {
    const tree = family({ a: {}, b: {}, c: {} }, { strategy: 'one_for_all' });
    const before = (await listChildren(tree.root)).map(({ actor }) => actor as AnyActorRef);
    tree.take();
    crash(tree.actor(id));
    nextTurn(tree);
    const others = ['c', 'b', 'a'].filter((other) => other !== id);
    t.deepEqual(tree.take(), [
      `${id} released`,
      ...others.flatMap((other) => [`${other} asked`, `${other} released`]),
      'a started',
      'b started',
      'c started',
    ]);
    const after = (await listChildren(tree.root)).map(({ actor }) => actor as AnyActorRef);
    t.is(after.length, 3);
    for (const [index, actor] of after.entries()) {
      t.not(actor, before[index]);
      t.is(actor.getSnapshot().status, 'active');
    }
  }
});

test('25 if a restart fails, one_for_all stops the restarted children and retries all', (t) => {
  const tree = family(
    { a: {}, b: { failsStart: (start) => start === 2 } },
    { strategy: 'one_for_all', limits: { intensity: 2, periodMs: 1_000 } },
  );
  tree.take();
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released', 'a started', 'a asked', 'a released']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'b started']);
  t.is(tree.ended.status, 'running');
});

test('26 rest_for_one replaces the crashed child and later ones, and leaves earlier ones', async (t) => {
  const tree = family({ a: {}, b: {}, c: {}, d: {} }, { strategy: 'rest_for_one' });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => tree.actor(id));
  tree.take();
  crash(b as AnyActorRef);
  nextTurn(tree);
  t.deepEqual(tree.take(), [
    'b released',
    'd asked',
    'd released',
    'c asked',
    'c released',
    'b started',
    'c started',
    'd started',
  ]);
  const after = (await listChildren(tree.root)).map(({ actor }) => actor);
  t.is(after[0], a);
  for (const old of [b, c, d]) t.false(after.includes(old as AnyActorRef));
  t.deepEqual(await states(tree), { a: 'up', b: 'up', c: 'up', d: 'up' });
});

test('27 a retry of rest_for_one does not restart children before the one that failed', (t) => {
  const tree = family(
    { z: {}, a: {}, b: { failsStart: (start) => start === 2 || start === 3 }, c: {} },
    { strategy: 'rest_for_one', limits: MANY },
  );
  tree.take();
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released', 'c asked', 'c released', 'b asked', 'b released', 'a started']);
  const a = tree.actor('a');
  nextTurn(tree);
  t.deepEqual(tree.take(), []);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['b started', 'c started']);
  t.is(tree.actor('a'), a);
});

/** A family whose child `bad` is in a retry loop: it crashed, and every restart fails. */
function inRetryLoop(strategy: Strategy): Family {
  const tree = family({ a: {}, bad: { failsStart: (start) => start > 1 } }, { strategy, limits: MANY });
  crash(tree.actor('bad'));
  for (let iterations = 0; iterations < 5; iterations++) nextTurn(tree);
  tree.take();
  return tree;
}

for (const strategy of STRATEGIES) {
  test(`28 a child in a retry loop is listed as restarting, and can be stopped: ${strategy}`, async (t) => {
    const tree = inRetryLoop(strategy);
    t.is((await states(tree))['bad'], 'restarting');
    t.deepEqual(await terminateChild(tree.root, 'bad'), { ok: true });
    t.is((await states(tree))['bad'], 'down');
    const attempts = tree.emitted.length;
    tree.clock.increment(1_000);
    t.is(tree.ended.status, 'running');
    t.false(tree.emitted.slice(attempts).some(({ type }) => type === 'child.restarting'));
    t.deepEqual(await states(tree), { a: 'up', bad: 'down' });

    const other = inRetryLoop(strategy);
    other.root.send({ type: 'shutdown.requested' });
    t.is(other.ended.status, 'done');
    t.deepEqual(other.take(), strategy === 'one_for_all' ? [] : ['a asked', 'a released']);
    const last = other.emitted.length;
    other.clock.increment(1_000);
    t.is(other.emitted.length, last);
  });
}

test('28 terminateChild accepts the previous actor of a dynamic child in a retry loop', async (t) => {
  const retrying = () => {
    const tree = crowd({ restart: 'permanent' }, { limits: MANY });
    tree.start('bad', { failsStart: (start) => start > 1 });
    crash(tree.named('bad'));
    for (let iterations = 0; iterations < 5; iterations++) nextTurn(tree);
    return tree;
  };
  const tree = retrying();
  t.like(await listChildren(tree.root), [{ actor: 'restarting', type: 'worker' }]);
  t.deepEqual(await terminateChild(tree.root, tree.named('bad')), { ok: true });
  t.deepEqual(await listChildren(tree.root), []);
  const attempts = tree.emitted.length;
  tree.clock.increment(1_000);
  t.is(tree.emitted.length, attempts);
  const other = retrying();
  other.root.send({ type: 'shutdown.requested' });
  t.is(other.ended.status, 'done');
});

test('29 children are counted correctly during a restart', async (t) => {
  const tree = watch(
    supervisor({
      strategy: 'rest_for_one',
      limits: MANY,
      children: [
        member('a', []),
        member('b', []),
        { id: 'inner', logic: supervisor({ strategy: 'one_for_one', children: [] }) },
      ],
    }),
  );
  const counts = (active: number) => ({ specs: 3, active, supervisors: 1, workers: 2 });
  t.deepEqual(await countChildren(tree.root), counts(3));
  crash(tree.actor('b'));
  t.deepEqual(await countChildren(tree.root), counts(1));
  t.deepEqual(await states(tree), { a: 'up', b: 'restarting', inner: 'restarting' });
  nextTurn(tree);
  t.deepEqual(await countChildren(tree.root), counts(3));
});

test('29 children are counted correctly while one becomes ready and one is being stopped', async (t) => {
  const tree = family(
    { slow: { slow: true }, hangs: { hangs: true } },
    { strategy: 'one_for_all', limits: MANY },
  );
  (await listed(tree.root)).send({ type: 'become.ready' });
  t.is((await countChildren(tree.root)).active, 2);
  crash(tree.actor('slow'));
  t.like(await countChildren(tree.root), { specs: 2, active: 1, workers: 2 });
  tree.actor('hangs').send({ type: 'finish' });
  t.is((await countChildren(tree.root)).active, 0);
  nextTurn(tree);
  t.deepEqual(await states(tree), { slow: 'restarting', hangs: 'restarting' });
  t.like(await countChildren(tree.root), { specs: 2, active: 0, workers: 2 });
});

test('29 dynamic children are counted correctly during a restart', async (t) => {
  const tree = crowd({ restart: 'permanent' }, { limits: MANY });
  for (const name of ['a', 'b']) tree.start(name);
  crash(tree.named('a'));
  t.deepEqual(await countChildren(tree.root), { specs: 2, active: 1, supervisors: 0, workers: 2 });
  nextTurn(tree);
  t.deepEqual(await countChildren(tree.root), { specs: 2, active: 2, supervisors: 0, workers: 2 });
});

test('30 an inner supervisor that gave up is restarted without its added children', async (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    limits: { intensity: 0, periodMs: 1 },
    children: [member('x', log), member('y', log)],
  });
  const tree = watch(
    supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner }, member('z', log)] }),
  );
  t.true((await addChild(tree.actor('inner'), member('added', log))).ok);
  const [before, z] = [tree.actor('inner'), tree.actor('z')];
  log.length = 0;
  crash(tree.actor('x'));
  nextTurn(tree);
  t.deepEqual(log, [
    'x released',
    'added asked',
    'added released',
    'y asked',
    'y released',
    'x started',
    'y started',
  ]);
  t.is(tree.ended.status, 'running');
  t.not(tree.actor('inner'), before);
  t.is(tree.actor('z'), z);
  t.deepEqual(
    (await listChildren(tree.actor('inner'))).map(({ id }) => id),
    ['x', 'y'],
  );
});

test('30 an inner dynamic supervisor that gave up is restarted without children', async (t) => {
  const log: string[] = [];
  const logic = worker('w', { log });
  const inner = dynamicSupervisor({ template: { id: 'w', logic, restart: 'permanent' }, limit: 9 });
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner }] }));
  const before = tree.actor('inner');
  const answers = [await startChild(before, undefined), await startChild(before, undefined)];
  const [first, second] = answers.map((answer) => ('actor' in answer ? answer.actor : undefined));
  crash(first as AnyActorRef, second as AnyActorRef);
  nextTurn(tree);
  t.is(tree.ended.status, 'running');
  t.not(tree.actor('inner'), before);
  t.is(before.getSnapshot().status, 'error');
  t.deepEqual(await listChildren(tree.actor('inner')), []);
  t.true((await startChild(tree.actor('inner'), undefined)).ok);
});

test('31 a late done or error event of an old incarnation does not affect the new one', (t) => {
  const tree = family({ a: {} });
  const dynamic = crowd({ restart: 'permanent' });
  dynamic.start('a');
  for (const [{ root, clock, ended }, a] of [
    [tree, () => tree.actor('a')],
    [dynamic, () => dynamic.named('a')],
  ] as const) {
    const { id } = a();
    crash(a());
    clock.increment(1);
    const current = a();
    t.not(current.id, id);
    root.send({ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('late') });
    root.send({ type: `xstate.done.actor.${id}`, actorId: id, output: undefined });
    root.send({ type: 'child.readied', actorId: id });
    root.send({ type: 'child.overdue', actorId: id });
    clock.increment(1_000);
    t.is(a(), current);
    t.is(current.getSnapshot().status, 'active');
    t.is(ended.status, 'running');
  }
});

test("32 a crash in the supervisor's own bookkeeping leaves no orphans", (t) => {
  const log: string[] = [];
  const inner = () =>
    supervisor({
      strategy: 'one_for_one',
      children: [
        member('x', log, { address: { stashLimit: 1 } }),
        { id: 'deep', logic: supervisor({ strategy: 'one_for_one', children: [member('y', log)] }) },
      ],
    });
  const tree = watch(
    supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner() }, member('z', log)] }),
  );
  const orphans = ['x', 'deep', 'y'].map((id) => tree.actor(id));
  const z = tree.actor('z');
  log.length = 0;
  tree.actor('inner').send({ type: 'behaviour.failed', error: new Error('bug') });
  for (const orphan of orphans) t.not(orphan.getSnapshot().status, 'active', orphan.id);
  nextTurn(tree);
  t.deepEqual(log, ['y released', 'x released', 'x started', 'y started']);
  t.is(tree.actor('z'), z);
  t.is(tree.ended.status, 'running');
});

test("32 a crash in a dynamic supervisor's own bookkeeping leaves no orphans", (t) => {
  const log: string[] = [];
  const logic = worker('w', { log });
  const inner = dynamicSupervisor({ template: { id: 'w', logic, restart: 'permanent' }, limit: 9 });
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [{ id: 'inner', logic: inner }] }));
  const before = tree.actor('inner');
  for (let starts = 0; starts < 2; starts++) before.send({ type: 'child.start', input: undefined });
  before.send({ type: 'behaviour.failed', error: new Error('bug') });
  t.deepEqual(log, ['w started', 'w started', 'w released', 'w released']);
  nextTurn(tree);
  t.is(tree.actor('inner').getSnapshot().status, 'active');
  t.is(tree.ended.status, 'running');
});
