import test from 'ava';
import {
  type IdSource,
  MAX_LIFETIME_MS,
  MIN_LIFETIME_MS,
  PresenceTable,
} from '../../../machines/server/presence-table.js';
import { packIpv4 } from '../../../protocol/address.js';
import type { UserId } from '../../../protocol/id.js';

const alice = 70_000;
const name = `${alice}` as UserId;
const bob = `${alice + 1}` as UserId;
const somewhere = ['192.0.2.7', 4_000] as const;
const SECOND = 1_000;

/** A table in which alice announced herself at these times. */
function announcedAt(...timesMs: readonly number[]): PresenceTable {
  const table = new PresenceTable();
  for (const time of timesMs) table.set(alice, name, 100, ...somewhere, time);
  return table;
}

/** A source of ids. The id of each user is the user's number. */
const ids = {
  committed: 60_000_000,
  copyId: (target: Uint8Array, at: number, user: number) =>
    at + Buffer.from(target.buffer).write(`${user}`, at),
};

/** Reads the record of a user. */
function recordOf(table: PresenceTable, user: number, nowMs: number, source: IdSource = ids): unknown {
  let where: unknown;
  const idIn = (bytes: Uint8Array, start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).toString('latin1');
  table.visit(user, nowMs, source, {
    offline: (...id) => {
      where = { id: idIn(...id) };
    },
    present: (bytes, start, end, status, address, port) => {
      where = { id: idIn(bytes, start, end), status, address, port };
    },
  });
  return where;
}

function isThere(table: PresenceTable, nowMs: number): boolean {
  return (recordOf(table, alice, nowMs) as { status?: number }).status !== undefined;
}

test('a user who never announced a status is offline', (t) => {
  t.deepEqual(recordOf(new PresenceTable(), alice, 0), { id: `${alice}` });
});

test('a user who announced a status has that status, address and port', (t) => {
  const table = announcedAt(0);
  const here = { id: `${alice}`, status: 100, address: packIpv4('192.0.2.7'), port: 4_000 };
  t.deepEqual(recordOf(table, alice, 1), here);
  table.set(alice, name, 102, '192.0.2.8', 5_000, 2);
  t.deepEqual(recordOf(table, alice, 3), {
    id: `${alice}`,
    status: 102,
    address: packIpv4('192.0.2.8'),
    port: 5_000,
  });
});

test('after the first announcement, a record expires in ten minutes', (t) => {
  t.is(MAX_LIFETIME_MS, 600 * SECOND);
  t.true(isThere(announcedAt(0), MAX_LIFETIME_MS - 1));
  t.false(isThere(announcedAt(0), MAX_LIFETIME_MS));
});

test('after the second announcement, a record expires after 3.5 times the gap between the two', (t) => {
  const table = announcedAt(0, 20 * SECOND);
  t.true(isThere(table, 90 * SECOND - 1));
  t.false(isThere(table, 90 * SECOND));
});

test('the lifetime of a record is at least 35 seconds', (t) => {
  t.is(MIN_LIFETIME_MS, 35 * SECOND);
  for (const gap of [1, SECOND, 10 * SECOND]) {
    t.true(isThere(announcedAt(0, gap), gap + MIN_LIFETIME_MS - 1), `gap ${gap}`);
    t.false(isThere(announcedAt(0, gap), gap + MIN_LIFETIME_MS), `gap ${gap}`);
  }
});

test('the lifetime of a record is at most ten minutes', (t) => {
  const gap = 500 * SECOND;
  t.true(isThere(announcedAt(0, gap), gap + MAX_LIFETIME_MS - 1));
  t.false(isThere(announcedAt(0, gap), gap + MAX_LIFETIME_MS));
});

test('the longest recent gap between announcements determines the lifetime, not the last gap', (t) => {
  const table = announcedAt(0, 30 * SECOND, 31 * SECOND);
  t.true(isThere(table, 31 * SECOND + 105 * SECOND - 1));
  t.false(isThere(table, 31 * SECOND + 105 * SECOND));
});

test('old gaps between announcements do not affect the lifetime', (t) => {
  const table = announcedAt(0, 100 * SECOND, 101 * SECOND, 102 * SECOND, 103 * SECOND, 104 * SECOND);
  t.true(isThere(table, 104 * SECOND + MIN_LIFETIME_MS - 1));
  t.false(isThere(table, 104 * SECOND + MIN_LIFETIME_MS));
});

test('the status 101 ends a record immediately', (t) => {
  const table = announcedAt(0);
  table.set(alice, name, 101, ...somewhere, 1);
  t.false(isThere(table, 1));
});

test('after the status 101, or the expiry of a record, the next announcement counts as the first', (t) => {
  const left = announcedAt(0, SECOND);
  left.set(alice, name, 101, ...somewhere, 2 * SECOND);
  left.set(alice, name, 100, ...somewhere, 3 * SECOND);
  t.true(isThere(left, 3 * SECOND + MAX_LIFETIME_MS - 1));
  const expired = announcedAt(0, SECOND);
  expired.set(alice, name, 100, ...somewhere, 100 * SECOND);
  t.true(isThere(expired, 100 * SECOND + MAX_LIFETIME_MS - 1));
});

test('an address that is not IPv4 is kept as text until the next announcement', (t) => {
  const table = new PresenceTable();
  table.set(alice, name, 100, '2001:db8::7', 4_000, 0);
  table.set(alice + 1, bob, 100, 'fe80::1%eth0', 4_000, 0);
  t.like(recordOf(table, alice, 1), { address: '2001:db8::7' });
  t.like(recordOf(table, alice + 1, 1), { address: 'fe80::1%eth0' });
  table.set(alice, name, 100, ...somewhere, 2);
  t.like(recordOf(table, alice, 3), { address: packIpv4('192.0.2.7') });
  table.set(alice, name, 100, '2001:db8::8', 4_000, 4);
  t.like(recordOf(table, alice, 5), { address: '2001:db8::8' });
});

test('each user has a separate record, anywhere in the table', (t) => {
  const table = new PresenceTable();
  const users = [0, 1, 4_095, 4_096, 65_535, 1_000_000];
  for (const user of users) table.set(user, `${user}` as UserId, 100, '192.0.2.7', (user % 60_000) + 1, 0);
  for (const user of users) t.like(recordOf(table, user, 1), { id: `${user}`, port: (user % 60_000) + 1 });
  for (const user of [2, 4_094, 4_097, 999_999, 1_000_001, 59_999_999])
    t.deepEqual(recordOf(table, user, 1), { id: `${user}` });
});

/** A source with one id for all users. A test may change `id`. `asked` counts the requests. */
function changingIds(id: string, committed = 60_000_000) {
  const source = {
    id,
    committed,
    asked: 0,
    copyId(target: Uint8Array, at: number) {
      source.asked += 1;
      return at + Buffer.from(target.buffer).write(source.id, at);
    },
  };
  return source;
}

test('an id that fits into a row of the table is requested only once', (t) => {
  for (const length of [1, 39, 40]) {
    const table = new PresenceTable();
    const source = changingIds('x'.repeat(length));
    for (const now of [1, 2, 3]) t.deepEqual(recordOf(table, alice, now, source), { id: source.id });
    t.is(source.asked, 1);
  }
});

test('the id of a user who announced a status is not requested', (t) => {
  const table = announcedAt(0);
  const source = changingIds('another');
  t.like(recordOf(table, alice, 1, source), { id: name, status: 100 });
  t.like(recordOf(table, alice, MAX_LIFETIME_MS, source), { id: name });
  t.is(source.asked, 0);
});

test('an id that does not fit into a row is still returned, and the next row is unchanged', (t) => {
  const table = new PresenceTable();
  for (const length of [41, 64]) {
    const source = changingIds('y'.repeat(length));
    for (const now of [1, 2]) t.deepEqual(recordOf(table, alice, now, source), { id: source.id });
    table.set(alice, source.id as UserId, 100, ...somewhere, 3);
    t.like(recordOf(table, alice, 4, source), { id: source.id, status: 100, port: 4_000 });
    table.set(alice, source.id as UserId, 101, ...somewhere, 5);
    t.deepEqual(recordOf(table, alice + 1, 6), { id: bob });
  }
});

test('the id of an uncommitted user is requested each time', (t) => {
  const table = new PresenceTable();
  const source = changingIds('undone', alice);
  t.deepEqual(recordOf(table, alice, 1, source), { id: 'undone' });
  source.id = 'another';
  t.deepEqual(recordOf(table, alice, 2, source), { id: 'another' });
  source.committed = alice + 1;
  t.deepEqual(recordOf(table, alice, 3, source), { id: 'another' });
  t.deepEqual(recordOf(table, alice, 4, source), { id: 'another' });
  t.is(source.asked, 3);
});

test('`end` ends the record of a user immediately, and changes nothing if the user has no record', (t) => {
  const table = announcedAt(0);
  table.end(alice + 1);
  table.end(50_000_000);
  t.true(isThere(table, 1));
  table.end(alice);
  t.false(isThere(table, 1));
});

test('`endWhere` ends all records whose user or address matches, anywhere in the table', (t) => {
  const table = new PresenceTable();
  const users = [0, 1, alice, 200_000];
  for (const user of users)
    table.set(user, undefined, 100, user % 2 === 0 ? '192.0.2.7' : '2001:db8::7', 1, 0);
  table.set(2, undefined, 100, '192.0.2.7', 1, 0);
  table.set(2, undefined, 101, '192.0.2.7', 1, 0);
  const seen: unknown[] = [];
  table.endWhere((user, address) => {
    seen.push([user, address]);
    return user === alice || address === '2001:db8::7';
  });
  const packed = packIpv4('192.0.2.7');
  t.deepEqual(seen, [
    [0, packed],
    [1, '2001:db8::7'],
    [alice, packed],
    [200_000, packed],
  ]);
  const status = (user: number) => (recordOf(table, user, 1) as { status?: number }).status;
  t.deepEqual(users.map(status), [100, undefined, undefined, 100]);
});

test('records that have not expired are counted, page by page', (t) => {
  const table = new PresenceTable();
  const farAway = 70_000;
  table.set(0, undefined, 100, ...somewhere, 0);
  table.set(1, undefined, 102, ...somewhere, 0);
  table.set(2, undefined, 101, ...somewhere, 0);
  table.set(farAway, undefined, 100, ...somewhere, 1);
  t.deepEqual(table.countPage(0, 2), { online: 1, away: 1 });
  t.deepEqual(table.countPage(1, 2), { online: 1, away: 0 });
  t.is(table.countPage(2, 2), undefined);
  t.deepEqual(table.countPage(0, MAX_LIFETIME_MS), { online: 0, away: 0 });
  t.deepEqual(table.countPage(1, MAX_LIFETIME_MS), { online: 1, away: 0 });
});

test('the users who are online are listed, with the time of their last announcement', (t) => {
  const table = announcedAt(0, 10 * SECOND);
  table.set(alice + 1, bob, 102, '2001:db8::7', 5_000, 4 * SECOND);
  table.set(alice + 2, undefined, 101, ...somewhere, 4 * SECOND);
  t.true(table.size > alice + 2);
  const [first, second] = [
    { user: alice, status: 100, address: '192.0.2.7', port: 4_000, heardMs: 10 * SECOND },
    { user: alice + 1, status: 102, address: '2001:db8::7', port: 5_000, heardMs: 4 * SECOND },
  ];
  t.deepEqual(table.listOnline(0, table.size, 11 * SECOND), [first, second]);
  t.deepEqual(table.listOnline(alice + 1, alice + 2, 11 * SECOND), [second]);
  t.deepEqual(table.listOnline(table.size, table.size + 9, 11 * SECOND), []);
  t.deepEqual(table.listOnline(0, table.size, 11 * SECOND + MAX_LIFETIME_MS), []);
});
