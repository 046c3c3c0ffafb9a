import test from 'ava';
import { createActor } from 'xstate';
import { fromBehaviour } from '../../supervision/behaviour.js';
import type { Child } from '../../supervision/child.js';
import { actorIdOf, ChildList } from '../../supervision/child-list.js';

/** A child with the fields that a child list reads. */
function childOf(id: string, state: Child['state'] = 'up'): Child {
  return { spec: { id }, state, purpose: 'restart', rank: 0 } as unknown as Child;
}

function listOf(ids: readonly string[]): { childList: ChildList; children: readonly Child[] } {
  const childList = new ChildList();
  const children = ids.map((id) => childOf(id));
  for (const child of children) childList.add(child);
  return { childList, children };
}

function drain(next: () => Child | undefined): string[] {
  const ids: string[] = [];
  for (let child = next(); child !== undefined; child = next()) ids.push(child.spec.id);
  return ids;
}

test('children stop from the last to the first, whatever the order of the requests', (t) => {
  const { childList, children } = listOf(['a', 'b', 'c', 'd', 'e']);
  const [a, b, c, d, e] = children as [Child, Child, Child, Child, Child];
  childList.stopLater([b, e, a]);
  childList.stopLater([d, b]);
  childList.dropStop(d);
  t.is(childList.nextToStop(), e);
  childList.stopLater([d, c]);
  childList.forget(c);
  t.deepEqual(
    drain(() => childList.nextToStop()),
    ['d', 'b', 'a'],
  );
  d.state = 'down';
  childList.stopLater([d]);
  t.is(childList.nextToStop(), undefined);
});

test('children start from the first to the last, each at its start time', (t) => {
  const { childList, children } = listOf(['a', 'b', 'c', 'd']);
  const [a, b, c, d] = children as [Child, Child, Child, Child];
  childList.startLater(d);
  childList.startLater(a, 20);
  childList.startLater(c, 10);
  childList.startLater(b, 10);
  t.is(childList.nextToStart(0), d);
  t.is(childList.nextToStart(0), undefined);
  t.is(childList.nextStartMs, 10);
  // If two times are given for a start, the later time applies.
  childList.startLater(b, 30);
  childList.startLater(a, 5);
  t.is(childList.nextToStart(10), c);
  t.is(childList.nextToStart(10), undefined);
  t.is(childList.nextStartMs, 20);
  childList.dropStart(a);
  t.is(childList.nextStartMs, 30);
  childList.startLater(a, 25);
  t.deepEqual(
    drain(() => childList.nextToStart(30)),
    ['a', 'b'],
  );
  t.is(childList.nextStartMs, undefined);
});

test('if the start of a due child is postponed, the child starts at the later time', (t) => {
  const { childList, children } = listOf(['a', 'b']);
  const [a, b] = children as [Child, Child];
  childList.startLater(a);
  childList.startLater(b);
  childList.startLater(a, 5);
  t.deepEqual(
    drain(() => childList.nextToStart(0)),
    ['b'],
  );
  t.deepEqual(
    drain(() => childList.nextToStart(5)),
    ['a'],
  );
});

test('a child is found by its id and by its current actor', (t) => {
  const { childList, children } = listOf(['a', 'b:c']);
  const [, child] = children as [Child, Child];
  const logic = fromBehaviour(() => ({ receive: () => {} }));
  const actor = createActor(logic, { id: actorIdOf('b:c', 'x1') });
  child.actor = actor;
  t.is(childList.find('b:c'), child);
  t.is(childList.find(actor), child);
  t.is(childList.findByActorId('b:c:x1'), child);
  t.is(childList.find('c'), undefined);
  t.is(childList.find(createActor(logic, { id: actorIdOf('b:c', 'x1') })), undefined);
  t.is(childList.findByActorId('b:c:x2'), undefined);
  child.state = 'down';
  t.is(childList.find(actor), undefined);
  child.state = 'up';
  childList.forget(child);
  t.is(childList.find(actor), undefined);
});

test('the next start is found even if there are more children than a call can have arguments', (t) => {
  const { childList, children } = listOf(Array.from({ length: 130_000 }, (_, index) => `child ${index}`));
  for (const [index, child] of children.entries()) childList.startLater(child, 130_000 - index);
  t.is(childList.nextStartMs, 1);
  t.is(childList.nextToStart(1)?.spec.id, 'child 129999');
});
