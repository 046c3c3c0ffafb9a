import test from 'ava';
import fc from 'fast-check';
import {
  countRestart,
  DEFAULT_RESTART_LIMITS,
  type RestartTimes,
} from '../../../actors/supervision/restart-window.js';

test('the default is one restart in five seconds', (t) => {
  t.deepEqual(DEFAULT_RESTART_LIMITS, { intensity: 1, periodMs: 5_000 });
});

test('as many as the intensity fit into the period, and one more is too many', (t) => {
  const limits = { intensity: 2, periodMs: 100 };
  const first = countRestart([], 0, limits);
  const second = countRestart(first as RestartTimes, 50, limits);
  t.deepEqual(second, [0, 50]);
  t.is(countRestart(second as RestartTimes, 100, limits), undefined);
});

test('restarts older than the period no longer count', (t) => {
  t.deepEqual(countRestart([0, 50], 101, { intensity: 2, periodMs: 100 }), [50, 101]);
});

test('an intensity of 0 allows none', (t) => {
  t.is(countRestart([], 0, { intensity: 0, periodMs: 100 }), undefined);
});

test('no window ever holds more restarts than the intensity', (t) => {
  const gaps = fc.array(fc.nat(200), { maxLength: 50 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 5 }), (gapsMs, intensity) => {
      let now = 0;
      let times: RestartTimes | undefined = [];
      for (const gap of gapsMs) {
        now += gap;
        times = countRestart(times, now, { intensity, periodMs: 100 });
        if (times === undefined) return;
        t.true(times.length <= intensity);
        t.true(times.every((time) => now - time <= 100));
      }
    }),
  );
  t.pass();
});
