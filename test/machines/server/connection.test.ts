import test from 'ava';
import { initialTransition, transition } from 'xstate';
import { type ConnectionEvent, connectionMachine } from '../../../machines/server/connection.js';
import type { UserId } from '../../../protocol/id.js';

const change = { op: 'REG', id: 'alice' as UserId } as const;

/** Returns the state of a connection after these events, and the actions of all events. */
function steps(...events: readonly ConnectionEvent[]): {
  readonly state: unknown;
  readonly actions: string[];
} {
  let [snapshot] = initialTransition(connectionMachine);
  const all: string[] = [];
  for (const event of events) {
    const [next, actions] = transition(connectionMachine, snapshot, event);
    snapshot = next;
    all.push(...actions.map(({ type }) => type));
  }
  return { state: snapshot.value, actions: all };
}

test('a request goes to the store, the reply goes to the client, and the client closes', (t) => {
  t.deepEqual(steps({ type: 'request.received', change }), {
    state: 'committing',
    actions: ['restartDeadline', 'submitChange'],
  });
  t.deepEqual(steps({ type: 'request.received', change }, { type: 'change.answered', change, reply: 200 }), {
    state: 'replied',
    actions: ['restartDeadline', 'submitChange', 'restartDeadline', 'sendReply'],
  });
  const { state } = steps(
    { type: 'request.received', change },
    { type: 'change.answered', change, reply: 200 },
    { type: 'socket.closed' },
  );
  t.is(state, 'closed');
});

test('a line that is not a request is answered without asking the store', (t) => {
  t.deepEqual(steps({ type: 'request.decided', reply: 201 }), {
    state: 'replied',
    actions: ['restartDeadline', 'sendReply'],
  });
});

test('a client that closes the connection without a request gets no reply', (t) => {
  t.deepEqual(steps({ type: 'input.ended' }), { state: 'closed', actions: [] });
  t.deepEqual(steps({ type: 'socket.closed' }), { state: 'closed', actions: [] });
});

test('if no line comes before the deadline, the server closes the connection without a reply', (t) => {
  t.deepEqual(steps({ type: 'deadline.passed' }), { state: 'closed', actions: [] });
});

test('if the store does not answer in time, the reply is 205', (t) => {
  const { state, actions } = steps({ type: 'request.received', change }, { type: 'deadline.passed' });
  t.is(state, 'replied');
  t.deepEqual(actions.slice(-1), ['sendUnavailable']);
});

test('a late answer of the store is not sent after the 205', (t) => {
  const { actions } = steps(
    { type: 'request.received', change },
    { type: 'deadline.passed' },
    { type: 'change.answered', change, reply: 200 },
  );
  t.deepEqual(actions.slice(-1), ['sendUnavailable']);
});

test('a client that has closed only its own side of the connection still gets the reply', (t) => {
  const { actions } = steps(
    { type: 'request.received', change },
    { type: 'input.ended' },
    { type: 'change.answered', change, reply: 200 },
  );
  t.deepEqual(actions.slice(-1), ['sendReply']);
});

test('each reply starts a new deadline, before which the client must close the connection', (t) => {
  for (const answered of [
    { type: 'change.answered', change, reply: 200 },
    { type: 'deadline.passed' },
  ] as const) {
    const { actions } = steps({ type: 'request.received', change }, answered);
    t.is(actions.at(-2), 'restartDeadline', answered.type);
  }
  t.is(steps({ type: 'request.decided', reply: 201 }).actions.at(-2), 'restartDeadline');
});

test('after the reply, the server ends the connection if the client keeps it open or keeps sending', (t) => {
  const replied = { type: 'request.decided', reply: 201 } as const;
  t.is(steps(replied, { type: 'deadline.passed' }).state, 'closed');
  t.is(steps(replied, { type: 'input.flooded' }).state, 'closed');
});

test('on shutdown, a connection waits a moment for a request, or for the answer of the store', (t) => {
  const shutdown = { type: 'shutdown.requested' } as const;
  t.deepEqual(steps(shutdown), { state: 'receiving', actions: ['shortenDeadline'] });
  t.is(steps(shutdown, { type: 'request.received', change }).state, 'committing');
  t.is(steps(shutdown, { type: 'deadline.passed' }).state, 'closed');
  t.is(steps({ type: 'request.received', change }, shutdown).state, 'committing');
  t.is(steps({ type: 'request.decided', reply: 201 }, shutdown).state, 'closed');
});
