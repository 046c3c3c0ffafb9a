import test from 'ava';
import type { StatusShown } from '../../machines/client/notices.js';
import type { Buddy } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import {
  buddyListLines,
  clockTime,
  MENU_REMINDER,
  menuLine,
  missedLines,
  statusLines,
} from '../../terminal/presence-lines.js';

const [bob, carl, dora] = ['bob', 'carl', 'dora'] as UserId[] as [UserId, UserId, UserId];
const endpoint = { address: '192.0.2.7', port: 4_000 };
const AFTERNOON_MS = new Date(2026, 10, 26, 14, 5).getTime();
const list: readonly Buddy[] = [
  { id: dora, status: 101, endpoint: undefined },
  { id: bob, status: 100, endpoint },
  { id: carl, status: 102, endpoint: { address: '::1', port: 5_000 } },
];

test('the buddy list has a line per buddy: id, status, address and port, separated by tabs', (t) => {
  t.deepEqual(buddyListLines(list, new Map()), [
    'My buddy list:',
    'dora\tOFFLINE\tunknown\tunknown',
    'bob\tONLINE\t192.0.2.7\t4000',
    'carl\tAWAY\t::1\t5000',
  ]);
});

test('the list says when a buddy who went offline was last seen', (t) => {
  const lastSeen = new Map([
    [dora, AFTERNOON_MS],
    [bob, AFTERNOON_MS],
  ]);
  t.deepEqual(buddyListLines(list, lastSeen).slice(1, 3), [
    'dora\tOFFLINE\tunknown\tunknown\tlast seen 14:05',
    'bob\tONLINE\t192.0.2.7\t4000',
  ]);
});

const nothing: StatusShown = {
  user: undefined,
  isAway: false,
  buddies: [],
  lastSeen: new Map(),
  missed: [],
};

test('the status lists online buddies before offline buddies', (t) => {
  t.deepEqual(statusLines({ ...nothing, buddies: list, lastSeen: new Map([[dora, AFTERNOON_MS]]) }), [
    'Your buddies:',
    '  bob   online',
    '  carl  away',
    '  dora  offline, last seen 14:05',
  ]);
});

test('the status shows the user, the menu, whether the user is away, and missed calls', (t) => {
  const call = { caller: bob, address: '192.0.2.7' as DisplayText, atMs: AFTERNOON_MS, uptimeMs: 0 };
  const missed = [call, { ...call, caller: undefined }];
  t.deepEqual(statusLines({ ...nothing, user: dora, isAway: true, missed }), [
    `dora, away: ${MENU_REMINDER}`,
    'Missed call from bob (192.0.2.7) at 14:05.',
    'Missed call from 192.0.2.7 at 14:05.',
  ]);
});

test('the short menu names the user, and fits in 80 columns even with a long name', (t) => {
  t.is(menuLine(bob, false), `bob: ${MENU_REMINDER}`);
  t.is(menuLine(bob, true), `bob, away: ${MENU_REMINDER}`);
  const long = 'x'.repeat(64) as UserId;
  t.is(menuLine(long, false), `${'x'.repeat(13)}…: ${MENU_REMINDER}`);
  t.is(menuLine(long, true), `${'x'.repeat(7)}…, away: ${MENU_REMINDER}`);
  for (const isAway of [false, true]) {
    for (const isKeyed of [false, true]) t.is(menuLine(long, isAway, isKeyed).length, 80);
  }
});

test('the status is empty if there is no user, no buddy and no missed call', (t) => {
  t.deepEqual(statusLines(nothing), []);
  t.deepEqual(missedLines([]), []);
});

test('the time of day has two digits each for hours and minutes', (t) => {
  t.is(clockTime(new Date(2026, 0, 1, 3, 7).getTime()), '03:07');
});

test('the list and the status say that the list may be cut', (t) => {
  const cut = Object.assign([...list], { mayBeCut: true as const });
  const said = '(The list may be cut: it is as long as an answer of the server can be.)';
  t.is(buddyListLines(cut, new Map()).at(-1), said);
  const status = { user: undefined, isAway: false, lastSeen: new Map(), missed: [] };
  t.is(statusLines({ ...status, buddies: cut })[0], 'Your buddies (the list may be cut):');
  t.is(statusLines({ ...status, buddies: list })[0], 'Your buddies:');
});
