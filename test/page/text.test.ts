import test from 'ava';
import { arrowText, clock, count, fieldTexts, nameIn, preciseClock } from '../../page/text.js';

test('numbers, times and names are as people read them', (t) => {
  t.is(count(12_345), '12,345');
  const at = new Date(2026, 0, 2, 4, 5, 6, 7).getTime();
  t.is(clock(at), '04:05:06');
  t.is(preciseClock(at), '04:05:06.007');
  t.is(nameIn('a/b/c'), 'c');
  t.is(nameIn('a'), 'a');
});

test('an arrow is told without the name of its machine', (t) => {
  t.is(arrowText('client.idle>client.busy.ringing'), 'idle → busy.ringing');
  t.is(arrowText('client.busy'), 'busy');
});

test('fields are names and values, long ones cut', (t) => {
  t.deepEqual(fieldTexts(undefined), []);
  t.deepEqual(fieldTexts({ reply: '200', list: [1, 2] }), [
    ['reply', '200'],
    ['list', '[1,2]'],
  ]);
  t.true((fieldTexts({ long: 'x'.repeat(1_000) })[0]?.[1].length ?? 0) < 300);
});
