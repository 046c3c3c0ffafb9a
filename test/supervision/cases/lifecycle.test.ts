import test from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import { fromBehaviour, IGNORE } from '../../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import type { LifecycleEvent, ShutdownReason } from '../../../supervision/lifecycle.js';
import { run } from '../../../supervision/run.js';
import { supervisor } from '../../../supervision/supervisor.js';
import { crash, crowd, family, member, worker } from '../../helpers/actors.js';

test('40 every start, end, restart, give-up and shutdown is emitted as a typed event', (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    limits: { intensity: 1, periodMs: 1_000 },
    children: [member('x', log), member('y', log, { hangs: true, shutdown: 10 })],
  });
  const idle = fromBehaviour(() => IGNORE);
  const logic = supervisor({
    strategy: 'one_for_one',
    children: [
      { id: 'inner', logic: inner },
      { id: 'idle', logic: idle },
      {
        id: 'many',
        logic: dynamicSupervisor({
          template: { id: 'one', logic: worker('one', { log }), restart: 'transient', shutdown: 'brutal' },
          limit: 1,
        }),
      },
    ],
  });

  // Three subscribers to different events. The parameters have the types of the events.
  const clock = new SimulatedClock();
  const root = createActor(logic, { id: 'root', clock });
  const emitted: LifecycleEvent[] = [];
  root.on('*', (event) => emitted.push(event));
  const reasons: string[] = [];
  root.on('child.ended', ({ id, reason }) => reasons.push(`${id.replace(/:.*/, '')} ${reason.kind}`));
  let restarts = 0;
  root.on('child.restarting', ({ delayMs, attempt }) => {
    t.is(delayMs, 1);
    t.is(attempt, 1);
    restarts += 1;
  });
  const shutdowns: ShutdownReason[] = [];
  root.on('supervisor.shutting-down', ({ reason }) => shutdowns.push(reason));
  root.start();

  const actor = (id: string) => {
    const started = emitted.findLast((event) => event.type === 'child.started' && event.id.startsWith(id));
    if (started?.type !== 'child.started') throw new Error(id);
    return started.actor;
  };
  const summary = () =>
    emitted.splice(0).map((event) => {
      const id = 'id' in event ? event.id.replace(/:.*/, ':*') : '';
      const by = 'supervisor' in event ? event.supervisor.replace(/:.*/, '') : '';
      const reason = event.type === 'child.ended' ? event.reason.kind : 'reason' in event ? event.reason : '';
      return `${by} ${event.type} ${id} ${reason}`.trimEnd();
    });

  const [x, many] = [actor('x'), actor('many')];
  many.send({ type: 'child.start', input: undefined });
  const one = actor('one');
  t.deepEqual(summary(), [
    'inner child.started x',
    'inner child.started y',
    'root child.started inner',
    'root child.ignored idle',
    'root child.started many',
    'many child.started one:*',
  ]);

  crash(x, one);
  clock.increment(1);
  const again = emitted.findLast((event) => event.type === 'child.started' && event.id === 'x');
  t.like(emitted[0], { type: 'child.ended', id: 'x', actor: x, dynamic: false });
  t.like(
    emitted.find(({ type }) => type === 'child.restarting'),
    { id: 'x', attempt: 1, delayMs: 1 },
  );
  t.deepEqual(summary(), [
    'inner child.ended x crashed',
    'inner child.restarting x',
    'many child.ended one:* crashed',
    'many child.restarting one:*',
    'inner child.started x',
    'many child.started one:*',
  ]);

  if (again?.type === 'child.started') crash(again.actor);
  clock.increment(10);
  clock.increment(1);
  t.like(
    emitted.find(({ type }) => type === 'supervisor.gave-up'),
    { id: 'x', dynamic: false },
  );
  t.deepEqual(summary(), [
    'inner child.ended x crashed',
    'inner supervisor.gave-up x',
    'inner supervisor.shutting-down  gave_up',
    'inner child.ended y killed',
    'root child.ended inner crashed',
    'root child.restarting inner',
    'inner child.started x',
    'inner child.started y',
    'root child.started inner',
  ]);

  root.send({ type: 'shutdown.requested' });
  clock.increment(10);
  t.deepEqual(summary(), [
    'root supervisor.shutting-down  requested',
    'many supervisor.shutting-down  requested',
    'many child.ended one:* killed',
    'root child.ended many shut_down',
    'inner supervisor.shutting-down  requested',
    'inner child.ended y killed',
    'inner child.ended x shut_down',
    'root child.ended inner shut_down',
  ]);
  t.is(root.getSnapshot().status, 'done');

  t.deepEqual(reasons.slice(0, 3), ['x crashed', 'one crashed', 'x crashed']);
  t.is(restarts, 3);
  t.deepEqual(shutdowns, ['gave_up', 'requested', 'requested', 'requested']);
});

test('40 the events of a crash, a failed start and a give-up contain the error', (t) => {
  const tree = family({ a: {}, bad: { failsStart: () => true } });
  const failed = tree.emitted.find(({ type }) => type === 'child.start-failed');
  t.like(failed, { id: 'bad', supervisor: 'root', dynamic: false });
  t.is(failed?.type === 'child.start-failed' && (failed.error as Error).message, 'bad cannot start');

  const other = family({ a: {} }, { limits: { intensity: 0, periodMs: 1 } });
  crash(other.actor('a'));
  const [, ended, gaveUp] = other.emitted;
  const reason = ended?.type === 'child.ended' ? ended.reason : undefined;
  t.is(reason?.kind === 'crashed' && (reason.error as Error).message, 'a crashed');
  t.is(gaveUp?.type === 'supervisor.gave-up' && (gaveUp.error as Error).message, 'a crashed');
});

test('40 the onEmitted option of run also receives the events of the first start', async (t) => {
  const emitted: string[] = [];
  const tree = run(supervisor({ strategy: 'one_for_one', children: [member('a', [])] }), {
    onEmitted: (event) => emitted.push(event.type),
  });
  t.true(await tree.ready);
  tree.shutdown();
  t.deepEqual(await tree.ended, {});
  t.deepEqual(emitted, ['child.started', 'supervisor.shutting-down', 'child.ended']);
});

test('if an actor is stopped before it is ready, neither its start nor its end is reported', (t) => {
  const starting = family({ slow: { slow: true } });
  starting.root.send({ type: 'shutdown.requested' });
  const dynamic = crowd();
  dynamic.start('slow', { slow: true });
  dynamic.root.send({ type: 'shutdown.requested' });
  for (const { emitted, ended } of [starting, dynamic]) {
    t.is(ended.status, 'done');
    t.deepEqual(
      emitted.map(({ type }) => type),
      ['supervisor.shutting-down'],
    );
  }
});
