import test from 'ava';
import { MAX_LINE_BYTES } from '../../terminal/console.js';
import {
  MAX_PREVIEW_CHARACTERS,
  MAX_UNSENT_LINES,
  PastedLines,
  previewOf,
  unsentLines,
} from '../../terminal/pasted-lines.js';

test('lines are removed one after the other, and the rest can be dropped', (t) => {
  const pasted = new PastedLines();
  pasted.set(['one', '', 'three', 'four']);
  t.is(pasted.shift(), 'one');
  t.is(pasted.shift(), '');
  t.deepEqual(pasted.drop(), ['three', 'four']);
  t.is(pasted.shift(), undefined);
  t.deepEqual(pasted.drop(), []);
});

test('if a pasted line would leave the chat, the line is sent as text instead', (t) => {
  const pasted = new PastedLines();
  for (const [line, taken] of [
    ['q', '\\q'],
    ['Q', 'Q'],
    [' q', ' q'],
  ] as const) {
    pasted.set([line]);
    t.is(pasted.shift(), taken);
  }
});

test('a pasted line is cut to the maximum length of a typed line', (t) => {
  const pasted = new PastedLines();
  pasted.set(['x'.repeat(MAX_LINE_BYTES + 1)]);
  t.is(pasted.shift()?.length, MAX_LINE_BYTES);
});

test('a preview shows the first five lines, clipped and made safe, and counts the others', (t) => {
  t.deepEqual(previewOf(['a\u202e', 'b']), ['| a\uFFFD', '| b']);
  const long = previewOf(['x'.repeat(MAX_PREVIEW_CHARACTERS + 1), '2', '3', '4', '5', '6']);
  t.is(long[0], `| ${'x'.repeat(MAX_PREVIEW_CHARACTERS)}…`);
  t.deepEqual(long.slice(4), ['| 5', '… and 1 more line']);
  t.is(previewOf(Array(9).fill('')).at(-1), '… and 4 more lines');
});

test('unsent lines are listed one by one, up to a limit', (t) => {
  t.deepEqual(unsentLines(['a\u202e']), ['(Not sent: a\uFFFD)']);
  const listed = unsentLines(Array(MAX_UNSENT_LINES + 2).fill('x'));
  t.is(listed.length, MAX_UNSENT_LINES + 1);
  t.is(listed.at(-1), '(Not sent: 2 more lines)');
});
