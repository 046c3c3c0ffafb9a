import test from 'ava';
import { seenAt } from '../../../machines/client/last-seen.js';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { UserId } from '../../../protocol/id.js';

const [bob, carl, dora] = ['bob', 'carl', 'dora'] as UserId[] as [UserId, UserId, UserId];
const endpoint = { address: '192.0.2.7', port: 4_000 };
const list: readonly Buddy[] = [
  { id: dora, status: 101, endpoint: undefined },
  { id: bob, status: 100, endpoint },
  { id: carl, status: 102, endpoint },
];

test('buddies are recorded while they are online, and removed when they leave the list', (t) => {
  const first = seenAt(new Map(), list, 1_000);
  t.deepEqual([...first.keys()], [bob, carl]);
  const gone = list.map(({ id }): Buddy => ({ id, status: 101, endpoint: undefined }));
  t.deepEqual([...seenAt(first, gone.slice(0, 2), 2_000)], [[bob, 1_000]]);
});

test('if the list may be incomplete, a buddy who is missing from it keeps the recorded time', (t) => {
  const first = seenAt(new Map(), list, 1_000);
  const cut = Object.assign([list[1] as Buddy], { mayBeCut: true as const });
  const second = seenAt(first, cut, 2_000);
  t.deepEqual(Object.fromEntries(second), { bob: 2_000, carl: 1_000 });
  const whole = list.map(({ id }): Buddy => ({ id, status: 101, endpoint: undefined }));
  t.deepEqual(Object.fromEntries(seenAt(second, whole, 3_000)), { bob: 2_000, carl: 1_000 });
  t.deepEqual([...seenAt(second, [], 3_000)], []);
});
