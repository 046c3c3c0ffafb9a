import test from 'ava';
import fc from 'fast-check';
import { DEFAULT_RESTART_LIMITS } from '../../supervision/defaults.js';
import { RestartBudget } from '../../supervision/restart-budget.js';

test('the default is one restart in five seconds', (t) => {
  t.deepEqual(DEFAULT_RESTART_LIMITS, { intensity: 1, periodMs: 5_000 });
});

test('a budget allows as many restarts in a period as its intensity says, and no more', (t) => {
  const budget = new RestartBudget({ intensity: 2, periodMs: 100 });
  t.deepEqual(
    [0, 50, 100].map((now) => budget.spend(now)),
    [1, 2, undefined],
  );
});

test('restarts older than the period no longer count', (t) => {
  const budget = new RestartBudget({ intensity: 2, periodMs: 100 });
  t.deepEqual(
    [0, 50, 101].map((now) => budget.spend(now)),
    [1, 2, 2],
  );
});

test('an intensity of 0 allows no restart', (t) => {
  t.is(new RestartBudget({ intensity: 0, periodMs: 100 }).spend(0), undefined);
});

test('a budget allows a restart if and only if the window has fewer restarts than the intensity', (t) => {
  const gaps = fc.array(fc.nat(200), { maxLength: 100 });
  fc.assert(
    fc.property(gaps, fc.nat(5), (gapsMs, intensity) => {
      const budget = new RestartBudget({ intensity, periodMs: 100 });
      const spent: number[] = [];
      let now = 0;
      for (const gap of gapsMs) {
        now += gap;
        const inWindow = spent.filter((time) => now - time <= 100).length;
        const count = budget.spend(now);
        t.is(count, inWindow < intensity ? inWindow + 1 : undefined);
        if (count !== undefined) spent.push(now);
      }
    }),
  );
});

test('a budget counts correctly after very many restarts', (t) => {
  const budget = new RestartBudget({ intensity: 3, periodMs: 10 });
  for (let now = 0; now < 100_000; now += 5) t.is(budget.spend(now), Math.min(now / 5 + 1, 3));
});
