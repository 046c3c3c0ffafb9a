import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { MAX_ID_LENGTH, type UserId } from '../../../protocol/id.js';
import { IdBatch, IdTable } from '../../../storage/tables/id-table.js';
import { id } from '../changes.js';

/** Bytes in a page of characters. */
const PAGE_BYTES = 2 ** 20;

/** How many ids of 64 characters, each with a length byte, fit in a page; 61 bytes remain. */
const LONG_IN_PAGE = Math.floor(PAGE_BYTES / (1 + MAX_ID_LENGTH));
const LEFT_IN_PAGE = PAGE_BYTES % (1 + MAX_ID_LENGTH);

/** Ids of 1 and of 64 characters, properties of JavaScript objects, and many similar ids. */
const POOL: readonly UserId[] = [
  ...['a', 'b', '_', '0', '__proto__', 'constructor', 'hasownproperty', 'tostring'],
  ...['a', 'b'].map((last) => `${'x'.repeat(MAX_ID_LENGTH - 1)}${last}`),
  ...Array.from({ length: 5_000 }, (_, index) => `user-${index}`),
].map(id);

function longId(index: number): UserId {
  return `${index}`.padStart(MAX_ID_LENGTH, 'x') as UserId;
}

/** Asserts that the table has exactly these ids, numbered in this order. */
function assertHolds(table: IdTable, ids: readonly UserId[], others: readonly UserId[] = []): void {
  assert.equal(table.size, ids.length);
  for (const [number, id] of ids.entries()) {
    assert.equal(table.numberOf(id), number);
    assert.equal(table.idOf(number), id);
  }
  for (const other of others) assert.equal(table.numberOf(other), -1);
}

test('a new table is empty', (t) => {
  t.notThrows(() => assertHolds(new IdTable(), [], POOL.slice(0, 20)));
});

test('ids are numbered from 0 in the order of adding, and no id is added twice', (t) => {
  const table = new IdTable();
  t.deepEqual(
    ['b', 'a', 'b', '__proto__', 'a'].map(id).map((each) => table.add(each)),
    [0, 1, -1, 2, -1],
  );
  t.notThrows(() => assertHolds(table, ['b', 'a', '__proto__'].map(id), ['constructor', 'c'].map(id)));
});

test('ids with a common beginning or end are distinct', (t) => {
  const table = new IdTable();
  const ids = ['a', 'aa', 'ab', 'ba', 'aaa', 'a.', '1', '11'].map(id);
  for (const each of ids) table.add(each);
  t.notThrows(() => assertHolds(table, ids, ['b', 'aab', 'a..', '111', '0'].map(id)));
});

// Removing an id is difficult only if the hash table has grown since the id was added. The steps therefore
// make the table grow.
test('adding and removing any number of ids at the end matches an array', (t) => {
  const anyStep = fc.record({
    added: fc.nat({ max: 1_500 }),
    removed: fc.nat({ max: 1_500 }),
    skip: fc.nat(),
  });
  const property = fc.property(fc.array(anyStep, { maxLength: 8 }), (steps) => {
    const table = new IdTable();
    const model: UserId[] = [];
    for (const { added, removed, skip } of steps) {
      for (let count = 0; count < added; count++) {
        const next = POOL[(skip + count) % POOL.length] as UserId;
        const known = table.numberOf(next);
        assert.equal(table.add(next), known === -1 ? model.length : -1);
        if (known === -1) model.push(next);
        else assert.equal(model[known], next);
      }
      const gone: UserId[] = [];
      for (let count = 0; count < removed && model.length > 0; count++) {
        table.removeLast();
        gone.push(model.pop() as UserId);
      }
      assertHolds(table, model, gone);
    }
  });
  t.notThrows(() => fc.assert(property, { numRuns: 60 }));
});

test('many ids in each shard are found, even after later ids are removed', (t) => {
  const table = new IdTable();
  const ids = Array.from({ length: 100_000 }, (_, index) => id(index.toString(36)));
  for (const each of ids) table.add(each);
  t.notThrows(() => assertHolds(table, ids, POOL.slice(8, 500)));
  for (const left of [99_999, 70_000, 12_345, 300, 0]) {
    while (table.size > left) table.removeLast();
    t.notThrows(
      () => assertHolds(table, ids.slice(0, left), ids.slice(left, left + 5_000)),
      `${left} are left`,
    );
  }
  for (const each of ids.slice(0, 1000).toReversed()) table.add(each);
  t.notThrows(() => assertHolds(table, ids.slice(0, 1000).toReversed(), ids.slice(1000, 2000)));
});

for (const length of [1, LEFT_IN_PAGE - 2, LEFT_IN_PAGE - 1, LEFT_IN_PAGE, MAX_ID_LENGTH]) {
  test(`an id of ${length} characters at the end of a page can be added, removed and added again`, (t) => {
    const table = new IdTable();
    const ids = Array.from({ length: LONG_IN_PAGE }, (_, index) => longId(index));
    const rest = [length, 1, 64, 1, 64].map((size, index) => `${index}`.padEnd(size, 'y') as UserId);
    for (const each of [...ids, ...rest]) table.add(each);
    t.notThrows(() => assertHolds(table, [...ids, ...rest]));
    for (let removed = 1; removed <= rest.length + 2; removed++) {
      const left = [...ids, ...rest].slice(0, -removed);
      while (table.size > left.length) table.removeLast();
      const others = Array.from(
        { length: removed + 1 },
        (_, index) => `z${index}`.padEnd(MAX_ID_LENGTH, 'z') as UserId,
      );
      for (const other of others) table.add(other);
      const edge = LONG_IN_PAGE - 5;
      for (const [index, each] of [...left, ...others].entries()) {
        if (index > edge) assert.equal(table.idOf(index), each);
        if (index > edge) assert.equal(table.numberOf(each), index);
      }
      for (const _ of others) table.removeLast();
      for (const each of [...ids, ...rest].slice(left.length)) table.add(each);
    }
    t.notThrows(() => assertHolds(table, [...ids, ...rest]));
  });
}

test('ids of 64 characters fill page after page', (t) => {
  const table = new IdTable();
  const ids = Array.from({ length: 3 * LONG_IN_PAGE + 10 }, (_, index) => longId(index));
  for (const each of ids) table.add(each);
  t.notThrows(() => assertHolds(table, ids, [longId(ids.length)]));
});

test('ids given as bytes equal ids given as strings', (t) => {
  const table = new IdTable();
  const bytes = Buffer.from('alice bob __proto__');
  t.is(table.find(bytes, 0, 5), -1);
  t.is(table.insert(bytes, 0, 5), 0);
  t.is(table.add(id('bob')), 1);
  t.is(table.insert(bytes, 6, 9), -1);
  t.is(table.insert(bytes, 10, 19), 2);
  t.is(table.find(bytes, 6, 9), 1);
  t.is(table.find(bytes, 6, 8), -1);
  t.notThrows(() => assertHolds(table, ['alice', 'bob', '__proto__'].map(id)));
});

test('findAll finds the same numbers as single searches', (t) => {
  const table = new IdTable();
  for (const [index, id] of POOL.entries()) if (index % 3 > 0) table.add(id);
  const text = POOL.join(' ');
  const bytes = Buffer.from(text);
  const batch = new IdBatch(POOL.length);
  let start = 0;
  for (const { length } of POOL) {
    batch.add(start, start + length);
    start += length + 1;
  }
  table.findAll(bytes, batch);
  t.deepEqual(
    [...batch.numbers],
    POOL.map((id) => table.numberOf(id)),
  );
  batch.size = 0;
  t.notThrows(() => new IdTable().findAll(bytes, batch), 'an empty batch');
});

test('copyTo writes an id into a buffer, and keeps the bytes around it', (t) => {
  const table = new IdTable();
  for (const each of ['alice', 'b', longId(1)]) table.add(each as UserId);
  const target = Buffer.alloc(80, '.');
  t.is(table.copyTo(target, 3, 0), 8);
  t.is(table.copyTo(target, 9, 1), 10);
  t.is(target.toString('latin1'), '...alice.b'.padEnd(80, '.'));
  t.is(table.copyTo(target, 10, 2), 74);
  t.is(target.toString('latin1', 10), `${longId(1)}......`);
});

test('adding and removing ids repeatedly does not use more and more memory', (t) => {
  const table = new IdTable();
  table.add(id('a'));
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 5 * LONG_IN_PAGE; index++) {
    table.add(longId(index));
    table.removeLast();
  }
  const grown = process.memoryUsage().arrayBuffers - before;
  t.true(grown < 2 * PAGE_BYTES, `${grown}`);
});

const MANY = 17_000_000;

/** Writes a number as a short id; returns its length. */
function writeNumber(target: Buffer, number: number): number {
  let length = 0;
  for (let rest = number; rest > 0 || length === 0; rest = Math.floor(rest / 36)) {
    target[length++] = '0123456789abcdefghijklmnopqrstuvwxyz'.charCodeAt(rest % 36);
  }
  return length;
}

// A JavaScript Map holds at most 2 ** 24 entries.
test(`${MANY} ids can be added and found`, (t) => {
  t.timeout(120_000);
  const table = new IdTable();
  const bytes = Buffer.alloc(MAX_ID_LENGTH);
  for (let number = 0; number < MANY; number++) {
    if (table.insert(bytes, 0, writeNumber(bytes, number)) !== number) t.fail(`${number}`);
  }
  t.is(table.size, MANY);
  for (let number = 0; number < MANY; number += 997) {
    const length = writeNumber(bytes, number);
    if (table.find(bytes, 0, length) !== number) t.fail(`${number}`);
    if (table.idOf(number) !== bytes.toString('latin1', 0, length)) t.fail(`${number}`);
  }
  t.is(table.numberOf(id('no-such-id')), -1);
});
