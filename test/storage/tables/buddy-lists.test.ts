import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { MAX_BUDDIES } from '../../../storage/store.js';
import { BuddyLists } from '../../../storage/tables/buddy-lists.js';

/** Numbers in a page. */
const PAGE_LENGTH = 2 ** 18;

/** How many pages the lists use. */
function pagesOf(lists: BuddyLists): number {
  return lists.bytes / (4 * PAGE_LENGTH);
}

function listOf(lists: BuddyLists, user: number): number[] {
  assert.equal(lists.lengthOf(user), lists.listOf(user).length);
  return [...lists.listOf(user)];
}

/** How many users have lists that the random steps change. */
const USERS = 4;
const anyStep = fc.record({
  user: fc.nat({ max: USERS - 1 }),
  isInsert: fc.oneof(
    { weight: 2, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  at: fc.oneof(fc.nat({ max: 40 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  number: fc.nat({ max: 2 ** 32 - 1 }),
});
const anySteps = fc.array(anyStep, { maxLength: 120, size: 'max' });
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Applies one step to the lists and to the model. A position beyond the list is moved to its end. */
function applyStep(lists: BuddyLists, model: number[][], { user, isInsert, at, number }: Step): void {
  const list = model[user] as number[];
  if (isInsert) {
    const position = Math.min(at, list.length);
    lists.insert(user, position, number);
    list.splice(position, 0, number);
  } else if (list.length > 0) {
    const position = Math.min(at, list.length - 1);
    lists.remove(user, position);
    list.splice(position, 1);
  }
}

function newModel(): number[][] {
  return Array.from({ length: USERS }, () => []);
}

function assertHolds(lists: BuddyLists, model: readonly (readonly number[])[]): void {
  for (const [user, list] of model.entries()) assert.deepEqual(listOf(lists, user), list);
}

test('the list of a user without buddies is empty', (t) => {
  const lists = new BuddyLists();
  t.deepEqual(listOf(lists, 0), []);
  t.deepEqual(listOf(lists, 1_000_000), []);
  t.is(lists.positionOf(3, 0), -1);
  t.false(lists.isFull);
});

test('inserting and removing at any position matches an array', (t) => {
  const property = fc.property(anySteps, (steps) => {
    const lists = new BuddyLists();
    const model = newModel();
    for (const step of steps) {
      applyStep(lists, model, step);
      assertHolds(lists, model);
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('a number is found at its first position, and only on its own list', (t) => {
  const property = fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 40 }), (numbers) => {
    const lists = new BuddyLists();
    lists.insert(0, 0, 99);
    for (const [position, number] of numbers.entries()) lists.insert(1, position, number);
    lists.insert(2, 0, 98);
    for (let number = 0; number < 25; number++)
      assert.equal(lists.positionOf(1, number), numbers.indexOf(number));
    assert.deepEqual([lists.positionOf(1, 99), lists.positionOf(1, 98)], [-1, -1]);
  });
  t.notThrows(() => fc.assert(property));
});

test('a free block is reused', (t) => {
  const lists = new BuddyLists();
  const numbers = new Uint32Array(MAX_BUDDIES);
  // The block of each list has 16,384 numbers. Together, the blocks fill a page.
  const blocks = PAGE_LENGTH / 2 ** 14;
  for (let user = 0; user < blocks; user++) lists.set(user, numbers, MAX_BUDDIES);
  t.is(pagesOf(lists), 1);
  // The lists move to blocks of half the size, which take half of a second page.
  for (let user = 0; user < blocks; user++) {
    while (lists.lengthOf(user) > 2 ** 13) lists.remove(user, lists.lengthOf(user) - 1);
  }
  t.is(pagesOf(lists), 2);
  for (let user = blocks; user < 2 * blocks; user++) lists.set(user, numbers, MAX_BUDDIES);
  t.is(pagesOf(lists), 2);
  lists.set(2 * blocks, numbers, 2 ** 14);
  t.is(pagesOf(lists), 2, 'half of the second page was still unused');
});

test('a list that changes often uses only as much memory as its greatest length needs', (t) => {
  const lists = new BuddyLists();
  for (let round = 0; round < 50_000; round++) {
    for (let position = 0; position < 5; position++) lists.insert(0, position, round + position);
    for (let position = 4; position >= 0; position--) lists.remove(0, 0);
  }
  t.is(pagesOf(lists), 1);
});

test('set uses only as many numbers as its length argument says', (t) => {
  const lists = new BuddyLists();
  lists.set(0, Uint32Array.of(5, 6, 7), 2);
  lists.set(1, Uint32Array.of(8), 0);
  lists.set(2, Uint32Array.of(9, 2 ** 32 - 1), 2);
  t.notThrows(() => assertHolds(lists, [[5, 6], [], [9, 2 ** 32 - 1]]));
  lists.insert(0, 2, 10);
  lists.insert(0, 0, 11);
  t.notThrows(() => assertHolds(lists, [[11, 5, 6, 10], [], [9, 2 ** 32 - 1]]));
});

test(`a list can grow to ${MAX_BUDDIES} numbers, and shrink to none`, (t) => {
  const lists = new BuddyLists();
  const model: number[] = [];
  for (let position = 0; position < MAX_BUDDIES; position++) {
    lists.insert(7, position, 3 * position);
    model.push(3 * position);
  }
  t.deepEqual(listOf(lists, 7), model);
  t.is(lists.positionOf(7, 3 * (MAX_BUDDIES - 1)), MAX_BUDDIES - 1);
  for (let round = 0; model.length > 0; round++) {
    const position = (round * 7919) % model.length;
    lists.remove(7, position);
    model.splice(position, 1);
    if (round % 500 === 0) t.deepEqual(listOf(lists, 7), model);
  }
  t.is(lists.lengthOf(7), 0);
});

test('a block never spans two pages', (t) => {
  const lists = new BuddyLists();
  const model: number[][] = [[42]];
  lists.insert(0, 0, 42);
  // Each long list needs a block of 16,384 numbers. Because the first list takes one number of the first
  // page, the last of these blocks does not fit into that page.
  for (let user = 1; user <= 3 * (PAGE_LENGTH / 2 ** 14); user++) {
    const numbers = Uint32Array.from({ length: MAX_BUDDIES }, (_, position) => user * 100_000 + position);
    lists.set(user, numbers, MAX_BUDDIES);
    model.push([...numbers]);
  }
  for (let user = 100; user < 110; user++) {
    lists.insert(user, 0, user);
    model[user] = [user];
  }
  t.is(pagesOf(lists), 4, 'the lists need four pages');
  for (const user of model.keys()) t.deepEqual(listOf(lists, user), model[user] ?? []);
  for (const user of [1, 15, 16, 17, 31, 32, 33]) {
    lists.insert(user, MAX_BUDDIES - 1, 1);
    model[user]?.splice(MAX_BUDDIES - 1, 0, 1);
    lists.remove(user, 0);
    model[user]?.shift();
  }
  for (const user of model.keys()) t.deepEqual(listOf(lists, user), model[user] ?? []);
});

test('a page is used to its last number', (t) => {
  const lists = new BuddyLists();
  for (let user = 0; user < PAGE_LENGTH; user++) lists.insert(user, 0, user + 1);
  t.is(pagesOf(lists), 1);
  for (let user = PAGE_LENGTH; user < PAGE_LENGTH + 2; user++) lists.insert(user, 0, user + 1);
  t.is(pagesOf(lists), 2);
  for (let user = 0; user < PAGE_LENGTH + 2; user++) {
    if (lists.listOf(user)[0] !== user + 1) t.fail(`${user}`);
  }
});
