import test, { type ExecutionContext } from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { Deadline } from '../../supervision/deadline.js';

type Passed = { readonly type: 'deadline.passed' };

/**
 * A deadline of 100 ms on a simulated clock that counts timers. `passed` has the times at which the deadline
 * passed.
 */
function started(t: ExecutionContext) {
  const clock = new SimulatedClock();
  const passed: number[] = [];
  const timers = { set: 0, open: 0 };
  let deadline: Deadline<Passed> | undefined;
  const logic = fromBehaviour<Passed>((scope) => {
    deadline = new Deadline(scope, { type: 'deadline.passed' }, 100);
    return { receive: () => passed.push(scope.now()), release: () => deadline?.cancel() };
  });
  const { setTimeout, clearTimeout } = clock;
  Object.assign(clock, {
    setTimeout(callback: () => void, delayMs: number) {
      timers.set += 1;
      timers.open += 1;
      const fire = () => {
        timers.open -= 1;
        callback();
      };
      return setTimeout.call(clock, fire, delayMs);
    },
    clearTimeout(timer: number) {
      timers.open -= 1;
      clearTimeout.call(clock, timer);
    },
  });
  const actor = createActor(logic, { clock }).start();
  t.teardown(() => actor.stop());
  return { actor, clock, passed, timers, deadline: deadline as unknown as Deadline<Passed> };
}

test('a deadline passes once, at the set time', (t) => {
  const { clock, passed } = started(t);
  clock.increment(99);
  t.deepEqual(passed, []);
  clock.increment(1);
  clock.increment(1_000);
  t.deepEqual(passed, [100]);
});

test('a postponed deadline passes at the later time', (t) => {
  const { clock, deadline, passed } = started(t);
  clock.increment(60);
  deadline.restart(100);
  clock.increment(99);
  t.deepEqual(passed, []);
  clock.increment(1);
  t.deepEqual(passed, [160]);
});

test('postponing a deadline sets no timer', (t) => {
  const { clock, deadline, timers } = started(t);
  for (let time = 0; time < 50; time++) {
    deadline.restart(100);
    clock.increment(1);
  }
  t.is(timers.set, 1);
});

test('a shortened deadline passes sooner, and only once', (t) => {
  const { clock, deadline, passed, timers } = started(t);
  deadline.restart(10);
  clock.increment(10);
  t.deepEqual(passed, [10]);
  clock.increment(1_000);
  t.deepEqual(passed, [10]);
  t.is(timers.open, 0);
});

test('a cancelled deadline never passes, and leaves no timer', (t) => {
  const { actor, clock, passed, timers } = started(t);
  actor.stop();
  t.is(timers.open, 0);
  clock.increment(1_000);
  t.deepEqual(passed, []);
});
