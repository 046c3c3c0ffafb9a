import test from 'ava';
import { type RestartState, restartStateAfter } from '../../../machines/client/restart-state.js';
import type { UserId } from '../../../protocol/id.js';

const alice = 'alice' as UserId;
const first: RestartState = { user: undefined, callPort: undefined };

test('who is signed in, and where buddies call, survive a restart', (t) => {
  const signedIn = restartStateAfter(first, { type: 'user.announced', id: alice, status: 102 });
  t.deepEqual(signedIn, { user: { id: alice, status: 102 }, callPort: undefined });
  t.deepEqual(restartStateAfter(signedIn, { type: 'port.bound', port: 4_000 }), {
    user: { id: alice, status: 102 },
    callPort: 4_000,
  });
});

test('nothing else that the tree emits changes it', (t) => {
  for (const type of ['child.started', 'child.crashed', 7]) t.is(restartStateAfter(first, { type }), first);
});
