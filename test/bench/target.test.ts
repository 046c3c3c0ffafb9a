import test from 'ava';
import { allOf, atMost, of } from '../../bench/target.js';

test('a figure meets a limit up to the limit itself, however it is rounded to be shown', (t) => {
  t.deepEqual(atMost(1.6, 1.6), { text: 'at most 1.6', isMet: true });
  t.deepEqual(atMost(1.601, 1.6), { text: 'at most 1.6', isMet: false });
  t.deepEqual(atMost(2_900, 3_000, 'ms'), { text: 'at most 3,000 ms', isMet: true });
  t.false(atMost(Number.NaN, 1).isMet, 'what was not measured');
});

test('several targets are met when each is', (t) => {
  const [met, missed] = [atMost(1, 2, '% lost'), of('p99', atMost(3, 2, 'ms'))];
  t.deepEqual(allOf(met, missed), { text: 'at most 2 % lost, p99 at most 2 ms', isMet: false });
  t.false(allOf(missed, met).isMet);
  t.true(allOf(met, met).isMet);
});
