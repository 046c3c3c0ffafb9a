import test from 'ava';
import { type AnyActorRef, createActor, createMachine } from 'xstate';
import {
  addChild,
  countChildren,
  deleteChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../../supervision/administration.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { addressOf, nameOf } from '../../../supervision/mailbox.js';
import { supervisor } from '../../../supervision/supervisor.js';
import { family, member, settledBy, type WorkerEvent } from '../../helpers/actors.js';

/** All requests to a supervisor. */
function requestsTo(asked: AnyActorRef): readonly (() => Promise<unknown>)[] {
  return [
    () => addChild(asked, member('a', [])),
    () => terminateChild(asked, 'a'),
    () => restartChild(asked, 'a'),
    () => deleteChild(asked, 'a'),
    () => startChild(asked, undefined as never),
    () => listChildren(asked),
    () => countChildren(asked),
  ];
}

const never = fromBehaviour(() => ({ receive: () => {} }));

test('44 a request that no supervisor can answer fails with an error', async (t) => {
  const name = nameOf<WorkerEvent>('a');
  const tree = family({ a: { address: { stashLimit: 10 } } });
  const notBegun = createActor(supervisor({ children: [] }));
  const neverBegun = createActor(dynamicSupervisor({ template: { id: 'c', logic: never }, limit: 1 }));
  neverBegun.stop();
  const none = undefined as unknown as AnyActorRef;
  for (const [asked, code] of [
    [tree.actor('a'), 'no_supervisor'],
    [addressOf(tree.root.system, name), 'no_supervisor'],
    [createActor(createMachine({})).start(), 'no_supervisor'],
    [none, 'no_supervisor'],
    [notBegun, 'not_running'],
    [neverBegun, 'not_running'],
  ] as const) {
    for (const request of requestsTo(asked)) {
      t.like(await t.throwsAsync(request), { name: 'SupervisorError', code, id: String(asked?.id) });
    }
  }
  // The actors did not receive the requests.
  t.deepEqual(tree.log, ['a started']);
});

test('44 a request to a supervisor that has ended fails with an error', async (t) => {
  const gone = { code: 'not_running', id: 'root' };
  const ended = family({});
  ended.root.send({ type: 'shutdown.requested' });
  const stopped = family({});
  stopped.root.stop();
  const failed = family({ a: { failsStart: () => true } });
  for (const { root } of [ended, stopped, failed]) {
    for (const request of requestsTo(root)) t.like(await t.throwsAsync(request), gone);
  }
});

test('44 a request times out, but the supervisor may carry it out later', async (t) => {
  const tree = family({ a: { hangs: true } });
  const late = terminateChild(tree.root, 'a', { timeoutMs: 1_000 });
  const patient = settledBy(terminateChild(tree.root, 'a', { timeoutMs: 6_000 }));
  tree.clock.increment(999);
  t.is(await settledBy(late)(), 'pending');
  tree.clock.increment(1);
  const error = await t.throwsAsync(late);
  t.like(error, { name: 'SupervisorError', code: 'timed_out', message: "no answer in time from 'root'" });
  tree.clock.increment(4_000);
  t.deepEqual(await patient(), { ok: true });
  t.is(tree.log.at(-1), 'a released');
  // An answered request leaves no timer. The error for an invalid time limit names `timeoutMs`.
  t.like(await countChildren(tree.root, { timeoutMs: 1 }), { specs: 1 });
  tree.clock.increment(10_000);
  for (const timeoutMs of [-1, Number.NaN, 2 ** 31, '1' as unknown as number]) {
    const wrong = await t.throwsAsync(listChildren(tree.root, { timeoutMs }), { instanceOf: TypeError });
    t.true(wrong.message.startsWith('timeoutMs: '), wrong.message);
  }
});
