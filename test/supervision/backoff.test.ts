import test from 'ava';
import fc from 'fast-check';
import { Backoff, type BackoffOptions, backoffDelay } from '../../supervision/backoff.js';
import { crash, type Family, family, MANY } from '../helpers/actors.js';

const options = fc
  .record({
    minMs: fc.double({ min: 1, max: 1_000, noNaN: true }),
    factor: fc.double({ min: 1, max: 1_000, noNaN: true }),
    jitter: fc.double({ min: 0, max: 2, noNaN: true }),
  })
  .map(
    ({ minMs, factor, jitter }): Required<Omit<BackoffOptions, 'resetAfterMs'>> => ({
      minMs,
      maxMs: minMs * factor,
      jitter,
    }),
  );
const attempts = fc.nat(2_000);
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the waits double from the minimum to the maximum', (t) => {
  const waits = [0, 1, 2, 3, 4, 5, 2_000].map((attempt) =>
    backoffDelay({ minMs: 100, maxMs: 1_000, jitter: 0 }, attempt, 1),
  );
  t.deepEqual(waits, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test('the jitter extends a wait by at most the given fraction, by default a fifth', (t) => {
  const limits = { minMs: 100, maxMs: 1_000 };
  t.is(backoffDelay(limits, 0, 0), 100);
  t.is(backoffDelay(limits, 9, 1), 1_200);
  t.is(backoffDelay({ ...limits, jitter: 1 }, 1, 0.25), 250);
});

test('a wait is never shorter than the minimum, nor longer than the maximum with jitter', (t) => {
  fc.assert(
    fc.property(options, attempts, random, (given, attempt, chance) => {
      const { minMs, maxMs, jitter } = given;
      const delay = backoffDelay(given, attempt, chance);
      t.true(delay >= minMs && delay <= maxMs * (1 + jitter));
    }),
  );
});

test('if the random number stays the same, no wait is shorter than the previous wait', (t) => {
  fc.assert(
    fc.property(options, attempts, random, (given, attempt, chance) => {
      t.true(backoffDelay(given, attempt + 1, chance) >= backoffDelay(given, attempt, chance));
    }),
  );
});

test('if a child was up for a set time (default: the longest wait), its next wait is the minimum', (t) => {
  const limits = { minMs: 100, maxMs: 400, jitter: 0 };
  for (const [quietMs, backoff] of [
    [400, new Backoff(limits)],
    [50, new Backoff({ ...limits, resetAfterMs: 50 })],
  ] as const) {
    t.is(backoff.next(0), 100);
    // The child was never up in between: each restart failed.
    t.is(backoff.next(10_000), 200);
    t.is(backoff.next(20_000), 400);
    backoff.recordUp(30_000);
    t.is(backoff.next(30_000 + quietMs - 1), 400);
    backoff.recordUp(40_000);
    t.is(backoff.next(40_000 + quietMs), 100);
    // The time in which the child is down does not count.
    t.is(backoff.next(90_000), 200);
  }
});

/** The last wait that the supervisor reported. */
function lastDelay({ emitted }: Family): number {
  const event = emitted.findLast(({ type }) => type === 'child.restarting');
  return event?.type === 'child.restarting' ? event.delayMs : Number.NaN;
}

test('before a restart, a supervisor waits exactly as long as it has reported', (t) => {
  const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
  const tree = family({ a: { backoff }, b: {} }, { limits: MANY });
  for (const delayMs of [100, 200, 400, 800, 1_000, 1_000]) {
    tree.take();
    crash(tree.actor('a'));
    t.is(lastDelay(tree), delayMs);
    tree.clock.increment(delayMs - 1);
    t.deepEqual(tree.take(), ['a released']);
    // Other children do not wait for `a`.
    crash(tree.actor('b'));
    tree.clock.increment(1);
    t.deepEqual(tree.take().toSorted(), ['a started', 'b released', 'b started']);
  }
  // After `a` has been up for the longest wait, its waits begin at the minimum again.
  tree.clock.increment(1_000);
  crash(tree.actor('a'));
  t.is(lastDelay(tree), 100);
});

test('a failed restart also doubles the wait', (t) => {
  const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
  const tree = family(
    { a: { backoff, failsStart: (start) => start === 2 || start === 3 } },
    { limits: MANY },
  );
  crash(tree.actor('a'));
  const delays = [lastDelay(tree)];
  for (let attempt = 0; attempt < 2; attempt++) {
    tree.clock.increment(lastDelay(tree));
    delays.push(lastDelay(tree));
  }
  t.deepEqual(delays, [100, 200, 400]);
  tree.clock.increment(400);
  t.is(tree.actor('a').getSnapshot().status, 'active');
});

test('if a supervisor is shut down while a child waits for its restart, it restarts no child', (t) => {
  const tree = family({ a: { backoff: { minMs: 100, maxMs: 100 } } });
  crash(tree.actor('a'));
  tree.root.send({ type: 'shutdown.requested' });
  t.is(tree.ended.status, 'done');
  tree.clock.increment(1_000);
  t.deepEqual(tree.take(), ['a started', 'a released']);
});

test('while a child waits for its restart, the other children of its group stay down', (t) => {
  const backoff = { minMs: 100, maxMs: 100, jitter: 0 };
  const tree = family({ a: { backoff }, b: {} }, { strategy: 'rest_for_one' });
  tree.take();
  crash(tree.actor('a'));
  tree.clock.increment(99);
  t.deepEqual(tree.take(), ['a released', 'b asked', 'b released']);
  tree.clock.increment(1);
  t.deepEqual(tree.take(), ['a started', 'b started']);
});

test('children that crash together restart at different times, within their jitter', (t) => {
  const ids = Array.from({ length: 50 }, (_, index) => `w${index}`);
  const backoff = { minMs: 1_000, maxMs: 1_000, jitter: 0.5 };
  const tree = family(Object.fromEntries(ids.map((id) => [id, { backoff }])), { limits: MANY });
  crash(...ids.map((id) => tree.actor(id)));
  const delays = tree.emitted.flatMap((event) => (event.type === 'child.restarting' ? [event.delayMs] : []));
  t.is(delays.length, 50);
  t.true(delays.every((delayMs) => delayMs >= 1_000 && delayMs <= 1_500));
  t.true(new Set(delays).size > 25);
  tree.take();
  tree.clock.increment(999);
  t.deepEqual(tree.take(), []);
  for (let ms = 0; ms < 502; ms++) tree.clock.increment(1);
  t.is(tree.take().length, 50);
});
