import test from 'ava';
import { type AnyActorRef, createMachine, fromTransition } from 'xstate';
import { type ChildSpec, child, START_TIMEOUT_MS } from '../../../actors/supervision/child-spec.js';
import { addressOf, nameOf } from '../../../actors/supervision/mailbox.js';
import { type SupervisorOptions, supervisor } from '../../../actors/supervision/supervisor.js';
import type { SupervisorError } from '../../../actors/supervision/supervisor-error.js';
import { type Watched, type WorkerEvent, type WorkerOptions, watch, worker } from '../../helpers/actors.js';

const MANY = { intensity: 1_000, periodMs: 1 };

interface Options extends Omit<WorkerOptions, 'log'>, Omit<ChildSpec, 'id' | 'logic'> {}

/** A supervisor of workers named by the keys, all of which write to one log. */
function family(
  workers: Readonly<Record<string, Options>>,
  options: Partial<SupervisorOptions> = {},
): Watched & { readonly log: string[]; take(): string[] } {
  const log: string[] = [];
  const children = Object.entries(workers).map(([id, { hangs, slow, failsStart, ...spec }]) =>
    child({
      id,
      logic: worker(id, {
        log,
        hangs: hangs ?? false,
        slow: slow ?? false,
        failsStart: failsStart ?? (() => false),
      }),
      ...(spec as object),
    }),
  );
  const watched = watch(supervisor({ strategy: 'one_for_one', children, ...options }));
  return { ...watched, log, take: () => log.splice(0) };
}

function crash(actor: AnyActorRef): void {
  actor.send({ type: 'crash' });
}

/** Lets the restart happen that a supervisor puts off to a later turn. */
function nextTurn({ clock }: Watched): void {
  clock.increment(1);
}

test('children start in the order given and stop in its reverse', (t) => {
  const tree = family({ zoe: {}, adam: {}, m: {} });
  t.deepEqual(tree.take(), ['zoe started', 'adam started', 'm started']);
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), [
    'm asked',
    'm released',
    'adam asked',
    'adam released',
    'zoe asked',
    'zoe released',
  ]);
  t.is(tree.ended.status, 'done');
});

test('ids must be unique', (t) => {
  const spec = child({ id: 'twin', logic: worker('twin', { log: [] }) });
  t.throws(() => supervisor({ strategy: 'one_for_one', children: [spec, spec] }), {
    instanceOf: TypeError,
    message: /children/,
  });
});

test('a child that is not ready holds up the next, and the supervisor is ready when all are', (t) => {
  const log: string[] = [];
  const started: AnyActorRef[] = [];
  const slow = worker('slow', { log, slow: true });
  const tree = watch(
    supervisor({
      strategy: 'one_for_one',
      children: [
        child({
          id: 'slow',
          logic: {
            ...slow,
            start(snapshot, scope) {
              started.push(scope.self);
              slow.start?.(snapshot, scope);
            },
          },
        }),
        child({ id: 'next', logic: worker('next', { log }) }),
      ],
    }),
  );
  t.deepEqual(log, ['slow started']);
  t.false(tree.root.getSnapshot().ready);
  started[0]?.send({ type: 'become.ready' });
  t.deepEqual(log, ['slow started', 'next started']);
  t.true(tree.root.getSnapshot().ready);
});

test('a child that fails its first start ends the supervisor, which stops the earlier ones in reverse', (t) => {
  const tree = family({ a: {}, b: {}, bad: { failsStart: () => true }, never: {} });
  t.deepEqual(tree.take(), ['a started', 'b started', 'b asked', 'b released', 'a asked', 'a released']);
  t.is(tree.ended.status, 'error');
  const error = tree.ended.error as SupervisorError;
  t.like(error, { code: 'start_failed', id: 'bad' });
  t.is((error.cause as Error).message, 'bad cannot start');
});

test('a child whose input cannot be made fails its start', (t) => {
  const log: string[] = [];
  const spec: ChildSpec = {
    id: 'bad',
    logic: worker('bad', { log }),
    input: () => {
      throw new Error('no input');
    },
  };
  const tree = watch(supervisor({ strategy: 'one_for_one', children: [spec] }));
  t.like(tree.ended.error as SupervisorError, { code: 'start_failed', id: 'bad' });
});

test('a child that is not ready in time fails its start', (t) => {
  const tree = family({ a: {}, slow: { slow: true } });
  tree.clock.increment(START_TIMEOUT_MS);
  t.like(tree.ended.error as SupervisorError, { code: 'start_failed', id: 'slow' });
  t.deepEqual(tree.take(), ['a started', 'slow started', 'slow released', 'a asked', 'a released']);
});

test('a child that crashes is restarted in a later turn, as a new actor', (t) => {
  const tree = family({ a: {} });
  const before = tree.actor('a');
  crash(before);
  t.deepEqual(tree.take(), ['a started', 'a released']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started']);
  t.not(tree.actor('a'), before);
  t.is(tree.actor('a').getSnapshot().status, 'active');
});

test('one_for_one leaves the siblings as they are', (t) => {
  const tree = family({ a: {}, b: {}, c: {} });
  const [a, c] = [tree.actor('a'), tree.actor('c')];
  tree.take();
  crash(tree.actor('b'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['b released', 'b started']);
  t.is(tree.actor('a'), a);
  t.is(tree.actor('c'), c);
});

test('rest_for_one restarts the crashed child and those started after it, in order', (t) => {
  const tree = family({ a: {}, b: {}, c: {}, d: {} }, { strategy: 'rest_for_one' });
  const a = tree.actor('a');
  tree.take();
  crash(tree.actor('b'));
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
  t.is(tree.actor('a'), a);
});

test('one_for_all restarts every child', (t) => {
  const tree = family({ a: {}, b: {}, c: {} }, { strategy: 'one_for_all' });
  tree.take();
  crash(tree.actor('b'));
  nextTurn(tree);
  t.deepEqual(tree.take(), [
    'b released',
    'c asked',
    'c released',
    'a asked',
    'a released',
    'a started',
    'b started',
    'c started',
  ]);
});

test('rest_for_one: a retry leaves alone what was already restarted', (t) => {
  const tree = family(
    { a: {}, b: { failsStart: (start) => start === 2 }, c: {} },
    { strategy: 'rest_for_one', limits: MANY },
  );
  tree.take();
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released', 'c asked', 'c released', 'b asked', 'b released', 'a started']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['b started', 'c started']);
});

test('one_for_all: a retry stops what was already restarted, and starts all again', (t) => {
  const tree = family(
    { a: {}, b: { failsStart: (start) => start === 2 } },
    { strategy: 'one_for_all', limits: MANY },
  );
  tree.take();
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released', 'a started', 'a asked', 'a released']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'b started']);
});

test('a transient child is restarted after a crash and not after a normal end', (t) => {
  const tree = family({ a: { restart: 'transient' } });
  crash(tree.actor('a'));
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'a released', 'a started']);
  tree.actor('a').send({ type: 'finish' });
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a released']);
  t.is(tree.ended.status, 'running');
});

test('a permanent child is restarted after a normal end too', (t) => {
  const tree = family({ a: {} });
  tree.actor('a').send({ type: 'finish' });
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'a released', 'a started']);
});

test('a temporary child is never restarted, not even as a bystander', (t) => {
  const tree = family({ a: {}, temp: { restart: 'temporary' }, c: {} }, { strategy: 'rest_for_one' });
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
  const other = family({ temp: { restart: 'temporary' } });
  crash(other.actor('temp'));
  nextTurn(other);
  t.deepEqual(other.take(), ['temp started', 'temp released']);
});

test('one crash more than the intensity allows ends the supervisor and all its children', (t) => {
  const tree = family({ a: {}, b: {} }, { limits: { intensity: 2, periodMs: 1_000 } });
  for (let crashes = 0; crashes < 2; crashes++) {
    crash(tree.actor('b'));
    nextTurn(tree);
  }
  tree.take();
  crash(tree.actor('b'));
  t.deepEqual(tree.take(), ['b released', 'a asked', 'a released']);
  t.like(tree.ended.error as SupervisorError, { code: 'gave_up', id: 'b' });
  t.is(tree.emitted.filter(({ type }) => type === 'supervisor.gave-up').length, 1);
});

test('crashes that are further apart than the period never escalate', (t) => {
  const tree = family({ a: {} }, { limits: { intensity: 1, periodMs: 1_000 } });
  for (let crashes = 0; crashes < 20; crashes++) {
    crash(tree.actor('a'));
    tree.clock.increment(1_001);
  }
  t.is(tree.ended.status, 'running');
});

test('an intensity of 0 means that the first crash escalates', (t) => {
  const tree = family({ a: {} }, { limits: { intensity: 0, periodMs: 1_000 } });
  crash(tree.actor('a'));
  t.is(tree.ended.status, 'error');
});

test('a restart that keeps failing counts each attempt, and escalates', (t) => {
  const starts: number[] = [];
  const failsStart = (start: number) => starts.push(start) > 1;
  const tree = family({ a: { failsStart } }, { limits: { intensity: 3, periodMs: 1_000 } });
  crash(tree.actor('a'));
  for (let turns = 0; turns < 3; turns++) nextTurn(tree);
  t.is(starts.length, 4);
  t.like(tree.ended.error as SupervisorError, { code: 'gave_up', id: 'a' });
});

test('a supervisor in a retry loop can be shut down', (t) => {
  const tree = family({ b: {}, a: { failsStart: (start) => start > 1 } }, { limits: MANY });
  crash(tree.actor('a'));
  nextTurn(tree);
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), ['b asked', 'b released']);
  t.is(tree.ended.status, 'done');
});

test('a child that does not end is stopped hard after its time, and its siblings still end gracefully', (t) => {
  const tree = family({ quick: {}, hangs: { hangs: true, shutdown: 300 } });
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), ['hangs asked']);
  tree.clock.increment(299);
  t.deepEqual(tree.take(), []);
  tree.clock.increment(1);
  t.deepEqual(tree.take(), ['hangs released', 'quick asked', 'quick released']);
  t.is(tree.ended.status, 'done');
  t.deepEqual(
    tree.emitted.filter((event) => event.type === 'child.ended').map(({ id, reason }) => [id, reason.kind]),
    [
      ['hangs', 'killed'],
      ['quick', 'shut_down'],
    ],
  );
});

test('a brutal child is not asked', (t) => {
  const tree = family({ a: { shutdown: 'brutal' } });
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.take(), ['a released']);
});

test('a child that ends by itself during a shutdown neither hangs nor fails it', (t) => {
  const tree = family({ a: {}, hangs: { hangs: true } });
  tree.take();
  tree.root.send({ type: 'shutdown.requested' });
  crash(tree.actor('a'));
  tree.actor('hangs').send({ type: 'finish' });
  t.deepEqual(tree.take(), ['hangs asked', 'a released', 'hangs released']);
  t.is(tree.ended.status, 'done');
});

test('an inner supervisor that gives up is restarted by the outer with all its children', (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    limits: { intensity: 0, periodMs: 1 },
    children: [
      child({ id: 'x', logic: worker('x', { log }) }),
      child({ id: 'y', logic: worker('y', { log }) }),
    ],
  });
  const tree = watch(
    supervisor({ strategy: 'one_for_one', children: [child({ id: 'inner', logic: inner })] }),
  );
  log.length = 0;
  crash(tree.actor('x'));
  nextTurn(tree);
  t.deepEqual(log, ['x released', 'y asked', 'y released', 'x started', 'y started']);
  t.is(tree.ended.status, 'running');
});

test('a crash of a supervisor itself leaves no child behind', (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    children: [child({ id: 'x', logic: worker('x', { log }) })],
  });
  const tree = watch(
    supervisor({ strategy: 'one_for_one', children: [child({ id: 'inner', logic: inner })] }),
  );
  const orphan = tree.actor('x');
  tree.actor('inner').send({ type: 'behaviour.failed', error: new Error('bug') });
  t.is(orphan.getSnapshot().status, 'stopped');
  nextTurn(tree);
  t.deepEqual(log, ['x started', 'x released', 'x started']);
});

test('a late event of an old incarnation does not touch the new one', (t) => {
  const tree = family({ a: {} });
  const old = tree.actor('a').id;
  crash(tree.actor('a'));
  nextTurn(tree);
  const current = tree.actor('a');
  tree.root.send({ type: `xstate.error.actor.${old}`, actorId: old, error: new Error('late') });
  nextTurn(tree);
  t.is(tree.actor('a'), current);
  t.is(current.getSnapshot().status, 'active');
});

test('what is sent to a child that is down waits for its next incarnation, in order', (t) => {
  const tree = family({ a: { address: { stashLimit: 10 } } });
  const address = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  crash(tree.actor('a'));
  address.send({ type: 'note', text: 'one' });
  address.send({ type: 'note', text: 'two' });
  t.deepEqual(tree.take(), ['a started', 'a released']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'a got one', 'a got two']);
});

test('any logic can be a child: a machine, a transition, and one that ends at once', (t) => {
  const tree = watch(
    supervisor({
      strategy: 'one_for_one',
      children: [
        child({ id: 'machine', logic: createMachine({ initial: 'on', states: { on: {} } }) }),
        child({ id: 'transition', logic: fromTransition((state: number) => state, 0) }),
        child({
          id: 'brief',
          restart: 'transient',
          logic: createMachine({ initial: 'over', states: { over: { type: 'final' } } }),
        }),
      ],
    }),
  );
  t.true(tree.root.getSnapshot().ready);
  t.is(tree.actor('machine').getSnapshot().value, 'on');
  t.is(tree.actor('transition').getSnapshot().context, 0);
  t.is(tree.ended.status, 'running');
});
