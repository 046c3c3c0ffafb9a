import { EventEmitter } from 'node:events';
import test from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import { type BehaviourScope, fromBehaviour } from '../../supervision/behaviour.js';

type Event = { readonly type: 'end' } | { readonly type: 'throw' } | { readonly type: 'ping' };

/** An actor whose behaviour records its events, and the scope of that behaviour. */
function observed(options: { readonly starting?: boolean; readonly shutdown?: () => void } = {}) {
  const log: string[] = [];
  let scope: BehaviourScope<Event> | undefined;
  const logic = fromBehaviour<Event>((given) => {
    scope = given;
    return {
      ...options,
      receive(event) {
        log.push(event.type);
        if (event.type === 'end') given.end();
        if (event.type === 'throw') throw new Error('thrown');
      },
      release: () => log.push('released'),
    };
  });
  const actor = createActor(logic);
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => errors.push(error) });
  return { actor, errors, log, scope: () => scope as BehaviourScope<Event> };
}

test('the behaviour is created when the actor starts', (t) => {
  const { actor, scope } = observed();
  t.is(scope(), undefined as never);
  actor.start();
  t.not(scope(), undefined as never);
});

test('a behaviour releases once when it is stopped', (t) => {
  const { actor, log } = observed();
  actor.start();
  actor.stop();
  actor.stop();
  t.deepEqual(log, ['released']);
  t.is(actor.getSnapshot().status, 'stopped');
});

test('a behaviour releases once when it ends by itself', (t) => {
  const { actor, log } = observed();
  actor.start();
  actor.send({ type: 'end' });
  actor.send({ type: 'ping' });
  actor.stop();
  t.deepEqual(log, ['end', 'released']);
  t.is(actor.getSnapshot().status, 'done');
});

test('if a behaviour throws, it releases once, and ends with the error', (t) => {
  const { actor, errors, log } = observed();
  actor.start();
  actor.send({ type: 'throw' });
  t.deepEqual(log, ['throw', 'released']);
  t.is(actor.getSnapshot().status, 'error');
  t.is((errors[0] as Error).message, 'thrown');
});

test('if a guarded listener throws, its actor crashes, but the process does not', (t) => {
  const { actor, errors, log, scope } = observed();
  actor.start();
  const emitter = new EventEmitter();
  emitter.on(
    'data',
    scope().guard(() => {
      throw new Error('in a listener');
    }),
  );
  emitter.emit('data');
  t.is((errors[0] as Error).message, 'in a listener');
  t.deepEqual(log, ['released']);
});

test('a guarded listener receives its arguments', (t) => {
  const { actor, scope } = observed();
  actor.start();
  const calls: unknown[] = [];
  scope().guard((first: number, second: string) => calls.push([first, second]))(1, 'two');
  t.deepEqual(calls, [[1, 'two']]);
});

test('a behaviour is ready when it starts, or, with `starting`, when it calls `ready`', (t) => {
  const quick = observed();
  quick.actor.start();
  t.true(quick.actor.getSnapshot().ready);
  const slow = observed({ starting: true });
  slow.actor.start();
  t.false(slow.actor.getSnapshot().ready);
  slow.scope().ready();
  t.true(slow.actor.getSnapshot().ready);
});

test('at a shutdown request, a behaviour ends immediately unless it has a shutdown method', (t) => {
  const simple = observed();
  simple.actor.start();
  simple.actor.send({ type: 'shutdown.requested' });
  t.is(simple.actor.getSnapshot().status, 'done');
  const asked: string[] = [];
  const careful = observed({ shutdown: () => asked.push('asked') });
  careful.actor.start();
  careful.actor.send({ type: 'shutdown.requested' });
  t.deepEqual(asked, ['asked']);
  t.is(careful.actor.getSnapshot().status, 'active');
});

test('the methods of the scope have no effect after the behaviour has ended', (t) => {
  const { actor, errors, log, scope } = observed();
  actor.start();
  actor.stop();
  scope().ready();
  scope().end();
  scope().fail(new Error('late'));
  t.deepEqual(log, ['released']);
  t.deepEqual(errors, []);
});

test('if a release throws, the actor crashes, and the release does not run again', (t) => {
  let releases = 0;
  const actor = createActor(
    fromBehaviour<Event>(() => ({
      receive: () => {},
      release() {
        releases += 1;
        throw new Error('cannot release');
      },
    })),
  );
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  actor.send({ type: 'shutdown.requested' });
  t.is((errors[0] as Error).message, 'cannot release');
  t.is(releases, 1);
});

test("the scope uses the system's clock", (t) => {
  const clock = new SimulatedClock();
  let scope: BehaviourScope | undefined;
  const logic = fromBehaviour((given) => {
    scope = given;
    return { receive: () => {} };
  });
  createActor(logic, { clock }).start();
  clock.increment(1_234);
  t.is(scope?.now(), 1_234);
});

test('if an async handler or listener rejects, its actor crashes', async (t) => {
  for (const how of ['receive', 'listener'] as const) {
    const actor = createActor(
      fromBehaviour<Event>((scope) => {
        const late = async () => {
          await Promise.resolve();
          throw new Error('late');
        };
        return { receive: how === 'receive' ? late : scope.guard(late) };
      }),
    );
    const crashed = new Promise((resolve) => {
      actor.subscribe({ error: resolve });
    });
    actor.start();
    actor.send({ type: 'ping' });
    t.is(((await crashed) as Error).message, 'late', how);
  }
});
