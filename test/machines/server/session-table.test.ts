import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { MAX_ASKING_SESSIONS, MAX_SILENCE_MS, SessionTable } from '../../../machines/server/session-table.js';
import type { Device } from '../../../protocol/device.js';
import type { UserId } from '../../../protocol/id.js';
import type { IdentityKey } from '../../../protocol/key.js';
import type { LoginMode } from '../../../protocol/request.js';
import type { SessionId } from '../../../protocol/sealed-datagram.js';

const alice = 'alice' as UserId;
const NEW: LoginMode = { kind: 'new' };
const ASK: LoginMode = { kind: 'ask' };
const again = (session: string): LoginMode => ({ kind: 'again', session: session as SessionId });
const device = (serial: number, floor = 0, identity = 'key'): Device => ({
  identity: identity as IdentityKey,
  serial,
  floor,
});

/** A session table, and functions that take any text as the name of a session. */
function tableOf(limit?: number) {
  const table = new SessionTable<string>(limit);
  return {
    open: (name: string, mode: LoginMode, nowMs = 0, of = device(1), id = alice) =>
      table.open(name as SessionId, mode, { id, device: of, address: '192.0.2.7', keys: name }, nowMs),
    find: (name: string, nowMs = 0) => table.find(name as SessionId, nowMs),
    touch: (name: string, nowMs: number) => table.touch(name as SessionId, nowMs),
    table,
  };
}

test('a session is found by its name, with its keys', (t) => {
  const { open, find } = tableOf();
  t.true(open('one', NEW));
  t.like(find('one'), { id: alice, keys: 'one', announces: true, address: '192.0.2.7' });
  t.is(find('two'), undefined);
});

test('a login in mode `new` ends the session that has announced the user so far', (t) => {
  const { open, find } = tableOf();
  open('one', NEW);
  t.true(open('two', NEW));
  t.is(find('one'), undefined);
  t.truthy(find('two'));
});

test('a login in mode `again` opens a session, unless the session of another client announces', (t) => {
  const { open, find } = tableOf();
  t.true(open('one', again('unknown')));
  t.true(open('two', again('one')));
  t.is(find('one'), undefined);
  t.false(open('three', again('unknown')));
  t.truthy(find('two'));
  t.is(find('three'), undefined);
});

test('if the reply to a login is lost, the client gets a session with its next login', (t) => {
  const { open, find } = tableOf();
  open('one', NEW);
  t.true(open('lost', again('one')));
  t.true(open('two', again('one')));
  t.is(find('lost'), undefined);
  t.true(open('three', again('two')));
  t.false(open('four', again('one')), 'the client already knows a newer session than `one`');
});

test('if another client has ended the session of a client, a login in mode `again` is refused', (t) => {
  const { open } = tableOf();
  open('one', NEW);
  open('two', NEW);
  t.false(open('three', again('one')));
});

test('when an id gets a ninth session that only asks, the oldest of these sessions ends', (t) => {
  const { open, find } = tableOf();
  open('main', NEW);
  for (let count = 0; count <= MAX_ASKING_SESSIONS; count++) t.true(open(`ask${count}`, ASK));
  t.truthy(find('main'));
  t.is(find('ask0'), undefined);
  t.like(find('ask1'), { announces: false });
  t.truthy(find(`ask${MAX_ASKING_SESSIONS}`));
});

test('a session ends after ten minutes of silence, and then no longer keeps others from announcing', (t) => {
  const { open, find, touch, table } = tableOf();
  open('one', NEW);
  touch('one', 1_000);
  t.truthy(find('one', 1_000 + MAX_SILENCE_MS - 1));
  t.is(find('one', 1_000 + MAX_SILENCE_MS), undefined);
  t.true(open('two', again('three'), 1_000 + MAX_SILENCE_MS));
  t.is(table.size, 1);
});

test('a login with a higher floor ends the sessions of devices whose serials are below that floor', (t) => {
  const { open, find } = tableOf();
  open('old', ASK, 0, device(5));
  open('same', ASK, 0, device(9));
  t.true(open('main', ASK, 0, device(9, 9)));
  t.is(find('old'), undefined);
  t.truthy(find('same'));
});

test('a login with a new identity key ends the sessions of the old key', (t) => {
  const { open, find } = tableOf();
  open('old', NEW, 0, device(5));
  t.true(open('new', again('none'), 0, device(1, 0, 'other')));
  t.is(find('old'), undefined);
});

test('beyond the maximum number of sessions, the one that has been silent for longest ends', (t) => {
  const { open, find, touch } = tableOf(2);
  open('a', NEW, 0, device(1), 'a' as UserId);
  open('b', NEW, 1, device(1), 'b' as UserId);
  touch('a', 2);
  open('c', NEW, 3, device(1), 'c' as UserId);
  t.is(find('b', 3), undefined);
  t.truthy(find('a', 3));
  t.truthy(find('c', 3));
});

test('after any logins, each id has at most one session that announces, and at most eight others', (t) => {
  const names = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9'];
  const step = fc.record({
    mode: fc.oneof(fc.constant(NEW), fc.constant(ASK), fc.constantFrom(...names).map(again)),
    id: fc.constantFrom('alice', 'bob'),
    serial: fc.nat(3),
    floor: fc.nat(3),
    waitMs: fc.constantFrom(0, 1_000, MAX_SILENCE_MS / 2),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { open, find, table } = tableOf(12);
      let nowMs = 0;
      for (const [index, { mode, id, serial, floor, waitMs }] of steps.entries()) {
        nowMs += waitMs;
        const name = `s${index}`;
        const opened = open(name, mode, nowMs, device(serial + floor, floor), id as UserId);
        assert.equal(find(name, nowMs) !== undefined, opened);
        const alive = Array.from({ length: index + 1 }, (_, at) => find(`s${at}`, nowMs)).filter(
          (session) => session?.id === id,
        );
        assert.ok(alive.filter((session) => session?.announces).length <= 1);
        assert.ok(alive.filter((session) => !session?.announces).length <= MAX_ASKING_SESSIONS);
        assert.ok(table.size <= 12);
        if (opened) for (const session of alive) assert.ok((session?.device.serial ?? 0) >= floor);
      }
    }),
  );
  t.pass();
});

test('all sessions of an id can be ended, and other ids keep their sessions', (t) => {
  const { open, find, table } = tableOf();
  open('one', NEW);
  open('two', ASK);
  open('three', ASK);
  open('bob', NEW, 0, device(1), 'bob' as UserId);
  table.endUser('stranger' as UserId);
  t.is(table.size, 4);
  table.endUser(alice);
  for (const name of ['one', 'two', 'three']) t.is(find(name), undefined, name);
  t.truthy(find('bob'));
  t.is(table.size, 1);
  t.true(open('four', again('unknown')), 'no session announces alice any more');
});

test('all sessions that meet a condition can be ended', (t) => {
  const { open, find, table } = tableOf();
  open('one', NEW);
  open('two', ASK);
  table.endWhere(({ announces }) => announces);
  t.is(find('one'), undefined);
  t.truthy(find('two'));
});

test('a session that has been silent for too long is not counted', (t) => {
  const { open, touch, table } = tableOf();
  open('one', NEW);
  open('two', NEW, 0, device(1), 'bob' as UserId);
  touch('two', 1);
  t.is(table.count(MAX_SILENCE_MS - 1), 2);
  t.is(table.count(MAX_SILENCE_MS), 1);
  t.is(table.count(MAX_SILENCE_MS + 1), 0);
});

test('the list of the sessions of an id has no keys, and no session that was silent for too long', (t) => {
  const { open, touch, table } = tableOf();
  open('one', NEW, 0, device(3));
  open('two', ASK, 5, device(4));
  open('other', NEW, 5, device(1), 'bob' as UserId);
  touch('one', 7);
  t.deepEqual(table.listOf(alice, 8), [
    { serial: 3, address: '192.0.2.7', announces: true, heardMs: 7 },
    { serial: 4, address: '192.0.2.7', announces: false, heardMs: 5 },
  ]);
  t.deepEqual(
    table.listOf(alice, 5 + MAX_SILENCE_MS).map(({ serial }) => serial),
    [3],
  );
  t.deepEqual(table.listOf('carol' as UserId, 8), []);
});
