import test from 'ava';
import {
  busyPauseMs,
  FIRST_BUSY_PAUSE_MS,
  MAX_BUSY_PAUSE_MS,
  type SessionLoginEvent,
  sessionLoginMachine,
} from '../../../machines/client/session-login.js';
import { stepsOf } from '../../../machines/steps.js';
import { Random } from '../../helpers/random.js';

/** Returns the state after these events, and the effects of all events. */
function run(...events: readonly SessionLoginEvent[]) {
  const { first, step } = stepsOf(sessionLoginMachine);
  let state = first;
  const effects: string[] = [];
  for (const event of events) {
    const [next, more] = step(state, event);
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}

const wanted: SessionLoginEvent = { type: 'session.wanted', kind: 'new' };
const opened: SessionLoginEvent = { type: 'login.ended', outcome: 'open' };
const unknown: SessionLoginEvent = { type: 'session.unknown' };
const quiet: SessionLoginEvent = { type: 'quiet.over' };
const busy: SessionLoginEvent = { type: 'login.ended', outcome: 'busy' };
const pauseOver: SessionLoginEvent = { type: 'pause.over' };

const lost: SessionLoginEvent = { type: 'login.ended', outcome: 'lost' };
const unreachable: SessionLoginEvent = { type: 'login.ended', outcome: 'unreachable' };
const beat: SessionLoginEvent = { type: 'beat.due' };

test('only the first login after the user signs in may end the session of another client', (t) => {
  t.is(run(wanted).state.context.kind, 'new');
  t.is(run(wanted, busy, pauseOver).state.context.kind, 'again', 'after a busy reply');
  t.is(run(wanted, unreachable, beat).state.context.kind, 'again', 'even if nothing was sent before');
  t.is(run(wanted, opened, quiet, unknown).state.context.kind, 'again');
  t.is(run(wanted, opened, quiet, unknown, busy, pauseOver).state.context.kind, 'again');
});

test('the client repeats a first login immediately if its reply was lost, but only once', (t) => {
  const repeated = run(wanted, lost);
  t.true(repeated.state.matches('loggingIn'));
  t.is(repeated.state.context.kind, 'new');
  const lostAgain = run(wanted, lost, lost);
  t.true(lostAgain.state.matches('unanswered'));
  t.is(run(wanted, lost, lost, beat).state.context.kind, 'again');
  t.true(
    run(wanted, unreachable, beat, lost).state.matches('unanswered'),
    'an automatic login is not repeated',
  );
  t.is(run(wanted, lost, lost, wanted, lost).state.context.kind, 'new', 'the user signs in again');
});

test('a user who was deleted or banned is signed out, and does not log in again', (t) => {
  const unregistered = { type: 'login.ended', outcome: 'unregistered' } as const;
  const banned = { type: 'login.ended', outcome: 'banned' } as const;
  for (const outcome of [unregistered, banned]) {
    for (const ended of [run(wanted, outcome), run(wanted, opened, quiet, unknown, outcome)]) {
      t.true(ended.state.matches('ended'));
      t.true(ended.effects.includes('reportEnd'));
    }
    t.true(run(wanted, outcome, beat, beat).state.matches('ended'));
  }
});

/** Events that the user does not cause. Random sequences of them cover cases that the examples miss. */
const EVENTS: readonly SessionLoginEvent[] = [
  ...(['open', 'busy', 'lost', 'unreachable', 'unregistered', 'elsewhere', 'banned', 'changed'] as const).map(
    (outcome) => ({ type: 'login.ended', outcome }) as const,
  ),
  ...[unknown, quiet, pauseOver, beat, { type: 'answer.opened' } as const],
];

test('in any order of events, one sign-in causes at most two logins in mode `new`', (t) => {
  const random = new Random(1);
  for (let round = 0; round < 2_000; round++) {
    const { first, step } = stepsOf(sessionLoginMachine);
    let [state] = step(first, wanted);
    let logins = 1;
    for (let at = 0; at < 30; at++) {
      const [next, effects] = step(state, random.pick(EVENTS));
      state = next;
      if (effects.includes('logIn') && state.context.kind === 'new') logins += 1;
    }
    t.true(logins <= 2);
  }
});

test('a server with a new key ends a sign-in, but only delays the client of an open session', (t) => {
  const changed: SessionLoginEvent = { type: 'login.ended', outcome: 'changed' };
  t.true(run(wanted, changed).state.matches('ended'));
  const met = run(wanted, opened, quiet, unknown, changed);
  t.true(met.state.matches('pausing'));
  t.true(run(wanted, opened, quiet, unknown, changed, pauseOver, opened).state.matches('open'));
  t.true(run(wanted, opened, wanted, changed).state.matches('ended'), 'the user signs in again');
});

test('forged answers make the client log in at most once in 5 s', (t) => {
  const logins = run(
    wanted,
    opened,
    unknown,
    unknown,
    unknown,
    quiet,
    unknown,
    unknown,
    opened,
    unknown,
  ).effects;
  t.is(logins.filter((effect) => effect === 'logIn').length, 2);
});

test('a forged answer in the quiet time causes no login if an answer of the server follows it', (t) => {
  const answered: SessionLoginEvent = { type: 'answer.opened' };
  t.is(
    run(wanted, opened, unknown, answered, quiet).effects.filter((effect) => effect === 'logIn').length,
    1,
  );
  const { effects } = run(wanted, opened, unknown, quiet);
  t.is(
    effects.filter((effect) => effect === 'logIn').length,
    2,
    'without an answer, the client logs in when the quiet time is over',
  );
});

test('two sessions in a row that the server does not know are reported once', (t) => {
  const lost = [unknown, opened, quiet] as const;
  const { effects } = run(wanted, opened, quiet, ...lost, ...lost, ...lost, ...lost);
  t.is(effects.filter((effect) => effect === 'reportTwoAddresses').length, 1);
  const answered = run(wanted, opened, quiet, ...lost, { type: 'answer.opened' }, ...lost);
  t.false(answered.effects.includes('reportTwoAddresses'));
});

test('the pause after a busy reply is random; its maximum doubles with each busy reply, up to 5 min', (t) => {
  t.is(busyPauseMs(1, 0), 0);
  t.deepEqual(
    [1, 2, 3, 4, 5, 50].map((tries) => busyPauseMs(tries, 1) / 1000),
    [30, 60, 120, 240, 300, 300],
  );
  t.is(FIRST_BUSY_PAUSE_MS, 30_000);
  t.is(MAX_BUSY_PAUSE_MS, 300_000);
});
