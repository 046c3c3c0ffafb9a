import test from 'ava';
import { NO_CALLS, withMissed } from '../../../machines/client/callers.js';
import {
  buddyListLines,
  clockTime,
  missedLines,
  seenAt,
  statusLines,
} from '../../../machines/client/presence-view.js';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const [bob, carl, dora] = ['bob', 'carl', 'dora'] as UserId[] as [UserId, UserId, UserId];
const endpoint = { address: '192.0.2.7', port: 4_000 };
const AFTERNOON_MS = new Date(2026, 10, 26, 14, 5).getTime();
const list: readonly Buddy[] = [
  { id: dora, status: 101, endpoint: undefined },
  { id: bob, status: 100, endpoint },
  { id: carl, status: 102, endpoint: { address: '::1', port: 5_000 } },
];

test('the buddy list has a line per buddy: id, status, address and port between tabs', (t) => {
  t.deepEqual(buddyListLines(list, new Map()), [
    'My buddy list:',
    'dora\tOFFLINE\tunknown\tunknown',
    'bob\tONLINE\t192.0.2.7\t4000',
    'carl\tAWAY\t::1\t5000',
  ]);
});

test('of a buddy who went, the list says when it was last seen', (t) => {
  const lastSeen = new Map([
    [dora, AFTERNOON_MS],
    [bob, AFTERNOON_MS],
  ]);
  t.deepEqual(buddyListLines(list, lastSeen).slice(1, 3), [
    'dora\tOFFLINE\tunknown\tunknown\tlast seen 14:05',
    'bob\tONLINE\t192.0.2.7\t4000',
  ]);
});

test('buddies are seen as long as they are there, and forgotten when they are on the list no more', (t) => {
  const first = seenAt(new Map(), list, 1_000);
  t.deepEqual([...first.keys()], [bob, carl]);
  const gone = list.map(({ id }): Buddy => ({ id, status: 101, endpoint: undefined }));
  t.deepEqual([...seenAt(first, gone.slice(0, 2), 2_000)], [[bob, 1_000]]);
});

test('the status has those who are there first', (t) => {
  const shown = {
    status: 100 as const,
    buddies: list,
    lastSeen: new Map([[dora, AFTERNOON_MS]]),
    calls: NO_CALLS,
  };
  t.deepEqual(statusLines(shown), [
    'Your buddies:',
    '  bob   online',
    '  carl  away',
    '  dora  offline, last seen 14:05',
  ]);
});

test('the status says that one is away, and what one missed', (t) => {
  const call = { caller: bob, address: '192.0.2.7' as DisplayText, atMs: AFTERNOON_MS };
  const calls = withMissed(withMissed(NO_CALLS, call), { ...call, caller: undefined });
  t.deepEqual(statusLines({ status: 102, buddies: [], lastSeen: new Map(), calls }), [
    'You are away.',
    'Missed call from bob (192.0.2.7) at 14:05.',
    'Missed call from 192.0.2.7 at 14:05.',
  ]);
  t.deepEqual(missedLines(NO_CALLS), []);
});

test('without buddies and news there is no status', (t) => {
  t.deepEqual(statusLines({ status: 100, buddies: [], lastSeen: new Map(), calls: NO_CALLS }), []);
});

test('the time of the day has two digits for hours and minutes', (t) => {
  t.is(clockTime(new Date(2026, 0, 1, 3, 7).getTime()), '03:07');
});
