import test from 'ava';
import { LONGEST_LIFE_MS, PresenceTable, SHORTEST_LIFE_MS } from '../../../machines/server/presence-table.js';
import { packIpv4 } from '../../../protocol/address.js';

const alice = 70_000;
const somewhere = ['192.0.2.7', 4_000] as const;
const SECOND = 1_000;

/** A table in which alice announced herself at these times. */
function announcedAt(...timesMs: readonly number[]): PresenceTable {
  const table = new PresenceTable();
  for (const time of timesMs) table.set(alice, 100, ...somewhere, time);
  return table;
}

/** What the table tells of a user. */
function told(table: PresenceTable, user: number, nowMs: number): unknown {
  let where: unknown;
  table.visit(user, nowMs, {
    offline: (visited) => {
      where = { user: visited };
    },
    present: (visited, status, address, port) => {
      where = { user: visited, status, address, port };
    },
  });
  return where;
}

function isThere(table: PresenceTable, nowMs: number): boolean {
  return (told(table, alice, nowMs) as { status?: number }).status !== undefined;
}

test('nobody is there who never said so', (t) => {
  t.deepEqual(told(new PresenceTable(), alice, 0), { user: alice });
});

test('whoever announced itself is there with status, address and port', (t) => {
  const table = announcedAt(0);
  const here = { user: alice, status: 100, address: packIpv4('192.0.2.7'), port: 4_000 };
  t.deepEqual(told(table, alice, 1), here);
  table.set(alice, 102, '192.0.2.8', 5_000, 2);
  t.deepEqual(told(table, alice, 3), {
    user: alice,
    status: 102,
    address: packIpv4('192.0.2.8'),
    port: 5_000,
  });
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
  table.set(alice, 101, ...somewhere, 1);
  t.false(isThere(table, 1));
});

test('after an end or an expiry the next announcement is a first one again', (t) => {
  const left = announcedAt(0, SECOND);
  left.set(alice, 101, ...somewhere, 2 * SECOND);
  left.set(alice, 100, ...somewhere, 3 * SECOND);
  t.true(isThere(left, 3 * SECOND + LONGEST_LIFE_MS - 1));
  const expired = announcedAt(0, SECOND);
  expired.set(alice, 100, ...somewhere, 100 * SECOND);
  t.true(isThere(expired, 100 * SECOND + LONGEST_LIFE_MS - 1));
});

test('an address that is no IPv4 address is told as it came, and forgotten with its record', (t) => {
  const table = new PresenceTable();
  table.set(alice, 100, '2001:db8::7', 4_000, 0);
  table.set(alice + 1, 100, 'fe80::1%eth0', 4_000, 0);
  t.like(told(table, alice, 1), { address: '2001:db8::7' });
  t.like(told(table, alice + 1, 1), { address: 'fe80::1%eth0' });
  table.set(alice, 100, ...somewhere, 2);
  t.like(told(table, alice, 3), { address: packIpv4('192.0.2.7') });
  table.set(alice, 100, '2001:db8::8', 4_000, 4);
  t.like(told(table, alice, 5), { address: '2001:db8::8' });
});

test('each user has a record of their own, wherever they are in the table', (t) => {
  const table = new PresenceTable();
  const users = [0, 1, 4_095, 4_096, 65_535, 1_000_000];
  for (const user of users) table.set(user, 100, '192.0.2.7', (user % 60_000) + 1, 0);
  for (const user of users) t.like(told(table, user, 1), { user, port: (user % 60_000) + 1 });
  for (const user of [2, 4_094, 4_097, 999_999, 1_000_001, 59_999_999])
    t.deepEqual(told(table, user, 1), { user });
});
