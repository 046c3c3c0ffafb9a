import test from 'ava';
import type { EventObject } from 'xstate';
import { fromBehaviour } from '../../../actors/supervision/behaviour.js';
import { dynamicSupervisor } from '../../../actors/supervision/dynamic-supervisor.js';
import { watch } from '../../helpers/actors.js';

interface ChildInput {
  readonly name: string;
  readonly hangs?: boolean;
}

type ChildEvent = { readonly type: 'crash' } | { readonly type: 'finish' };

/** A dynamic supervisor of children that write to a log and are known by their names. */
function crowd({ limit = 10, shutdownMs = 100 } = {}) {
  const log: string[] = [];
  const refused: string[] = [];
  const children = new Map<string, { send(event: ChildEvent): void }>();
  const logic = fromBehaviour<ChildEvent, ChildInput>((scope, { name, hangs }) => {
    children.set(name, scope.self);
    log.push(`${name} started`);
    return {
      receive(event) {
        if (event.type === 'crash') throw new Error(`${name} crashed`);
        scope.end();
      },
      shutdown() {
        log.push(`${name} asked`);
        if (!hangs) scope.end();
      },
      release: () => log.push(`${name} released`),
    };
  });
  const watched = watch(
    dynamicSupervisor({
      template: { id: 'child', logic, restart: 'temporary', shutdown: shutdownMs },
      limit,
      refuse: ({ name }) => refused.push(name),
    }),
  );
  return {
    ...watched,
    log,
    refused,
    start: (input: ChildInput) => watched.root.send({ type: 'child.start', input } as EventObject),
    send: (name: string, event: ChildEvent) => children.get(name)?.send(event),
  };
}

test('it starts a child for every request', (t) => {
  const { log, start } = crowd();
  start({ name: 'a' });
  start({ name: 'b' });
  t.deepEqual(log, ['a started', 'b started']);
});

test('a child that crashes is forgotten, told of, and touches no other', (t) => {
  const { emitted, ended, log, send, start } = crowd();
  start({ name: 'a' });
  start({ name: 'b' });
  send('a', { type: 'crash' });
  t.deepEqual(log, ['a started', 'b started', 'a released']);
  t.is(ended.status, 'running');
  t.deepEqual(
    emitted.map(({ type }) => type),
    ['child.started', 'child.started', 'child.ended'],
  );
  t.like(emitted[2], { type: 'child.ended', reason: { kind: 'crashed' } });
});

test('beyond the limit it refuses, and has room again when a child ends', (t) => {
  const { log, refused, send, start } = crowd({ limit: 2 });
  for (const name of ['a', 'b', 'c']) start({ name });
  t.deepEqual(refused, ['c']);
  send('a', { type: 'finish' });
  start({ name: 'd' });
  t.deepEqual(log, ['a started', 'b started', 'a released', 'd started']);
});

test('it shuts down all children at once and then ends', (t) => {
  const { ended, log, root, start } = crowd();
  start({ name: 'a' });
  start({ name: 'b' });
  log.length = 0;
  root.send({ type: 'shutdown.requested' });
  t.deepEqual(log.slice(0, 2).toSorted(), ['a asked', 'a released']);
  t.is(log.length, 4);
  t.is(ended.status, 'done');
});

test('without children it ends at once', (t) => {
  const { ended, root } = crowd();
  root.send({ type: 'shutdown.requested' });
  t.is(ended.status, 'done');
});

test('children that do not end share one timeout, and are stopped', (t) => {
  const { clock, ended, log, root, start } = crowd({ shutdownMs: 100 });
  start({ name: 'slow', hangs: true });
  start({ name: 'slower', hangs: true });
  start({ name: 'quick' });
  log.length = 0;
  root.send({ type: 'shutdown.requested' });
  clock.increment(99);
  t.is(ended.status, 'running');
  t.deepEqual(log, ['slow asked', 'slower asked', 'quick asked', 'quick released']);
  clock.increment(1);
  t.is(ended.status, 'done');
  t.deepEqual(log.slice(4), ['slow released', 'slower released']);
});

test('while it shuts down it takes no more', (t) => {
  const { refused, root, start } = crowd();
  start({ name: 'slow', hangs: true });
  root.send({ type: 'shutdown.requested' });
  start({ name: 'late' });
  t.deepEqual(refused, ['late']);
});

test('stopped hard, it stops every child', (t) => {
  const { log, root, start } = crowd();
  start({ name: 'a' });
  start({ name: 'b' });
  root.stop();
  t.deepEqual(log.slice(2), ['a released', 'b released']);
});

test('a child whose start fails is forgotten', (t) => {
  const failing = fromBehaviour<ChildEvent, ChildInput>(() => {
    throw new Error('cannot start');
  });
  const { emitted, ended, root } = watch(
    dynamicSupervisor({ template: { id: 'child', logic: failing, restart: 'temporary' }, limit: 1 }),
  );
  for (let starts = 0; starts < 3; starts++)
    root.send({ type: 'child.start', input: { name: 'x' } } as EventObject);
  t.deepEqual(
    emitted.map(({ type }) => type),
    ['child.start-failed', 'child.start-failed', 'child.start-failed'],
  );
  root.send({ type: 'shutdown.requested' });
  t.is(ended.status, 'done');
});
