import test from 'ava';
import { countRefusals } from '../../../actors/server/refusal-counts.js';
import { NO_METER, type ServerMeter } from '../../../actors/server/server-meter.js';

test('refusals are counted by limit, and every call reaches the wrapped meter', (t) => {
  const calls: unknown[] = [];
  const record =
    (name: string) =>
    (...args: unknown[]) =>
      calls.push([name, ...args]);
  const names = Object.keys(NO_METER);
  const inner = Object.fromEntries(names.map((name) => [name, record(name)])) as unknown as ServerMeter;
  const counts = new Map();
  const meter = countRefusals(inner, counts);
  meter.recordRefusal('users');
  meter.recordRefusal('registrations');
  meter.recordRefusal('users');
  t.deepEqual(
    [...counts],
    [
      ['users', 2],
      ['registrations', 1],
    ],
  );
  calls.length = 0;
  meter.recordConnection(1);
  meter.recordRequest('REG', 200, 1);
  meter.recordDatagram('SET', true, 'accepted');
  meter.recordRefusal('users');
  meter.recordCommit(3, true, 2);
  meter.setUsers(7, 2);
  meter.setQueuedChanges(8);
  t.deepEqual(calls, [
    ['recordConnection', 1],
    ['recordRequest', 'REG', 200, 1],
    ['recordDatagram', 'SET', true, 'accepted'],
    ['recordRefusal', 'users'],
    ['recordCommit', 3, true, 2],
    ['setUsers', 7, 2],
    ['setQueuedChanges', 8],
  ]);
  t.deepEqual(Object.keys(meter), names);
});
