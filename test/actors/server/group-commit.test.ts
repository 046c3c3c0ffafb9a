import test from 'ava';
import { GroupCommitTimer } from '../../../actors/server/group-commit.js';

/** A timer after a group commit of this size, which began at 0 ms. */
function after(size: number): GroupCommitTimer {
  const timer = new GroupCommitTimer();
  timer.begin(size, 0);
  return timer;
}

test('a commit begins at once if it is the first, or if the previous commit had a single change', (t) => {
  t.true(new GroupCommitTimer().isDue(1, 0));
  t.true(after(1).isDue(1, 0.1));
  t.true(after(1).isDue(9, 0.1));
});

test('after several changes, a commit waits for two iterations without a new change', (t) => {
  const timer = after(2);
  t.deepEqual(
    [3, 4, 4, 4].map((waiting) => timer.isDue(waiting, 1)),
    [false, false, false, true],
  );
});

test('while changes keep arriving, a commit begins 10 ms after the previous commit began', (t) => {
  const timer = after(2);
  for (let waiting = 1; waiting < 100; waiting++) t.false(timer.isDue(waiting, 9.9));
  t.true(timer.isDue(100, 10));
});

test('quiet iterations before a commit do not count for the next commit', (t) => {
  const timer = after(2);
  t.deepEqual(
    [3, 3].map((waiting) => timer.isDue(waiting, 1)),
    [false, false],
  );
  timer.begin(3, 1);
  t.deepEqual(
    [3, 3, 3].map((waiting) => timer.isDue(waiting, 2)),
    [false, false, true],
  );
});
