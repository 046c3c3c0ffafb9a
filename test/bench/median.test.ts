import test from 'ava';
import { median, medianInterval } from '../../bench/median.js';

/** The numbers from 1 to `count`, not sorted. */
function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index * 7) % count) + 1);
}

test('the median is the number in the middle', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([10, 9, 1]), 9);
  t.is(median([]), Number.NaN);
});

// The ranks are those in tables for the sign test at 5 %.
for (const [count, low, high] of [
  [6, 1, 6],
  [8, 1, 8],
  [9, 2, 8],
  [15, 4, 12],
  [20, 6, 15],
] as const) {
  test(`the 95 % interval of ${count} numbers goes from number ${low} to number ${high}`, (t) => {
    t.deepEqual(medianInterval(numbersTo(count)), [low, high]);
  });
}

test('five numbers are too few for a 95 % interval', (t) => {
  for (let count = 0; count <= 5; count++) t.is(medianInterval(numbersTo(count)), undefined);
});
