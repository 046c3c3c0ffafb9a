import test from 'ava';
import { type AnyActorLogic, createMachine, fromTransition } from 'xstate';
import {
  addChild,
  countChildren,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../../supervision/administration.js';
import { fromBehaviour, IGNORE } from '../../../supervision/behaviour.js';
import type { ChildSpec } from '../../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { type SupervisorOptions, supervisor } from '../../../supervision/supervisor.js';
import type { SupervisorError } from '../../../supervision/supervisor-error.js';
import {
  crash,
  crowd,
  family,
  listed,
  MANY,
  member,
  nextTurn,
  story,
  watch,
  worker,
} from '../../helpers/actors.js';

/** Creates a supervisor of one child, with some invalid values. */
function wrong(options: object, spec: object = {}): () => unknown {
  const children = [{ ...member('a', []), ...spec }];
  return () => supervisor({ strategy: 'one_for_one', children, ...options } as SupervisorOptions);
}

/** Creates a dynamic supervisor with some invalid values. */
function wrongDynamic(options: object, spec: object = {}): () => unknown {
  const template = { id: 'a', logic: worker('a', { log: [] }), ...spec };
  return () => dynamicSupervisor({ template, limit: 1, ...options });
}

test('1 ids are unique, and a bad value is refused with an error that names its field', (t) => {
  const twin = member('twin', []);
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['children', wrong({ children: [twin, member('other', []), twin] })],
    ['children', wrong({ children: undefined })],
    ['strategy', wrong({ strategy: 'one_for_none' })],
    ['strategy', wrong({ strategy: null })],
    ['autoShutdown', wrong({ autoShutdown: 'some' })],
    ['intensity', wrong({ limits: { intensity: -1, periodMs: 1 } })],
    ['intensity', wrong({ limits: { intensity: 1.5, periodMs: 1 } })],
    ['intensity', wrong({ limits: { intensity: '1', periodMs: 1 } })],
    ['intensity', wrongDynamic({ limits: { intensity: Number.NaN, periodMs: 1 } })],
    ['periodMs', wrong({ limits: { intensity: 1, periodMs: 0 } })],
    ['periodMs', wrong({ limits: { intensity: 1, periodMs: Number.POSITIVE_INFINITY } })],
    ['periodMs', wrong({ limits: { intensity: 1 } })],
    ['periodMs', wrongDynamic({ limits: { intensity: 1, periodMs: -1 } })],
    ['id', wrong({}, { id: '' })],
    ['id', wrong({}, { id: 1 })],
    ['logic', wrong({}, { logic: {} })],
    ['logic', wrongDynamic({}, { logic: undefined })],
    ['restart', wrong({}, { restart: 'sometimes' })],
    ['restart', wrongDynamic({}, { restart: 'never' })],
    ['shutdown', wrong({}, { shutdown: -1 })],
    ['shutdown', wrong({}, { shutdown: Number.NaN })],
    ['shutdown', wrong({}, { shutdown: 'gentle' })],
    ['shutdown', wrongDynamic({}, { shutdown: '100' })],
    ['backoff', wrong({}, { backoff: { minMs: 0, maxMs: 1 } })],
    ['backoff', wrong({}, { backoff: { minMs: 2, maxMs: 1 } })],
    ['backoff', wrong({}, { backoff: { minMs: 1, maxMs: 1, jitter: -1 } })],
    ['backoff', wrongDynamic({}, { backoff: { minMs: 1, maxMs: 1, resetAfterMs: -1 } })],
    ['shutdown', wrong({}, { shutdown: 2 ** 31 })],
    ['backoff', wrong({}, { backoff: { minMs: 1, maxMs: 2 ** 31 - 1 } })],
    ['stashLimit', wrong({}, { address: { stashLimit: -1 } })],
    ['limit', wrongDynamic({ limit: 0 })],
  ];
  for (const [field, make] of refused) {
    t.throws(make, { instanceOf: TypeError, message: new RegExp(`^${field}:`) }, String(make));
  }
});

test('2 unknown keys of a spec are ignored, and its defaults are filled in', async (t) => {
  const log: string[] = [];
  const inner = supervisor({ children: [] });
  const hanging = member('hanging', log, { hangs: true });
  const spec = { ...hanging, colour: 'red', modules: [] } as ChildSpec;
  const options = {
    children: [spec, { id: 'inner', logic: inner }],
    colour: 'blue',
  };
  const tree = watch(supervisor(options as SupervisorOptions));

  t.deepEqual(
    (await listChildren(tree.root)).map(({ id, type }) => [id, type]),
    [
      ['hanging', 'worker'],
      ['inner', 'supervisor'],
    ],
  );

  // By default, a child is permanent, and one restart is allowed in 5 s. A crash after this period is again
  // the first.
  tree.actor('hanging').send({ type: 'finish' });
  nextTurn(tree);
  tree.clock.increment(5_000);
  crash(tree.actor('hanging'));
  nextTurn(tree);
  t.is(tree.ended.status, 'running');
  t.is(tree.actor('hanging').getSnapshot().status, 'active');

  // By default, a child is asked to end, and is killed after 5 s.
  const end = log.length;
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(log.slice(end), ['hanging asked']);
  tree.clock.increment(4_999);
  t.is(tree.ended.status, 'running');
  tree.clock.increment(1);
  t.deepEqual(log.slice(end), ['hanging asked', 'hanging released']);
  t.is(tree.ended.status, 'done');

  // Two crashes within 5 s exceed the limit.
  const other = family({ a: {} });
  crash(other.actor('a'));
  nextTurn(other);
  other.clock.increment(4_999);
  crash(other.actor('a'));
  t.is(other.ended.status, 'error');
});

test('2 a supervisor has no shutdown timeout; a logic that ignores the request is stopped at once', (t) => {
  const log: string[] = [];
  const slowest = member('slowest', log, { hangs: true, shutdown: 60_000 });
  const tree = watch(
    supervisor({
      strategy: 'one_for_one',
      children: [
        { id: 'deaf', logic: fromTransition((state: number) => state, 0) },
        { id: 'deaf machine', logic: createMachine({ on: { other: {} } }) },
        {
          id: 'hearing machine',
          logic: createMachine({ on: { 'shutdown.requested': { actions: () => {} } } }),
        },
        { id: 'inner', logic: supervisor({ strategy: 'one_for_one', children: [slowest] }) },
      ],
    }),
  );
  const endings = () => story(tree).filter((line) => line.startsWith('child.ended'));
  tree.root.send({ type: 'shutdown.requested' });
  tree.clock.increment(59_999);
  t.deepEqual(endings(), []);
  tree.clock.increment(1);
  t.deepEqual(endings(), ['child.ended slowest killed', 'child.ended inner shut_down']);
  tree.clock.increment(4_999);
  t.is(endings().length, 2);
  tree.clock.increment(1);
  t.deepEqual(endings().slice(2), [
    'child.ended hearing machine killed',
    'child.ended deaf machine killed',
    'child.ended deaf killed',
  ]);
  t.is(tree.ended.status, 'done');
});

test('3 a dynamic supervisor takes exactly one template', (t) => {
  const template = { id: 'a', logic: worker('a', { log: [] }) };
  for (const templates of [undefined, null, [], [template], [template, { ...template, id: 'b' }], 'a']) {
    t.throws(wrongDynamic({ template: templates }), { instanceOf: TypeError, message: /^(template|id):/ });
  }
  t.notThrows(wrongDynamic({ template }));
});

test('4 a child whose start returns IGNORE keeps its spec; a temporary child loses it', async (t) => {
  const log: string[] = [];
  let willing = false;
  const reluctant = fromBehaviour<never>(() => (willing ? { receive: () => {} } : IGNORE));
  const machine = createMachine({
    initial: 'over',
    states: { over: { type: 'final' } },
    output: IGNORE as never,
  });
  const tree = watch(
    supervisor({
      strategy: 'one_for_one',
      children: [
        { id: 'kept', logic: reluctant },
        { id: 'kept machine', logic: machine, restart: 'transient' },
        { id: 'dropped', logic: reluctant, restart: 'temporary' },
        member('next', log),
      ],
    }),
  );
  t.deepEqual(story(tree), [
    'child.ignored kept',
    'child.ignored kept machine',
    'child.ignored dropped',
    'child.started next',
  ]);
  t.true(tree.root.getSnapshot().ready);
  t.deepEqual(await listChildren(tree.root), [
    { id: 'kept', actor: undefined, type: 'worker' },
    { id: 'kept machine', actor: undefined, type: 'worker' },
    { id: 'next', actor: tree.actor('next'), type: 'worker' },
  ]);
  t.deepEqual(await countChildren(tree.root), { specs: 3, active: 1, supervisors: 0, workers: 3 });

  // A child that is added or restarted on request may return `IGNORE` too.
  t.deepEqual(await addChild(tree.root, { id: 'added', logic: reluctant }), { ok: true, actor: undefined });
  const brief = { id: 'brief', logic: reluctant, restart: 'temporary' } as const;
  t.deepEqual(await addChild(tree.root, brief), { ok: true, actor: undefined });
  t.deepEqual(await restartChild(tree.root, 'kept'), { ok: true, actor: undefined });
  t.is((await countChildren(tree.root)).specs, 4);

  // The kept spec can be started.
  willing = true;
  t.deepEqual(await restartChild(tree.root, 'kept'), { ok: true, actor: tree.actor('kept') });
  t.is(tree.actor('kept').getSnapshot().status, 'active');
});

test('4 a dynamic child whose start returns IGNORE is dropped', async (t) => {
  const tree = watch(
    dynamicSupervisor({
      template: { id: 'a', logic: fromBehaviour<never, undefined>(() => IGNORE) },
      limit: 1,
    }),
  );
  for (let starts = 0; starts < 2; starts++) {
    t.deepEqual(await startChild(tree.root, undefined), { ok: true, actor: undefined });
  }
  t.deepEqual(await listChildren(tree.root), []);
  t.deepEqual(
    tree.emitted.map(({ type }) => type),
    ['child.ignored', 'child.ignored'],
  );
});

const boom = (): never => {
  throw new Error('no initial state');
};

const throwingStarts: Readonly<Record<string, AnyActorLogic>> = {
  'a behaviour': fromBehaviour(boom),
  'a context factory': createMachine({ context: boom }),
  'an entry action': createMachine({ entry: boom }),
  'a transition logic': fromTransition((state: number) => state, boom),
};

for (const [name, logic] of Object.entries(throwingStarts)) {
  test(`5 a throw in a child's initial state fails the start and stops earlier children: ${name}`, (t) => {
    const log: string[] = [];
    const tree = watch(
      supervisor({
        strategy: 'one_for_one',
        limits: MANY,
        children: [member('a', log), member('b', log), { id: 'bad', logic }, member('never', log)],
      }),
    );
    t.deepEqual(log, ['a started', 'b started', 'b asked', 'b released', 'a asked', 'a released']);
    t.is(tree.ended.status, 'error');
    const error = tree.ended.error as SupervisorError;
    t.like(error, { code: 'start_failed', id: 'bad' });
    t.is((error.cause as Error).message, 'no initial state');
    t.deepEqual(story(tree), [
      'child.started a',
      'child.started b',
      'child.start-failed bad',
      'supervisor.shutting-down start_failed',
      'child.ended b shut_down',
      'child.ended a shut_down',
    ]);
    // A first start is never retried.
    tree.clock.increment(1_000);
    t.is(log.length, 6);
  });
}

test('5 if the first start of a child fails, its supervisor fails with the chain of causes', (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    children: [member('b', log), member('bad', log, { failsStart: () => true })],
  });
  const tree = watch(
    supervisor({ strategy: 'one_for_one', children: [member('a', log), { id: 'inner', logic: inner }] }),
  );
  t.deepEqual(log, ['a started', 'b started', 'b asked', 'b released', 'a asked', 'a released']);
  const error = tree.ended.error as SupervisorError;
  t.like(error, { code: 'start_failed', id: 'inner' });
  t.like(error.cause as SupervisorError, { code: 'start_failed', id: 'bad' });
});

test('6 adding a child that fails to start returns the error and leaves no spec', async (t) => {
  const tree = family({ a: {} });
  const a = tree.actor('a');
  const attempts: string[] = [];
  const bad = member('bad', attempts, { failsStart: (start) => start === 1 });

  const answer = await addChild(tree.root, bad);
  t.like(answer, { ok: false, code: 'start_failed' });
  t.is(('error' in answer && (answer.error as Error)).toString(), 'Error: bad cannot start');
  tree.clock.increment(10_000);
  t.deepEqual(attempts, []);
  t.deepEqual(
    (await listChildren(tree.root)).map(({ id }) => id),
    ['a'],
  );
  t.is(tree.ended.status, 'running');
  t.is(tree.actor('a'), a);
  t.is(a.getSnapshot().status, 'active');

  // The id of the child is free, and the failure does not count towards the intensity.
  t.true((await addChild(tree.root, bad)).ok);
  crash(tree.actor('bad'));
  nextTurn(tree);
  t.is(tree.ended.status, 'running');
  t.deepEqual(attempts, ['bad started', 'bad released', 'bad started']);
});

test('6 if a dynamic child fails to start, startChild returns the error, and keeps no child', async (t) => {
  const tree = crowd({ restart: 'permanent' });
  const answer = await startChild(tree.root, { name: 'bad', failsStart: () => true } as never);
  t.like(answer, { ok: false, code: 'start_failed' });
  tree.clock.increment(10_000);
  t.deepEqual(await countChildren(tree.root), { specs: 0, active: 0, supervisors: 0, workers: 0 });
  tree.start('good');
  t.deepEqual(tree.log, ['good started']);
  t.is(tree.ended.status, 'running');
});

test('7 a terminated child keeps its spec when a requested restart fails', async (t) => {
  const tree = family({ a: {}, b: { failsStart: (start) => start === 2 || start === 3 } });
  t.true((await terminateChild(tree.root, 'b')).ok);
  for (let starts = 2; starts <= 3; starts++) {
    t.like(await restartChild(tree.root, 'b'), { ok: false, code: 'start_failed' });
    tree.clock.increment(10_000);
    t.deepEqual((await listChildren(tree.root))[1], { id: 'b', actor: undefined, type: 'worker' });
  }
  t.is(tree.ended.status, 'running');
  t.true((await restartChild(tree.root, 'b')).ok);
  t.is(tree.actor('b').getSnapshot().status, 'active');
});

test('8 children start in the given order and stop in reverse order, whatever their ids are', async (t) => {
  const tree = family({ zoe: {}, 'ädam ✓': {}, '-1.5': {}, m: {} });
  t.true((await addChild(tree.root, member('a', tree.log))).ok);
  const order = ['zoe', 'ädam ✓', '-1.5', 'm', 'a'];
  t.deepEqual(
    tree.take(),
    order.map((id) => `${id} started`),
  );
  t.deepEqual(
    (await listChildren(tree.root)).map(({ id }) => id),
    order,
  );
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(
    tree.take(),
    order.toReversed().flatMap((id) => [`${id} asked`, `${id} released`]),
  );
  t.is(tree.ended.status, 'done');
});

test('8 each child starts when the previous child is ready; the supervisor is ready last', async (t) => {
  const tree = family({ slow: { slow: true }, next: {} });
  t.deepEqual(tree.log, ['slow started']);
  t.false(tree.root.getSnapshot().ready);
  (await listed(tree.root)).send({ type: 'become.ready' });
  t.deepEqual(tree.log, ['slow started', 'next started']);
  t.true(tree.root.getSnapshot().ready);
});
