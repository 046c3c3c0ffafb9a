import test from 'ava';
import fc from 'fast-check';
import { Heap } from '../../supervision/heap.js';

test('a heap returns its items with the smallest key first, whatever the order of operations', (t) => {
  const steps = fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (steps) => {
      const heap = new Heap<{ key: number }>();
      const model: number[] = [];
      for (const key of steps) {
        if (key !== null) {
          heap.push(key, { key });
          model.push(key);
        }
        model.sort((a, b) => a - b);
        t.is(heap.size, model.length);
        t.is(heap.firstKey, model[0]);
        t.is(heap.first?.key, model[0]);
        if (key === null) t.is(heap.pop()?.key, model.shift());
      }
      while (model.length > 0) t.is(heap.pop()?.key, model.shift());
      t.is(heap.pop(), undefined);
    }),
  );
});

test('a cleared heap is empty', (t) => {
  const heap = new Heap<string>();
  for (const key of [3, 1, 2]) heap.push(key, `item ${key}`);
  heap.clear();
  t.is(heap.size, 0);
  t.is(heap.first, undefined);
  heap.push(5, 'other');
  t.is(heap.pop(), 'other');
});

/** A key that counts how often it is compared. */
function counted(value: number, count: () => void): number {
  const key = {
    valueOf() {
      count();
      return value;
    },
  };
  return key as unknown as number;
}

for (const [order, keyOf] of [
  ['in order', (index: number) => index],
  ['in reverse order', (index: number) => -index],
] as const) {
  test(`the comparisons for each item grow with the logarithm of the number of items: ${order}`, (t) => {
    for (const size of [1_000, 100_000]) {
      let reads = 0;
      const heap = new Heap<number>();
      for (let index = 0; index < size; index++)
        heap.push(
          counted(keyOf(index), () => reads++),
          index,
        );
      while (heap.size > 0) heap.pop();
      // A comparison reads two keys. An item that moves down the heap needs two comparisons for each level;
      // an item that moves up needs one.
      const most = 2 * 3 * Math.ceil(Math.log2(size));
      t.true(reads / size <= most, `${reads / size} reads for each of ${size}, at most ${most}`);
    }
  });
}
