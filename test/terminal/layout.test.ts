import test from 'ava';
import fc from 'fast-check';
import { clipLine, graphemesOf, widthOf, wrapLine } from '../../terminal/layout.js';

test('a grapheme cluster is one character', (t) => {
  t.deepEqual(graphemesOf('añ👩‍🚀你'), ['a', 'ñ', '👩‍🚀', '你']);
});

test('a wide character takes two columns, and a combining mark takes none', (t) => {
  t.is(widthOf('abc'), 3);
  t.is(widthOf('你'), 2);
  t.is(widthOf('e\u0301'), 1);
  t.is(widthOf('ab\tc'), 9);
});

test('if terminals disagree about a width, the larger width counts', (t) => {
  t.is(widthOf('👩‍🚀'), 4);
  t.is(widthOf('❤️'), 2);
});

test('a clipped line ends with an ellipsis, at the latest in the last column', (t) => {
  t.is(clipLine('1234567890', 10), '1234567890');
  t.is(clipLine('12345678901', 10), '123456789…');
  t.is(clipLine('你好你好你好', 10), '你好你好…');
  t.is(clipLine('bob\tON', 20), 'bob     ON');
  t.is(clipLine('bob\tONLINE', 10), 'bob     O…');
});

test('a clipped line is never wider than its row', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
      t.true(widthOf(clipLine(text, columns)) <= columns);
    }),
  );
});

test('a line that fits in one row is not wrapped', (t) => {
  t.deepEqual(wrapLine('', 10), ['']);
  t.deepEqual(wrapLine('1234567890', 10), ['1234567890']);
});

test('the second and later rows of a line are indented', (t) => {
  t.deepEqual(wrapLine('1234567890abcdefghij', 10), ['1234567890', '   abcdefg', '   hij']);
});

test('a buddy cannot fill a row so that the next row looks like a line of the program', (t) => {
  const rows = wrapLine(`B: ${' '.repeat(77)}Buddy connection closed.`, 80);
  t.deepEqual(rows.slice(1), ['   Buddy connection closed.']);
});

test('a row ends at a space if there is one', (t) => {
  t.deepEqual(wrapLine('one two three four', 10), ['one two ', '   three ', '   four']);
  t.deepEqual(wrapLine('antidisestablishment', 10), ['antidisest', '   ablishm', '   ent']);
});

test('a word that fits neither in its own row nor in the next row is split', (t) => {
  t.deepEqual(wrapLine('xxxxxxxxxx abcdef漢', 10), ['xxxxxxxxxx', '    abcdef', '   漢']);
});

test('a tab goes to the next tab stop', (t) => {
  t.deepEqual(wrapLine('bob\tONLINE', 14), ['bob\tONLINE']);
  t.deepEqual(wrapLine('bob\tONLINE', 13), ['bob\t', '   ONLINE']);
});

/** Texts of all kinds, and texts that fill rows in many ways. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', 'bc', '漢', ' '), maxLength: 200, size: 'max' }),
);

test('no row is wider than the screen, and none of the text is lost', (t) => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 10, max: 40 }), (text, columns) => {
      const rows = wrapLine(text.replaceAll('\t', ' '), columns);
      for (const row of rows) t.true(widthOf(row) <= columns);
      const joined = rows.map((row, index) => (index === 0 ? row : row.slice(3))).join('');
      t.is(joined, text.replaceAll('\t', ' '));
    }),
  );
});
