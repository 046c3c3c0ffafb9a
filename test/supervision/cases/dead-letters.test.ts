import test from 'ava';
import type { AnyActorRef, EventObject } from 'xstate';
import { addChild, deleteChild, terminateChild } from '../../../supervision/administration.js';
import { MAX_REFUSING_ADDRESSES, REFUSED_EVERY_MS } from '../../../supervision/defaults.js';
import type { LifecycleEvent } from '../../../supervision/lifecycle.js';
import { type Address, addressOf, nameOf } from '../../../supervision/mailbox.js';
import { supervisor } from '../../../supervision/supervisor.js';
import {
  type Family,
  family,
  MANY,
  member,
  type Watched,
  type WorkerEvent,
  watch,
} from '../../helpers/actors.js';

/** The refusals that a tree has reported since the previous call. */
function refusals({ emitted }: Watched): LifecycleEvent[] {
  return emitted.splice(0).filter(({ type }) => type === 'message.refused');
}

interface Addressed extends Family {
  readonly refused: string[];
  readonly address: Address<WorkerEvent>;
  sendNote(text: string): void;
}

/** A tree with a child whose address keeps two messages while the child is down. */
function addressed(): Addressed {
  const refused: string[] = [];
  const refuse = (event: EventObject) => refused.push((event as EventObject & { text: string }).text);
  const tree = family({ a: { address: { stashLimit: 2, refuse } } }, { limits: MANY });
  const address = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  return { ...tree, refused, address, sendNote: (text) => address.send({ type: 'note', text }) };
}

test('45 a message to a full or closed address is passed to refuse, and is reported', async (t) => {
  const tree = addressed();
  await terminateChild(tree.root, 'a');
  for (const text of ['one', 'two']) tree.sendNote(text);
  t.deepEqual(refusals(tree), []);
  tree.sendNote('three');
  t.deepEqual(tree.refused, ['three']);
  const about = { type: 'message.refused', address: 'a', message: 'note', count: 1 } as const;
  t.deepEqual(refusals(tree), [{ ...about, reason: 'full' }]);

  // Waiting and later messages are refused when the child is deleted.
  await deleteChild(tree.root, 'a');
  tree.sendNote('four');
  t.deepEqual(tree.refused, ['three', 'one', 'two', 'four']);
  tree.clock.increment(REFUSED_EVERY_MS);
  t.deepEqual(refusals(tree), [
    { ...about, reason: 'closed' },
    { ...about, reason: 'closed', count: 2 },
  ]);
  t.deepEqual(tree.log, ['a started', 'a asked', 'a released']);
});

test('45 refusals of an address without a refuse callback are reported too', async (t) => {
  const tree = family({ a: { address: { stashLimit: 0 } } });
  const address = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  await terminateChild(tree.root, 'a');
  address.send({ type: 'finish' });
  t.like(refusals(tree), [{ address: 'a', reason: 'full', message: 'finish', count: 1 }]);
});

test('45 the first of many refusals is reported at once, the others as a count each second', async (t) => {
  const tree = addressed();
  await terminateChild(tree.root, 'a');
  refusals(tree);
  const reported: number[] = [];
  const count = () => {
    for (const event of refusals(tree)) if (event.type === 'message.refused') reported.push(event.count);
  };
  for (let sent = 0; sent < 10_002; sent++) tree.sendNote('flood');
  count();
  t.deepEqual(reported, [1]);
  tree.clock.increment(REFUSED_EVERY_MS - 1);
  count();
  t.deepEqual(reported, [1]);
  tree.clock.increment(1);
  count();
  t.deepEqual(reported, [1, 9_999]);
  // Further refusals are reported each second. After a quiet second, the next refusal is reported at once.
  tree.sendNote('more');
  tree.clock.increment(REFUSED_EVERY_MS);
  count();
  t.deepEqual(reported, [1, 9_999, 1]);
  tree.clock.increment(REFUSED_EVERY_MS);
  tree.sendNote('later');
  count();
  t.deepEqual(reported, [1, 9_999, 1, 1]);
  t.is(tree.refused.length, 10_002);
});

test('45 if too many addresses refuse messages, the excess addresses share one count', async (t) => {
  const log: string[] = [];
  const ids = Array.from({ length: MAX_REFUSING_ADDRESSES + 30 }, (_, index) => `a${index}`);
  const children = ids.map((id) => member(id, log, { address: { stashLimit: 0 } }));
  const tree = watch(supervisor({ children }));
  for (const id of ids) await terminateChild(tree.root, id);
  refusals(tree);
  for (const id of ids) addressOf(tree.root.system, nameOf<WorkerEvent>(id)).send({ type: 'finish' });
  const first = refusals(tree);
  t.is(first.length, MAX_REFUSING_ADDRESSES);
  tree.clock.increment(REFUSED_EVERY_MS);
  const about = { type: 'message.refused', address: undefined, reason: 'full', message: 'finish' } as const;
  t.deepEqual(refusals(tree), [{ ...about, count: 30 }]);
});

test('45 a listener that answers each refusal with another message does not cause a loop', async (t) => {
  const tree = addressed();
  await terminateChild(tree.root, 'a');
  tree.root.on('message.refused', () => tree.sendNote('again'));
  for (const text of ['one', 'two', 'three']) tree.sendNote(text);
  t.deepEqual(tree.refused, ['three', 'again']);
  tree.clock.increment(REFUSED_EVERY_MS);
  t.deepEqual(tree.refused, ['three', 'again', 'again']);
});

test('45 a tree reports all refusals before it ends; after its end, addresses still refuse messages', (t) => {
  const tree = addressed();
  tree.actor('a').send({ type: 'crash' });
  for (const text of ['one', 'two', 'three', 'four']) tree.sendNote(text);
  tree.root.send({ type: 'shutdown.requested' });
  t.is(tree.ended.status, 'done');
  const reported = refusals(tree).map(
    (event) => event.type === 'message.refused' && [event.reason, event.count],
  );
  t.deepEqual(reported, [
    ['full', 1],
    ['closed', 1],
    ['full', 1],
    ['closed', 1],
  ]);
  tree.sendNote('late');
  t.deepEqual(tree.refused, ['three', 'four', 'one', 'two', 'late']);
  t.is(tree.address.getSnapshot().status, 'stopped');
  tree.clock.increment(REFUSED_EVERY_MS);
  t.deepEqual(refusals(tree), []);
});

test('46 a name that is added again gets its previous mailbox', async (t) => {
  const tree = addressed();
  const name = nameOf<WorkerEvent>('a');
  for (let round = 0; round < 3; round++) {
    await terminateChild(tree.root, name);
    await deleteChild(tree.root, name);
    t.throws(() => addressOf(tree.root.system, name), { message: /no address 'a'/ });
    tree.sendNote('refused');
    tree.take();
    const log: string[] = [];
    t.true((await addChild(tree.root, member(name, log, { address: { stashLimit: 1 } }))).ok);
    t.is(addressOf(tree.root.system, name), tree.address);
    t.is(tree.address.getSnapshot().status, 'active');
    // A sender that kept the address of the old child reaches the new child.
    tree.sendNote('hello');
    t.deepEqual(log, ['a started', 'a got hello']);
  }
  // Only the first child had a refuse callback.
  t.deepEqual(tree.refused, ['refused']);
});

test('46 a name that is added again elsewhere in the tree also gets its previous mailbox', async (t) => {
  const tree = addressed();
  await terminateChild(tree.root, 'a');
  await deleteChild(tree.root, 'a');
  const log: string[] = [];
  const inner = supervisor({ children: [member('a', log, { address: { stashLimit: 1 } })] });
  t.true((await addChild(tree.root, { id: 'inner', logic: inner })).ok);
  tree.sendNote('hello');
  t.deepEqual(log, ['a started', 'a got hello']);
  const taken: AnyActorRef = addressOf(tree.root.system, nameOf<WorkerEvent>('a'));
  t.is(taken, tree.address);
});
