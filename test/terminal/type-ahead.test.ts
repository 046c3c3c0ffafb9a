import test from 'ava';
import { INPUT_AHEAD_MS, type Input, MAX_INPUTS_AHEAD, TypeAhead } from '../../terminal/type-ahead.js';

function key(name: string): Input {
  return { kind: 'key', text: name, key: { name } };
}

test('inputs are drained once, in their order', (t) => {
  const ahead = new TypeAhead();
  ahead.add(key('a'), 1);
  ahead.add({ kind: 'paste', text: 'b' }, 2);
  t.deepEqual(ahead.drain(3), [
    { input: key('a'), atMs: 1 },
    { input: { kind: 'paste', text: 'b' }, atMs: 2 },
  ]);
  t.deepEqual(ahead.drain(3), []);
});

test('an input is dropped if it has waited too long', (t) => {
  const ahead = new TypeAhead();
  ahead.add(key('a'), 0);
  ahead.add(key('b'), 1);
  t.deepEqual(ahead.drain(INPUT_AHEAD_MS + 1), [{ input: key('b'), atMs: 1 }]);
});

test('there is room for a limited number of keys and for one paste', (t) => {
  const ahead = new TypeAhead();
  ahead.add({ kind: 'paste', text: 'one' }, 0);
  ahead.add({ kind: 'paste', text: 'two' }, 0);
  for (let count = 0; count < MAX_INPUTS_AHEAD; count++) ahead.add(key('a'), 0);
  const inputs = ahead.drain(0).map(({ input }) => input);
  t.is(inputs.length, MAX_INPUTS_AHEAD);
  t.deepEqual(inputs.slice(0, 2), [{ kind: 'paste', text: 'one' }, key('a')]);
});

test('freshness says whether input waits, and whether any of it is recent', (t) => {
  const ahead = new TypeAhead();
  t.is(ahead.freshness(0), 'none');
  ahead.add(key('a'), 0);
  t.is(ahead.freshness(INPUT_AHEAD_MS), 'fresh');
  t.is(ahead.freshness(INPUT_AHEAD_MS + 1), 'stale');
  ahead.add(key('b'), INPUT_AHEAD_MS + 1);
  t.is(ahead.freshness(INPUT_AHEAD_MS + 1), 'fresh');
  ahead.drain(INPUT_AHEAD_MS + 1);
  t.is(ahead.freshness(INPUT_AHEAD_MS + 1), 'none');
});
