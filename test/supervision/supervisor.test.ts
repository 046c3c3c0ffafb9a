import test from 'ava';
import { createMachine, fromTransition } from 'xstate';
import { deleteChild, terminateChild } from '../../supervision/administration.js';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { child } from '../../supervision/child-spec.js';
import { START_TIMEOUT_MS } from '../../supervision/defaults.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { SupervisorError } from '../../supervision/supervisor-error.js';
import { crash, family, MANY, member, nextTurn, type WorkerEvent, watch } from '../helpers/actors.js';

test('if a child is not ready in time, the supervisor fails to start', (t) => {
  const tree = family({ a: {}, slow: { slow: true } });
  tree.clock.increment(START_TIMEOUT_MS);
  t.like(tree.ended.error as SupervisorError, { code: 'start_failed', id: 'slow' });
  t.deepEqual(tree.take(), ['a started', 'slow started', 'slow released', 'a asked', 'a released']);
});

test('while a child is down, events to its address wait, in order, for its next incarnation', (t) => {
  const tree = family({ a: { address: { stashLimit: 10 } } });
  const address = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  crash(tree.actor('a'));
  address.send({ type: 'note', text: 'one' });
  address.send({ type: 'note', text: 'two' });
  t.deepEqual(tree.take(), ['a started', 'a released']);
  nextTurn(tree);
  t.deepEqual(tree.take(), ['a started', 'a got one', 'a got two']);
});

test('events beyond the stash limit are refused; waiting events are refused at deleteChild', async (t) => {
  const refused: string[] = [];
  const refuse = (event: WorkerEvent) => refused.push(event.type === 'note' ? event.text : event.type);
  const tree = family({ a: { address: { stashLimit: 1, refuse } } }, { limits: MANY });
  const address = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  crash(tree.actor('a'));
  for (const text of ['one', 'two']) address.send({ type: 'note', text });
  t.deepEqual(refused, ['two']);
  nextTurn(tree);
  t.is(tree.log.at(-1), 'a got one');
  await terminateChild(tree.root, 'a');
  address.send({ type: 'note', text: 'three' });
  t.deepEqual(refused, ['two']);
  t.deepEqual(await deleteChild(tree.root, 'a'), { ok: true });
  t.deepEqual(refused, ['two', 'three']);
});

test('an address stays the same through all restarts, and exists before any child starts', (t) => {
  const name = nameOf<WorkerEvent>('late');
  const log: string[] = [];
  const early = fromBehaviour((scope) => {
    addressOf(scope.system, name).send({ type: 'note', text: 'hello' });
    return { receive: () => {} };
  });
  const tree = watch(
    supervisor({
      strategy: 'one_for_all',
      limits: MANY,
      children: [{ id: 'early', logic: early }, member(name, log, { address: { stashLimit: 1 } })],
    }),
  );
  const address = addressOf(tree.root.system, name);
  t.deepEqual(log, ['late started', 'late got hello']);
  for (let crashes = 0; crashes < 3; crashes++) {
    crash(tree.actor(name));
    nextTurn(tree);
    t.is(addressOf(tree.root.system, name), address);
  }
  t.is(log.filter((line) => line === 'late got hello').length, 4);
});

test('a machine with any kind of transition for the shutdown request is asked to end', (t) => {
  const handled: string[] = [];
  const handler = (how: string) => ({ actions: () => handled.push(how) });
  const machines = {
    exact: createMachine({ on: { 'shutdown.requested': handler('exact') } }),
    deep: createMachine({
      initial: 'a',
      states: { a: { on: { 'shutdown.requested': handler('deep') } } },
    }),
    all: createMachine({ on: { '*': handler('all') } }),
    partial: createMachine({ on: { 'shutdown.*': handler('partial') } }),
  };
  const children = Object.entries(machines).map(([id, logic]) => ({ id, logic }));
  const tree = watch(supervisor({ strategy: 'one_for_one', children }));
  tree.root.send({ type: 'shutdown.requested' });
  for (let ends = 0; ends < 4; ends++) tree.clock.increment(5_000);
  t.is(tree.ended.status, 'done');
  t.deepEqual(handled, ['partial', 'all', 'deep', 'exact']);
});

test('any logic can be a child: a machine, a transition logic, or a logic that ends at once', (t) => {
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
