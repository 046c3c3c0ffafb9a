import test from 'ava';
import type { AnyActorRef, EventObject } from 'xstate';
import { addChild, deleteChild, startChild, terminateChild } from '../../supervision/administration.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { supervisor } from '../../supervision/supervisor.js';
import { crash, MANY, member, nextTurn, type WorkerEvent, watch } from '../helpers/actors.js';

const NAME = nameOf<WorkerEvent>('named');

/** A tree with a named child below an inner supervisor. */
function nested() {
  const log: string[] = [];
  const refused: EventObject[] = [];
  const address = { stashLimit: 2, refuse: (event: EventObject) => refused.push(event) };
  const inner = supervisor({ children: [member(NAME, log, { address })], limits: MANY });
  const tree = watch(supervisor({ children: [{ id: 'inner', logic: inner }], limits: MANY }));
  const box = addressOf(tree.root.system, NAME);
  const sendNote = (text: string) => box.send({ type: 'note', text });
  return { ...tree, box, log, sendNote, refused };
}

function crashSupervisor(tree: ReturnType<typeof nested>): void {
  tree.actor('inner').send({ type: 'behaviour.failed', error: new Error('bug') });
}

test("an address outlives a crash of its child's supervisor, and events wait meanwhile", (t) => {
  const tree = nested();
  crashSupervisor(tree);
  tree.sendNote('one');
  tree.sendNote('two');
  t.deepEqual(tree.log, ['named started', 'named released']);
  nextTurn(tree);
  t.is(addressOf(tree.root.system, NAME), tree.box);
  t.deepEqual(tree.log.slice(2), ['named started', 'named got one', 'named got two']);
  tree.sendNote('three');
  t.is(tree.log.at(-1), 'named got three');
});

test('an address outlives alternating crashes of its child and its supervisor', (t) => {
  const tree = nested();
  for (let round = 0; round < 5; round++) {
    crash(tree.actor(NAME));
    nextTurn(tree);
    crashSupervisor(tree);
    nextTurn(tree);
  }
  tree.sendNote('still here');
  t.is(tree.log.at(-1), 'named got still here');
});

test('a name can be taken only when no supervisor owns it', async (t) => {
  const tree = nested();
  const address = { stashLimit: 1 };
  const taken = await addChild(tree.root, member(NAME, tree.log, { address }));
  t.like(taken, { ok: false, code: 'invalid_spec' });
  await terminateChild(tree.root, 'inner');
  tree.sendNote('waits');
  t.true((await addChild(tree.root, member(NAME, tree.log, { address }))).ok);
  t.is(addressOf(tree.root.system, NAME), tree.box);
  t.is(tree.log.at(-1), 'named got waits');
});

test('an address closes when its child is deleted, and when the tree ends', async (t) => {
  const tree = nested();
  await terminateChild(tree.actor('inner'), NAME);
  tree.sendNote('never');
  t.deepEqual(await deleteChild(tree.actor('inner'), NAME), { ok: true });
  t.throws(() => addressOf(tree.root.system, NAME));
  t.is(tree.refused.length, 1);

  const other = nested();
  crash(other.actor(NAME));
  other.sendNote('too late');
  other.root.send({ type: 'shutdown.requested' });
  t.is(other.ended.status, 'done');
  t.is(other.refused.length, 1);
  t.is(other.box.getSnapshot().status, 'stopped');
});

test('if a tree will never be started again, the names of its children are free', async (t) => {
  const tree = nested();
  await terminateChild(tree.root, 'inner');
  tree.sendNote('never');
  t.deepEqual(await deleteChild(tree.root, 'inner'), { ok: true });
  t.throws(() => addressOf(tree.root.system, NAME));
  t.is(tree.refused.length, 1);

  const log: string[] = [];
  const logic = supervisor({ children: [member(NAME, log, { address: { stashLimit: 1 } })] });
  const pool = watch(dynamicSupervisor({ template: { id: 'tree', logic }, limit: 1 }));
  for (const round of [1, 2]) {
    const started = await startChild(pool.root, undefined);
    if (!started.ok) return t.fail();
    addressOf(pool.root.system, NAME).send({ type: 'note', text: `round ${round}` });
    t.is(log.at(-1), `named got round ${round}`);
    await terminateChild(pool.root, started.actor as AnyActorRef);
    t.throws(() => addressOf(pool.root.system, NAME));
  }
});

test('after its owner changes, an address uses only the refuse callback of the new owner', async (t) => {
  const tree = nested();
  await terminateChild(tree.root, 'inner');
  const spec = member(NAME, tree.log, { address: { stashLimit: 0 }, restart: 'transient' });
  await addChild(tree.root, spec);
  await terminateChild(tree.root, NAME);
  tree.sendNote('refused without a callback');
  t.deepEqual(tree.refused, []);
});
