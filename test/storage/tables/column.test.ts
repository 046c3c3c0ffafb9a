import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { Column } from '../../../storage/tables/column.js';

/** Numbers in a page. Indexes near a multiple of this number are critical. */
const PAGE_LENGTH = 2 ** 16;

const anyIndex = fc.oneof(
  fc.nat({ max: 20 }),
  // Powers of two up to two pages: a wrong mask would confuse these indexes.
  fc.integer({ min: 0, max: 17 }).map((bits) => 2 ** bits),
  fc.integer({ min: PAGE_LENGTH - 2, max: PAGE_LENGTH + 2 }),
  fc.integer({ min: 3 * PAGE_LENGTH - 2, max: 3 * PAGE_LENGTH + 2 }),
);

test('a number that was never set is 0', (t) => {
  const column = new Column();
  t.is(column.get(0), 0);
  t.is(column.get(10 * PAGE_LENGTH), 0);
  column.set(2 * PAGE_LENGTH, 7);
  t.deepEqual(
    [0, PAGE_LENGTH, 2 * PAGE_LENGTH - 1, 2 * PAGE_LENGTH + 1, 3 * PAGE_LENGTH].map((at) => column.get(at)),
    [0, 0, 0, 0, 0],
  );
});

test('like a map, a column returns the number that was set last', (t) => {
  const max = 2 ** 32 - 1;
  const anySets = fc.array(fc.tuple(anyIndex, fc.oneof(fc.nat({ max }), fc.constant(max))), {
    maxLength: 30,
  });
  const property = fc.property(anySets, fc.array(anyIndex), (sets, others) => {
    const column = new Column();
    const model = new Map<number, number>();
    for (const [index, value] of sets) {
      column.set(index, value);
      model.set(index, value);
    }
    for (const index of [...model.keys(), ...others]) assert.equal(column.get(index), model.get(index) ?? 0);
  });
  t.notThrows(() => fc.assert(property));
});
