import test from 'ava';
import { type RestartState, restartStateAfter } from '../../../machines/client/restart-state.js';
import type { UserId } from '../../../protocol/id.js';
import type { SessionId } from '../../../protocol/sealed-datagram.js';

const alice = 'alice' as UserId;
const first: RestartState = { user: undefined, callPort: undefined, isServerLost: false, speakers: [] };

test('the signed-in user and the port for calls survive a restart', (t) => {
  const signedIn = restartStateAfter(first, { type: 'user.announced', id: alice, attendance: 'away' });
  t.deepEqual(signedIn, { ...first, user: { id: alice, attendance: 'away' } });
  t.deepEqual(restartStateAfter(signedIn, { type: 'port.bound', port: 4_000 }), {
    ...signedIn,
    callPort: 4_000,
  });
});

test('the loss of the server survives a restart, until the server is found', (t) => {
  const lost = restartStateAfter(first, { type: 'server.lost' });
  t.deepEqual(lost, { ...first, isServerLost: true });
  t.deepEqual(restartStateAfter(lost, { type: 'server.found' }), first);
});

test('the list of peers that speak dialect B survives a restart', (t) => {
  const speakers = [{ address: '192.0.2.7', listener: undefined, untilMs: 600_000 }];
  t.deepEqual(restartStateAfter(first, { type: 'speakers.changed', speakers }), { ...first, speakers });
});

test('the name of the session survives a restart, even if the login failed', (t) => {
  const session = '0123456789abcdef' as SessionId;
  for (const type of ['session.opened', 'login.failed'])
    t.deepEqual(restartStateAfter(first, { type, session } as never), { ...first, session });
});

test('other events that the tree emits do not change the state', (t) => {
  for (const type of ['child.started', 'child.crashed', 7]) t.is(restartStateAfter(first, { type }), first);
});
