import test from 'ava';
import { LONGEST_LIFE_MS, PresenceTable, SHORTEST_LIFE_MS } from '../../../machines/server/presence-table.js';
import type { UserId } from '../../../protocol/id.js';

const alice = 'alice' as UserId;
const somewhere = { address: '192.0.2.7', port: 4_000 };
const SECOND = 1_000;

/** A table in which alice announced herself at these times. */
function announcedAt(...timesMs: readonly number[]): PresenceTable {
  const table = new PresenceTable();
  for (const time of timesMs) table.set(alice, 100, somewhere, time);
  return table;
}

function isThere(table: PresenceTable, nowMs: number): boolean {
  return table.get(alice, nowMs) !== undefined;
}

test('nobody is there who never said so', (t) => {
  t.is(new PresenceTable().get(alice, 0), undefined);
});

test('whoever announced itself is there with status, address and port', (t) => {
  const table = announcedAt(0);
  t.like(table.get(alice, 1), { status: 100, endpoint: somewhere });
  table.set(alice, 102, { address: '192.0.2.8', port: 5_000 }, 2);
  t.like(table.get(alice, 3), { status: 102, endpoint: { address: '192.0.2.8', port: 5_000 } });
});

test('a record that was set once lives ten minutes', (t) => {
  t.is(LONGEST_LIFE_MS, 600 * SECOND);
  t.true(isThere(announcedAt(0), LONGEST_LIFE_MS - 1));
  t.false(isThere(announcedAt(0), LONGEST_LIFE_MS));
});

test('from the second announcement on it lives three and a half times the gap', (t) => {
  const table = announcedAt(0, 20 * SECOND);
  t.true(isThere(table, 90 * SECOND - 1));
  t.false(isThere(table, 90 * SECOND));
});

test('it lives at least 35 seconds', (t) => {
  t.is(SHORTEST_LIFE_MS, 35 * SECOND);
  for (const gap of [1, SECOND, 10 * SECOND]) {
    t.true(isThere(announcedAt(0, gap), gap + SHORTEST_LIFE_MS - 1), `gap ${gap}`);
    t.false(isThere(announcedAt(0, gap), gap + SHORTEST_LIFE_MS), `gap ${gap}`);
  }
});

test('it lives at most ten minutes', (t) => {
  const gap = 500 * SECOND;
  t.true(isThere(announcedAt(0, gap), gap + LONGEST_LIFE_MS - 1));
  t.false(isThere(announcedAt(0, gap), gap + LONGEST_LIFE_MS));
});

test('the longest of the recent gaps counts, not the last', (t) => {
  const table = announcedAt(0, 30 * SECOND, 31 * SECOND);
  t.true(isThere(table, 31 * SECOND + 105 * SECOND - 1));
  t.false(isThere(table, 31 * SECOND + 105 * SECOND));
});

test('a gap that is no longer recent is forgotten', (t) => {
  const table = announcedAt(0, 100 * SECOND, 101 * SECOND, 102 * SECOND, 103 * SECOND, 104 * SECOND);
  t.true(isThere(table, 104 * SECOND + SHORTEST_LIFE_MS - 1));
  t.false(isThere(table, 104 * SECOND + SHORTEST_LIFE_MS));
});

test('101 ends it at once', (t) => {
  const table = announcedAt(0);
  table.set(alice, 101, somewhere, 1);
  t.false(isThere(table, 1));
});

test('after an end or an expiry the next announcement is a first one again', (t) => {
  const left = announcedAt(0, SECOND);
  left.set(alice, 101, somewhere, 2 * SECOND);
  left.set(alice, 100, somewhere, 3 * SECOND);
  t.true(isThere(left, 3 * SECOND + LONGEST_LIFE_MS - 1));
  const expired = announcedAt(0, SECOND);
  expired.set(alice, 100, somewhere, 100 * SECOND);
  t.true(isThere(expired, 100 * SECOND + LONGEST_LIFE_MS - 1));
});

test('ids that name properties of objects are only ids', (t) => {
  const table = new PresenceTable();
  t.is(table.get('__proto__' as UserId, 0), undefined);
  table.set('__proto__' as UserId, 100, somewhere, 0);
  t.is(table.get('__proto__' as UserId, 1)?.status, 100);
  t.is(table.get('constructor' as UserId, 1), undefined);
});
