import test from 'ava';
import fc from 'fast-check';
import { formatCheckedLine, parseCheckedLine } from '../../user-files/checked-line.js';

test('a checked line is JSON that ends with a checksum', (t) => {
  const line = formatCheckedLine({ buddy: 'bob', key: null });
  t.is(line, '{"buddy":"bob","key":null,"sum":"fe1d2070559a68f6"}');
  t.deepEqual(JSON.parse(line), { buddy: 'bob', key: null, sum: 'fe1d2070559a68f6' });
  t.deepEqual(parseCheckedLine(line), { buddy: 'bob', key: null });
});

test('property: each line can be read back, and has no LF', (t) => {
  const texts = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(texts, fc.maxSafeNat(), (text, number) => {
      const line = formatCheckedLine({ text, number, sum: 'x' });
      t.false(line.includes('\n'));
      t.deepEqual(parseCheckedLine(line), { text, number, sum: 'x' });
    }),
  );
});

test('a line with any byte changed or missing is damaged', (t) => {
  const line = Buffer.from(formatCheckedLine({ buddy: 'bob', key: 'é', floor: 10 }));
  for (let at = 0; at < line.length; at++) {
    t.is(parseCheckedLine(line.toString('utf8', 0, at)), undefined);
    t.is(parseCheckedLine(line.toString('utf8', at + 1)), undefined);
    for (const bits of [1, 2, 0x20, 0x80, 0xff]) {
      const flipped = Buffer.from(line);
      flipped[at] = (line[at] as number) ^ bits;
      t.is(parseCheckedLine(flipped.toString('utf8')), undefined, `byte ${at} ^ ${bits}`);
    }
  }
});

test('a text without a correct checksum is a damaged line', (t) => {
  for (const text of ['', '{}', '{"a":1}', 'x', '\0\0\0', '{"a":1,"sum":"0000000000000000"}']) {
    t.is(parseCheckedLine(text), undefined);
  }
});
