import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { Device } from '../../../protocol/device.js';
import { KeyTable } from '../../../storage/tables/key-table.js';
import { device, KNOWN_DEVICES } from '../changes.js';

test('like a map, a key table returns the device that was set last; it counts the keys', (t) => {
  const anyUser = fc.oneof(
    fc.nat({ max: 5 }),
    fc.integer({ min: 4_090, max: 4_100 }),
    fc.nat({ max: 200_000 }),
  );
  const anySet = fc.tuple(anyUser, fc.constantFrom(...KNOWN_DEVICES, undefined));
  const property = fc.property(fc.array(anySet, { maxLength: 60, size: 'max' }), (sets) => {
    const table = new KeyTable();
    const model = new Map<number, Device>();
    for (const [user, value] of sets) {
      table.set(user, value);
      if (value === undefined) model.delete(user);
      else model.set(user, value);
    }
    assert.equal(table.size, model.size);
    for (const [user] of sets) {
      assert.deepEqual(table.get(user), model.get(user));
      assert.equal(table.has(user), model.has(user));
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('a key table keeps more keys than fit in one page, and serials up to the maximum', (t) => {
  const table = new KeyTable();
  const count = 10_000;
  for (let user = 0; user < count; user++) table.set(user * 3, device(Number.MAX_SAFE_INTEGER - user, user));
  for (let user = 0; user < count; user += 997) {
    t.deepEqual(table.get(user * 3), device(Number.MAX_SAFE_INTEGER - user, user));
    t.false(table.has(user * 3 + 1));
  }
  t.is(table.size, count);
});
