import test from 'ava';
import {
  arrowText,
  clock,
  count,
  fieldTexts,
  nameIn,
  preciseClock,
  shortArrowText,
  shortFields,
} from '../../../inspector/page/text.js';

test('numbers, times and names are formatted for display', (t) => {
  t.is(count(12_345), '12,345');
  const at = new Date(2026, 0, 2, 4, 5, 6, 7).getTime();
  t.is(clock(at), '04:05:06');
  t.is(preciseClock(at), '04:05:06.007');
  t.is(nameIn('a/b/c'), 'c');
  t.is(nameIn('a'), 'a');
});

test('the text of a transition omits the name of the machine', (t) => {
  t.is(arrowText('client.idle>client.busy.ringing'), 'idle → busy.ringing');
  t.is(arrowText('client.busy'), 'stays in busy');
  t.is(arrowText('client'), 'no change of state');
  t.is(arrowText('client>client.idle'), '→ idle');
});

test('the short text of a transition omits the parent states that both ends share', (t) => {
  t.is(shortArrowText('m.busy.chatting.sending>m.busy.chatting.composing'), 'sending → composing');
  t.is(shortArrowText('m.busy.chatting>m.busy.calling'), 'chatting → calling');
  t.is(shortArrowText('m.idle>m.busy.calling'), 'idle → busy.calling');
  t.is(shortArrowText('m.busy>m.busy.calling'), 'busy → busy.calling');
  t.is(shortArrowText('m.busy.calling>m.busy'), 'calling → busy');
  t.is(shortArrowText('m.busy>m.busy'), 'busy → busy');
  t.is(shortArrowText('m>m.idle'), '→ idle');
  t.is(shortArrowText('m.busy'), 'stays in busy');
});

test('fields are shown as names and values, and long values are truncated', (t) => {
  t.deepEqual(fieldTexts(undefined), []);
  t.deepEqual(fieldTexts({ reply: '200', list: [1, 2] }), [
    ['reply', '200'],
    ['list', '[1,2]'],
  ]);
  t.is(
    shortFields({ change: { op: 'ADD', id: 'ada' }, none: null, own: true, from: '<Socket>', code: 7 }, 20),
    'ADD ada 7',
  );
  t.is(shortFields({ text: 'hello there' }, 8), 'hello t…');
  t.is(shortFields(undefined, 8), '');
  t.true((fieldTexts({ long: 'x'.repeat(1_000) })[0]?.[1].length ?? 0) < 300);
});
