import test from 'ava';
import fc from 'fast-check';
import { widthOf } from '../../terminal/layout.js';
import { typedRows } from '../../terminal/typed-rows.js';

test('text fills a row and continues in the next row', (t) => {
  t.deepEqual(typedRows('123456789', '0ab', 10), {
    rows: ['1234567890', 'ab'],
    cursor: { row: 0, before: '123456789' },
  });
});

test('if the text before the cursor fills a row exactly, the cursor is in the next row', (t) => {
  t.deepEqual(typedRows('1234567890', '', 10), {
    rows: ['1234567890', ''],
    cursor: { row: 1, before: '' },
  });
  t.deepEqual(typedRows('12345', '67890', 10), {
    rows: ['1234567890'],
    cursor: { row: 0, before: '12345' },
  });
});

test('an empty text is one row', (t) => {
  t.deepEqual(typedRows('', '', 10), { rows: [''], cursor: { row: 0, before: '' } });
});

test('if a wide character does not fit, it begins the next row', (t) => {
  t.deepEqual(typedRows('123456789', '你', 10).rows, ['123456789', '你']);
});

test('no row is wider than the screen, no text is lost, and the cursor is in the right place', (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((all) => all.replaceAll('\t', ' '));
  fc.assert(
    fc.property(text, text, fc.integer({ min: 10, max: 30 }), (before, after, columns) => {
      const { rows, cursor } = typedRows(before, after, columns);
      for (const row of rows) t.true(widthOf(row) <= columns);
      t.is(rows.join(''), before + after);
      t.is(rows.slice(0, cursor.row).join('') + cursor.before, before);
      t.true(rows[cursor.row]?.startsWith(cursor.before));
      t.true(widthOf(cursor.before) < columns);
    }),
  );
});
