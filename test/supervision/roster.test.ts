import test from 'ava';
import { createActor } from 'xstate';
import { fromBehaviour } from '../../supervision/behaviour.js';
import type { Child } from '../../supervision/child.js';
import { actorIdOf, Roster } from '../../supervision/roster.js';

/** A child as far as a roster looks at it. */
function childOf(id: string, state: Child['state'] = 'up'): Child {
  return { spec: { id }, state, purpose: 'restart', rank: 0 } as unknown as Child;
}

function rosterOf(ids: readonly string[]): { roster: Roster; children: readonly Child[] } {
  const roster = new Roster();
  const children = ids.map((id) => childOf(id));
  for (const child of children) roster.add(child);
  return { roster, children };
}

function drain(next: () => Child | undefined): string[] {
  const ids: string[] = [];
  for (let child = next(); child !== undefined; child = next()) ids.push(child.spec.id);
  return ids;
}

test('children stop from the last to the first, in whatever order they were marked', (t) => {
  const { roster, children } = rosterOf(['a', 'b', 'c', 'd', 'e']);
  const [a, b, c, d, e] = children as [Child, Child, Child, Child, Child];
  roster.stopLater([b, e, a]);
  roster.stopLater([d, b]);
  roster.stopped(d);
  t.is(roster.nextToStop(), e);
  roster.stopLater([d, c]);
  roster.forget(c);
  t.deepEqual(
    drain(() => roster.nextToStop()),
    ['d', 'b', 'a'],
  );
  d.state = 'down';
  roster.stopLater([d]);
  t.is(roster.nextToStop(), undefined);
});

test('children start from the first to the last, each when its time has come', (t) => {
  const { roster, children } = rosterOf(['a', 'b', 'c', 'd']);
  const [a, b, c, d] = children as [Child, Child, Child, Child];
  roster.startLater(d);
  roster.startLater(a, 20);
  roster.startLater(c, 10);
  roster.startLater(b, 10);
  t.is(roster.nextToStart(0), d);
  t.is(roster.nextToStart(0), undefined);
  t.is(roster.nextStartMs, 10);
  // Of two times, the later one holds.
  roster.startLater(b, 30);
  roster.startLater(a, 5);
  t.is(roster.nextToStart(10), c);
  t.is(roster.nextToStart(10), undefined);
  t.is(roster.nextStartMs, 20);
  roster.dropStart(a);
  t.is(roster.nextStartMs, 30);
  roster.startLater(a, 25);
  t.deepEqual(
    drain(() => roster.nextToStart(30)),
    ['a', 'b'],
  );
  t.is(roster.nextStartMs, undefined);
});

test('one that was due and is put off does not start before its later time', (t) => {
  const { roster, children } = rosterOf(['a', 'b']);
  const [a, b] = children as [Child, Child];
  roster.startLater(a);
  roster.startLater(b);
  roster.startLater(a, 5);
  t.deepEqual(
    drain(() => roster.nextToStart(0)),
    ['b'],
  );
  t.deepEqual(
    drain(() => roster.nextToStart(5)),
    ['a'],
  );
});

test('a child is found by its id, and by the actor that it is', (t) => {
  const { roster, children } = rosterOf(['a', 'b:c']);
  const [, child] = children as [Child, Child];
  const logic = fromBehaviour(() => ({ receive: () => {} }));
  const actor = createActor(logic, { id: actorIdOf('b:c', 'x1') });
  child.actor = actor;
  t.is(roster.find('b:c'), child);
  t.is(roster.find(actor), child);
  t.is(roster.findByActorId('b:c:x1'), child);
  t.is(roster.find('c'), undefined);
  t.is(roster.find(createActor(logic, { id: actorIdOf('b:c', 'x1') })), undefined);
  t.is(roster.findByActorId('b:c:x2'), undefined);
  child.state = 'down';
  t.is(roster.find(actor), undefined);
  child.state = 'up';
  roster.forget(child);
  t.is(roster.find(actor), undefined);
});

test('the next start is known of more children than a call has room for arguments', (t) => {
  const { roster, children } = rosterOf(Array.from({ length: 130_000 }, (_, index) => `child ${index}`));
  for (const [index, child] of children.entries()) roster.startLater(child, 130_000 - index);
  t.is(roster.nextStartMs, 1);
  t.is(roster.nextToStart(1)?.spec.id, 'child 129999');
});
