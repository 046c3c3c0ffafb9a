import test from 'ava';
import { type AnyActorRef, createActor, createMachine, type Snapshot } from 'xstate';
import { type BehaviourLogic, fromBehaviour, IGNORE } from '../../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { addressOf, nameOf } from '../../../supervision/mailbox.js';
import { supervisor } from '../../../supervision/supervisor.js';
import { crash, family, MANY, member, nextTurn, type WorkerEvent, watch } from '../../helpers/actors.js';

type GreeterEvent = { readonly type: 'greet' } | { readonly type: 'ready' } | { readonly type: 'end' };

/** A greeter with the name from its input. A slow greeter becomes ready at the event `ready`. */
function greeter(log: string[]): BehaviourLogic<GreeterEvent, { name: string; slow?: boolean }> {
  return fromBehaviour((scope, { name, slow = false }) => {
    log.push(`${name} starts`);
    return {
      starting: slow,
      receive({ type }) {
        if (type === 'greet') log.push(`hello from ${name}`);
        if (type === 'ready') scope.ready();
        if (type === 'end') scope.end();
      },
      release: () => log.push(`${name} is released`),
    };
  });
}

/** Records the current and all later snapshots of an actor, each with a copy that is made at once. */
function record(actor: AnyActorRef) {
  const seen: { readonly snapshot: Snapshot<unknown>; readonly copy: Snapshot<unknown> }[] = [];
  const look = (snapshot: Snapshot<unknown>) => {
    if (seen.at(-1)?.snapshot !== snapshot) seen.push({ snapshot, copy: { ...snapshot } });
  };
  look(actor.getSnapshot());
  actor.subscribe({ next: look, complete: () => look(actor.getSnapshot()), error: () => {} });
  return seen;
}

/** Does what @xstate/react's StrictMode does: stops an actor, and restarts it with an earlier snapshot. */
function restart(actor: AnyActorRef & { start(): void; stop(): void }): void {
  const snapshot = actor.getSnapshot();
  const internals = actor as unknown as {
    observers: Set<unknown>;
    _processingStatus: number;
    _snapshot: unknown;
  };
  internals.observers = new Set();
  actor.stop();
  internals._processingStatus = 0;
  internals._snapshot = snapshot;
  actor.start();
}

test('42 a snapshot is a value: it does not change after it has been read', (t) => {
  const actor = createActor(greeter([]), { input: { name: 'Ada', slow: true } });
  const seen = record(actor);
  actor.start();
  actor.send({ type: 'ready' });
  actor.send({ type: 'greet' });
  actor.send({ type: 'end' });
  t.deepEqual(
    seen.map(({ snapshot }) => snapshot),
    seen.map(({ copy }) => copy),
  );
  const shown = seen.map(({ copy }) => JSON.stringify(copy));
  t.deepEqual(shown, [
    '{"status":"active","ready":false}',
    '{"status":"active","ready":true}',
    '{"status":"done","ready":true}',
  ]);
});

test('42 the snapshots of supervisors and of addresses are values', (t) => {
  const list = family({ a: { address: { stashLimit: 1 } } });
  const box = addressOf(list.root.system, nameOf<WorkerEvent>('a'));
  const logic = fromBehaviour(() => ({ receive: () => {} }));
  const pool = watch(dynamicSupervisor({ template: { id: 'one', logic }, limit: 1 }));
  pool.root.send({ type: 'child.start', input: undefined });
  const records = [list.root, box, pool.root].map(record);
  crash(list.actor('a'));
  box.send({ type: 'note', text: 'waits' });
  nextTurn(list);
  list.root.send({ type: 'shutdown.requested' });
  pool.root.send({ type: 'shutdown.requested' });
  t.deepEqual(
    [list.root, box, pool.root].map((actor) => actor.getSnapshot().status),
    ['done', 'stopped', 'done'],
  );
  for (const seen of records) {
    t.is(seen[0]?.snapshot.status, 'active');
    for (const { snapshot, copy } of seen) {
      t.deepEqual(snapshot, copy);
      // The snapshot contains nothing mutable.
      for (const value of Object.values(snapshot)) t.not(typeof value, 'object');
    }
  }
});

test('42 a behaviour restarts from an earlier snapshot, with its input', (t) => {
  const log: string[] = [];
  const actor = createActor(greeter(log), { input: { name: 'Ada' } }).start();
  restart(actor);
  actor.send({ type: 'greet' });
  t.deepEqual(log, ['Ada starts', 'Ada is released', 'Ada starts', 'hello from Ada']);
  t.is(actor.getSnapshot().status, 'active');
});

test('42 a supervisor restarts from an earlier snapshot, with its addresses', (t) => {
  const log: string[] = [];
  const name = nameOf<WorkerEvent>('a');
  const root = createActor(supervisor({ children: [member(name, log, { address: { stashLimit: 1 } })] }));
  root.start();
  restart(root);
  t.like(root.getSnapshot(), { status: 'active', ready: true });
  addressOf(root.system, name).send({ type: 'note', text: 'hello' });
  t.deepEqual(log, ['a started', 'a released', 'a started', 'a got hello']);
});

test('42 a persisted snapshot contains the input, and another actor can start from the snapshot', (t) => {
  const log: string[] = [];
  const logic = greeter(log);
  const first = createActor(logic, { input: { name: 'Grace' } }).start();
  const persisted = first.getPersistedSnapshot();
  t.deepEqual(JSON.parse(JSON.stringify(persisted)), {
    status: 'active',
    ready: true,
    input: { name: 'Grace' },
  });
  first.send({ type: 'end' });
  t.is(persisted.status, 'active');
  for (const snapshot of [persisted, JSON.parse(JSON.stringify(persisted))]) {
    log.splice(0);
    const next = createActor(logic, { snapshot, input: { name: 'not used' } }).start();
    next.send({ type: 'greet' });
    t.deepEqual(log, ['Grace starts', 'hello from Grace']);
    t.true(next.getSnapshot().ready);
  }
  // A snapshot of an ended actor starts nothing.
  log.splice(0);
  createActor(logic, { snapshot: first.getPersistedSnapshot(), input: { name: 'not used' } }).start();
  t.deepEqual(log, []);
});

test('42 a machine that invokes a supervisor can be persisted within one process', (t) => {
  const log: string[] = [];
  const machine = createMachine({
    invoke: { id: 'tree', src: supervisor({ children: [member('a', log)] }) },
  });
  const first = createActor(machine).start();
  const snapshot = first.getPersistedSnapshot();
  first.stop();
  t.deepEqual(log.splice(0), ['a started', 'a released']);
  const second = createActor(machine, { snapshot }).start();
  t.deepEqual(log, ['a started']);
  second.stop();
});

test('42 a behaviour that returns IGNORE has ended with IGNORE as output', (t) => {
  const actor = createActor(fromBehaviour(() => IGNORE));
  const [before] = record(actor);
  actor.start();
  t.like(actor.getSnapshot(), { status: 'done', output: IGNORE });
  t.like(before?.snapshot, { status: 'active', output: undefined });
});

for (const end of ['finish', 'crash'] as const) {
  test(`an event that a child sends to itself in its release reaches its next incarnation: ${end}`, (t) => {
    const name = nameOf<WorkerEvent>('writer');
    const log: string[] = [];
    const logic = fromBehaviour<WorkerEvent>((scope) => ({
      receive(event) {
        if (event.type === 'crash') throw new Error('crash');
        if (event.type === 'finish') scope.end();
        else if (event.type === 'note') log.push(event.text);
      },
      release: () => addressOf(scope.system, name).send({ type: 'note', text: 'last words' }),
    }));
    const children = [{ id: name, logic, address: { stashLimit: 1 } }];
    const tree = watch(supervisor({ children, limits: MANY }));
    tree.actor(name).send({ type: end });
    nextTurn(tree);
    t.deepEqual(log, ['last words']);
  });
}
