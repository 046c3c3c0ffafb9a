import test from 'ava';
import { type AnyActorRef, createMachine, fromTransition } from 'xstate';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { run } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { SupervisorError } from '../../supervision/supervisor-error.js';
import { listed, member } from '../helpers/actors.js';

test('a tree is ready when all its children are up, and ends on request', async (t) => {
  const log: string[] = [];
  const tree = run(
    supervisor({
      strategy: 'one_for_one',
      children: [member('a', log), member('slow', log, { slow: true })],
    }),
  );
  let ready = false;
  void tree.ready.then((value) => {
    ready = value;
  });
  (await listed(tree.root, 0)).send({ type: 'note', text: 'x' });
  t.false(ready);
  (await listed(tree.root, 1)).send({ type: 'become.ready' });
  t.true(await tree.ready);
  tree.shutdown();
  t.deepEqual(await tree.ended, {});
  t.deepEqual(log.slice(-4), ['slow asked', 'slow released', 'a asked', 'a released']);
});

test('a tree that cannot start is never ready, and ends with the error', async (t) => {
  const tree = run(
    supervisor({ strategy: 'one_for_one', children: [member('bad', [], { failsStart: () => true })] }),
  );
  t.false(await tree.ready);
  const { error } = await tree.ended;
  t.like(error as SupervisorError, { code: 'start_failed', id: 'bad' });
});

test('if a tree gives up, it ends with the error', async (t) => {
  const tree = run(
    supervisor({
      strategy: 'one_for_one',
      limits: { intensity: 0, periodMs: 1 },
      children: [member('a', [])],
    }),
  );
  t.true(await tree.ready);
  (await listed(tree.root)).send({ type: 'crash' });
  t.like((await tree.ended).error as SupervisorError, { code: 'gave_up', id: 'a' });
});

test('if a tree is shut down before it is ready, it ends, and `ready` resolves to false', async (t) => {
  const tree = run(supervisor({ strategy: 'one_for_one', children: [member('slow', [], { slow: true })] }));
  tree.shutdown();
  t.false(await tree.ready);
  t.deepEqual(await tree.ended, {});
  // A second call is harmless.
  t.notThrows(() => tree.shutdown());
});

test('an inspector receives the events of all actors, including the root', async (t) => {
  const types = new Set<string>();
  const tree = run(supervisor({ strategy: 'one_for_one', children: [member('a', [])] }), {
    inspect: ({ type, actorRef }) => types.add(`${type} ${(actorRef as AnyActorRef).id.replace(/:.*/, '')}`),
  });
  t.true(await tree.ready);
  for (const id of ['root', 'a']) {
    for (const type of ['actor', 'event', 'snapshot']) t.true(types.has(`@xstate.${type} ${id}`));
  }
  tree.shutdown();
  await tree.ended;
});

test('run never throws, whatever logic it is given', async (t) => {
  const boom = () => {
    throw new Error('boom');
  };
  const none = { ...fromTransition(() => 0, 0), getInitialSnapshot: () => undefined };
  for (const logic of [createMachine({ context: boom }), fromBehaviour(boom), none as never]) {
    const tree = run(logic);
    t.false(await tree.ready);
    t.true((await tree.ended).error instanceof Error);
  }
});

test('run accepts any logic; if the logic ends at its start, `ready` resolves to false', async (t) => {
  const tree = run(createMachine({ initial: 'over', states: { over: { type: 'final' } } }));
  t.false(await tree.ready);
  t.deepEqual(await tree.ended, {});
});
