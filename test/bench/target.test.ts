import test from 'ava';
import { allOf, atMost, labelled } from '../../bench/target.js';

test('a target compares the exact figure with its limit, not the rounded one', (t) => {
  t.deepEqual(atMost(1.6, 1.6), { text: 'at most 1.6', isMet: true });
  t.deepEqual(atMost(1.601, 1.6), { text: 'at most 1.6', isMet: false });
  t.deepEqual(atMost(2_900, 3_000, 'ms'), { text: 'at most 3,000 ms', isMet: true });
  t.false(atMost(Number.NaN, 1).isMet, 'a missing figure');
});

test('allOf is met when all its targets are', (t) => {
  const [met, missed] = [atMost(1, 2, '% lost'), labelled('p99', atMost(3, 2, 'ms'))];
  t.deepEqual(allOf(met, missed), { text: 'at most 2 % lost, p99 at most 2 ms', isMet: false });
  t.false(allOf(missed, met).isMet);
  t.true(allOf(met, met).isMet);
});
