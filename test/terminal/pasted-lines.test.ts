import test from 'ava';
import { MAX_LINE_BYTES } from '../../terminal/console.js';
import {
  MAX_PREVIEW_CHARACTERS,
  MAX_UNSENT_LINES,
  PastedLines,
  previewOf,
  unsentLines,
} from '../../terminal/pasted-lines.js';

test('lines are taken one after the other, and the others can be dropped', (t) => {
  const pasted = new PastedLines();
  pasted.set(['one', '', 'three', 'four']);
  t.is(pasted.take(), 'one');
  t.is(pasted.take(), '');
  t.deepEqual(pasted.drop(), ['three', 'four']);
  t.is(pasted.take(), undefined);
  t.deepEqual(pasted.drop(), []);
});

test('a line that would leave the chat is taken as text', (t) => {
  const pasted = new PastedLines();
  for (const [line, taken] of [
    ['q', '\\q'],
    ['Q', 'Q'],
    [' q', ' q'],
  ] as const) {
    pasted.set([line]);
    t.is(pasted.take(), taken);
  }
});

test('a line is no longer than one that is typed', (t) => {
  const pasted = new PastedLines();
  pasted.set(['x'.repeat(MAX_LINE_BYTES + 1)]);
  t.is(pasted.take()?.length, MAX_LINE_BYTES);
});

test('a preview has the first five lines, safe and not too long, and counts the others', (t) => {
  t.deepEqual(previewOf(['a\u202e', 'b']), ['| a\uFFFD', '| b']);
  const long = previewOf(['x'.repeat(MAX_PREVIEW_CHARACTERS + 1), '2', '3', '4', '5', '6']);
  t.is(long[0], `| ${'x'.repeat(MAX_PREVIEW_CHARACTERS)}…`);
  t.deepEqual(long.slice(4), ['| 5', '… and 1 more line']);
  t.is(previewOf(Array(9).fill('')).at(-1), '… and 4 more lines');
});

test('lines that were not sent are told one by one, up to a number', (t) => {
  t.deepEqual(unsentLines(['a\u202e']), ['(Not sent: a\uFFFD)']);
  const told = unsentLines(Array(MAX_UNSENT_LINES + 2).fill('x'));
  t.is(told.length, MAX_UNSENT_LINES + 1);
  t.is(told.at(-1), '(Not sent: 2 more lines)');
});
