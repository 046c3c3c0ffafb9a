import test from 'ava';
import { Tally } from '../../../bin/metrics/tally.js';

test('a tally counts each pair of words', (t) => {
  const tally = new Tally<'GET' | 'SET', string>();
  tally.add('GET', 'answered');
  tally.add('SET', 'accepted');
  tally.add('GET', 'answered');
  tally.add('GET', 'invalid');
  t.deepEqual(
    [...tally.entries()],
    [
      ['GET', 'answered', 2],
      ['GET', 'invalid', 1],
      ['SET', 'accepted', 1],
    ],
  );
});
