import test from 'ava';
import type { AnyActorRef } from 'xstate';
import { CLIENT_LIMITS } from '../../actors/client/core.js';
import { RESTART_BACKOFF, runTree } from '../../actors/run-tree.js';
import { SERVER_LIMITS } from '../../actors/server/server-tree.js';
import { TCP_LIMITS } from '../../actors/server/tcp-tree.js';
import { deleteChild, terminateChild } from '../../supervision/administration.js';
import { child } from '../../supervision/child-spec.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { supervisor } from '../../supervision/supervisor.js';
import { crash, family, type WorkerEvent, worker } from '../helpers/actors.js';
import { until } from '../helpers/network.js';
import { TestLog } from '../helpers/server.js';

test('a tree is ready when its children are ready, and ends on request', async (t) => {
  const log = new TestLog();
  const children = [child({ id: 'a', logic: worker('a', { log: [] }) })];
  const tree = runTree(supervisor({ strategy: 'one_for_one', children }), { log });
  t.true(await tree.ready);
  tree.shutdown();
  t.deepEqual(await tree.ended, {});
});

test('a tree that cannot start is not ready, and ends with the error', async (t) => {
  const children = [child({ id: 'a', logic: worker('a', { log: [], failsStart: () => true }) })];
  const log = new TestLog();
  const tree = runTree(supervisor({ strategy: 'one_for_one', children }), { log });
  t.false(await tree.ready);
  t.regex(String((await tree.ended).error), /could not start 'a'/);
  t.deepEqual(
    log.lines.map(({ level, message }) => `${level} ${message}`),
    ['debug could not start', 'debug shutting down'],
  );
});

test('lifecycle events of the actors are logged, and passed on to onEmitted', async (t) => {
  const log = new TestLog();
  const emitted: string[] = [];
  const actors: AnyActorRef[] = [];
  const children = [child({ id: 'a', logic: worker('a', { log: [] }) })];
  const tree = runTree(supervisor({ strategy: 'one_for_one', children }), {
    log,
    onEmitted(event) {
      emitted.push(event.type);
      if (event.type === 'child.started') actors.push((event as unknown as { actor: AnyActorRef }).actor);
    },
  });
  await tree.ready;
  actors[0]?.send({ type: 'crash' });
  await until(() => actors.length === 2);
  tree.shutdown();
  await tree.ended;
  t.deepEqual(emitted, [
    'child.started',
    'child.ended',
    'child.restarting',
    'child.started',
    'supervisor.shutting-down',
    'child.ended',
  ]);
  t.deepEqual(
    log.lines.map(({ level, message }) => `${level} ${message}`),
    [
      'debug started',
      'error crashed',
      'warn restarting',
      'debug started',
      'debug shutting down',
      'debug ended',
    ],
  );
});

test('refused messages are logged in batches, as a warning when the address is full', async (t) => {
  const log = new TestLog();
  const name = nameOf<WorkerEvent>('a');
  const logic = worker('a', { log: [] });
  const spec = child({ id: name, logic, address: { stashLimit: 0 } });
  const tree = runTree(supervisor({ children: [spec] }), { log });
  t.true(await tree.ready);
  const address = addressOf(tree.root.system, name);
  await terminateChild(tree.root, name);
  for (let sent = 0; sent < 1_000; sent++) address.send({ type: 'finish' });
  await deleteChild(tree.root, name);
  address.send({ type: 'crash' });
  tree.shutdown();
  await tree.ended;
  const refused = log.lines.filter(({ message }) => message === 'messages refused');
  t.true(refused.length < 10, `${refused.length} lines`);
  t.like(refused[0], {
    level: 'warn',
    fields: { address: 'a', reason: 'full', type: 'finish', count: 1 },
  });
  const closed = refused.filter(({ level }) => level === 'debug');
  t.like(closed, [{ fields: { address: 'a', reason: 'closed', type: 'crash', count: 1 } }]);
  const counts = refused.map(({ fields }) => (fields as { readonly count: number }).count);
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    1_001,
  );
});

test('when a supervisor gives up, the log says why', async (t) => {
  const log = new TestLog();
  const children = [child({ id: 'a', logic: worker('a', { log: [] }) })];
  const limits = { intensity: 0, periodMs: 1 };
  const tree = runTree(supervisor({ strategy: 'one_for_one', limits, children }), {
    log,
    onEmitted(event) {
      if (event.type === 'child.started')
        (event as unknown as { actor: AnyActorRef }).actor.send({ type: 'crash' });
    },
  });
  t.regex(String((await tree.ended).error), /gave up restarting 'a'/);
  t.is(log.fieldsOf('crashed too often: its supervisor gives up').length, 1);
});

for (const [level, limits] of Object.entries({ TCP_LIMITS, SERVER_LIMITS, CLIENT_LIMITS })) {
  test(`with back-off, the restarts of a child that always fails stay within ${level}`, (t) => {
    for (const failsStart of [() => false, (start: number) => start > 1]) {
      const tree = family({ a: { backoff: { ...RESTART_BACKOFF, jitter: 0 }, failsStart } }, { limits });
      let seen: AnyActorRef | undefined;
      for (let ms = 0; ms < 120_000; ms++) {
        const actor = tree.actor('a');
        if (actor !== seen) crash(actor);
        seen = actor;
        tree.clock.increment(1);
      }
      t.is(tree.ended.status, 'running');
      t.true(tree.emitted.filter(({ type }) => type === 'child.restarting').length > 60);
    }
  });
}
