import test from 'ava';
import { initialTransition, transition } from 'xstate';
import {
  LOST_AFTER_BEATS,
  QUERY_TRIES,
  type ServerConnectivityEvent,
  serverConnectivityMachine,
} from '../../../machines/client/server-connectivity.js';

type EventType = ServerConnectivityEvent['type'];

/** Returns the states after these events, and the effects of the last event. */
function step(events: readonly EventType[], { wasLost } = { wasLost: false }) {
  let [snapshot, actions] = initialTransition(serverConnectivityMachine, { wasLost });
  for (const type of events) {
    const event = type === 'cause.found' ? { type, silence: { cause: 'down' } as const } : { type };
    [snapshot, actions] = transition(serverConnectivityMachine, snapshot, event);
  }
  return { ...snapshot.value, effects: actions.map(({ type }) => type) };
}

function times(count: number, type: EventType): EventType[] {
  return Array.from({ length: count }, () => type);
}

/** After `DOUBT`, the server is doubted. `LOSS` adds the cause, after which the server counts as lost. */
const DOUBT = times(LOST_AFTER_BEATS + 1, 'beat.sent');
const LOSS: EventType[] = [...DOUBT, 'cause.found'];

/** A query whose tries were all unanswered. */
const GIVEN_UP: EventType[] = ['buddies.get', ...times(QUERY_TRIES, 'query.overdue')];

test('at the start, the server counts as answering and no query is open', (t) => {
  t.deepEqual(step([]), { server: 'answering', query: 'idle', effects: [] });
});

test('after two unanswered beats, the next beat asks for the cause, and then the loss is reported', (t) => {
  t.is(LOST_AFTER_BEATS, 2);
  t.deepEqual(step(DOUBT.slice(1)), { server: 'answering', query: 'idle', effects: [] });
  t.deepEqual(step(DOUBT), { server: 'doubted', query: 'idle', effects: ['askCause'] });
  t.deepEqual(step(LOSS), { server: 'lost', query: 'idle', effects: ['reportLost'] });
});

test('an answer between two beats resets the count of unanswered beats', (t) => {
  const almost = times(LOST_AFTER_BEATS, 'beat.sent');
  const events = [...almost, 'answer.received' as const, ...almost];
  t.like(step(events), { server: 'answering', effects: [] });
  t.like(step([...events, 'beat.sent']), { server: 'doubted', effects: ['askCause'] });
});

test('a lost server is reported only once', (t) => {
  for (const more of [1, 2, 3, 10])
    t.like(step([...LOSS, ...times(more, 'beat.sent')]), { server: 'lost', effects: [] });
});

test('a lost server is reported as found at its first answer, and only then', (t) => {
  t.like(step([...LOSS, 'answer.received']), { server: 'answering', effects: ['reportFound'] });
  t.like(step([...LOSS, 'answer.received', 'answer.received']), { server: 'answering', effects: [] });
});

test('a server that was found counts as lost again after the same number of unanswered beats', (t) => {
  const found: EventType[] = [...LOSS, 'answer.received'];
  t.like(step([...found, ...LOSS.slice(1)]), { server: 'answering' });
  t.like(step([...found, ...LOSS]), { server: 'lost', effects: ['reportLost'] });
});

test('after a restart, a lost server is not reported as lost again, but its return is reported', (t) => {
  const restarted = { wasLost: true };
  t.deepEqual(step([], restarted), { server: 'lost', query: 'idle', effects: [] });
  t.like(step(LOSS, restarted), { server: 'lost', effects: [] });
  t.like(step(['answer.received'], restarted), { server: 'answering', effects: ['reportFound'] });
  t.like(step(['answer.received', ...LOSS], restarted), { server: 'lost', effects: ['reportLost'] });
});

test('a query is sent, and its timer starts', (t) => {
  t.deepEqual(step(['buddies.get']), {
    server: 'answering',
    query: 'waiting',
    effects: ['sendQuery', 'startQueryTimer'],
  });
});

test('while the client requests the cause, an answer or the end of the session ends that request', (t) => {
  t.like(step([...DOUBT, 'answer.received']), { server: 'answering', effects: [] });
  t.like(step([...DOUBT, 'answer.received', 'cause.found']), { server: 'answering', effects: [] });
  t.like(step([...DOUBT, 'session.ended', 'cause.found']), { server: 'answering', effects: [] });
  for (const end of ['answer.received', 'session.ended'] as const) {
    t.like(step([...GIVEN_UP, end]), { query: 'idle', effects: [] });
    t.like(step([...GIVEN_UP, end, 'cause.found']), { query: 'idle', effects: [] });
  }
  t.like(step([...GIVEN_UP, 'buddies.get', 'cause.found']), { query: 'waiting', effects: [] });
});

test('a query is sent three times, and then given up with a cause', (t) => {
  t.is(QUERY_TRIES, 3);
  for (let retries = 1; retries < QUERY_TRIES; retries++) {
    t.like(step(['buddies.get', ...times(retries, 'query.overdue')]), {
      query: 'waiting',
      effects: ['stopQueryTimer', 'sendQuery', 'startQueryTimer'],
    });
  }
  t.like(step(GIVEN_UP), { query: 'unanswered', effects: ['stopQueryTimer', 'askCause'] });
  t.like(step([...GIVEN_UP, 'cause.found']), { query: 'idle', effects: ['reportTimedOut'] });
});

test('a new query has three tries again', (t) => {
  const lastTry: EventType[] = ['buddies.get', ...times(QUERY_TRIES - 1, 'query.overdue')];
  t.like(step([...lastTry, 'buddies.get']), {
    query: 'waiting',
    effects: ['stopQueryTimer', 'sendQuery', 'startQueryTimer'],
  });
  t.like(step([...lastTry, ...lastTry]), { query: 'waiting' });
  t.like(step([...lastTry, ...lastTry, 'query.overdue']), { query: 'unanswered' });
});

test('an answer or the end of the session ends a query', (t) => {
  for (const end of ['answer.received', 'session.ended'] as const) {
    t.like(step(['buddies.get', end]), { query: 'idle', effects: ['stopQueryTimer'] });
    t.like(step(['buddies.get', end, 'query.overdue']), { query: 'idle', effects: [] });
  }
});

test('a restarted heartbeat treats its first announcement as a query', (t) => {
  t.like(step(['session.resumed']), { query: 'waiting', effects: ['startQueryTimer'] });
  t.like(step(['session.resumed', ...times(QUERY_TRIES - 1, 'query.overdue')]), { query: 'waiting' });
  t.like(step(['session.resumed', ...times(QUERY_TRIES, 'query.overdue')]), { query: 'unanswered' });
});

test('beats and queries wait for answers independently, and one answer ends both waits', (t) => {
  t.like(step([...LOSS, ...times(QUERY_TRIES, 'query.overdue')]), { server: 'lost', query: 'idle' });
  t.deepEqual(step([...DOUBT, ...GIVEN_UP, 'cause.found']), {
    server: 'lost',
    query: 'idle',
    effects: ['reportLost', 'reportTimedOut'],
  });
  t.deepEqual(step([...LOSS, 'buddies.get', 'answer.received']), {
    server: 'answering',
    query: 'idle',
    effects: ['stopQueryTimer', 'reportFound'],
  });
});
