import test from 'ava';
import { GroupCommitTimer } from '../../../actors/server/group-commit.js';

/** A pace after a group of that size, which began at 0 ms. */
function after(size: number): GroupCommitTimer {
  const pace = new GroupCommitTimer();
  pace.begin(size, 0);
  return pace;
}

test('the first group begins at once, and so does one after a client that was alone', (t) => {
  t.true(new GroupCommitTimer().isDue(1, 0));
  t.true(after(1).isDue(1, 0.1));
  t.true(after(1).isDue(9, 0.1));
});

test('after a group of several, it waits until two turns brought nobody else', (t) => {
  const pace = after(2);
  t.deepEqual(
    [3, 4, 4, 4].map((waiting) => pace.isDue(waiting, 1)),
    [false, false, false, true],
  );
});

test('whoever goes on coming is waited for 10 ms from the beginning of the last group', (t) => {
  const pace = after(2);
  for (let waiting = 1; waiting < 100; waiting++) t.false(pace.isDue(waiting, 9.9));
  t.true(pace.isDue(100, 10));
});

test('the quiet turns before a group do not count after it', (t) => {
  const pace = after(2);
  t.deepEqual(
    [3, 3].map((waiting) => pace.isDue(waiting, 1)),
    [false, false],
  );
  pace.begin(3, 1);
  t.deepEqual(
    [3, 3, 3].map((waiting) => pace.isDue(waiting, 2)),
    [false, false, true],
  );
});
