import test from 'ava';
import {
  busyPauseMs,
  FIRST_BUSY_PAUSE_MS,
  MAX_BUSY_PAUSE_MS,
  type SessionLoginEvent,
  sessionLoginMachine,
} from '../../../machines/client/session-login.js';
import { stepsOf } from '../../../machines/steps.js';

/** The state after these events, and all effects. */
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

test('only the first login of a session may end that of another client', (t) => {
  t.is(run(wanted).state.context.kind, 'new');
  t.is(run(wanted, busy, pauseOver).state.context.kind, 'new', 'no session was open yet');
  t.is(run(wanted, opened, quiet, unknown).state.context.kind, 'again');
  t.is(run(wanted, opened, quiet, unknown, busy, pauseOver).state.context.kind, 'again');
});

test('forged answers cause at most one login in 5 s', (t) => {
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

test('a forged answer in the quiet time causes no login if the server then answers', (t) => {
  const answered: SessionLoginEvent = { type: 'answer.opened' };
  t.is(
    run(wanted, opened, unknown, answered, quiet).effects.filter((effect) => effect === 'logIn').length,
    1,
  );
  const { effects } = run(wanted, opened, unknown, quiet);
  t.is(
    effects.filter((effect) => effect === 'logIn').length,
    2,
    'without an answer it does, when it is over',
  );
});

test('two sessions in a row that the server does not know are reported once', (t) => {
  const lost = [unknown, opened, quiet] as const;
  const { effects } = run(wanted, opened, quiet, ...lost, ...lost, ...lost, ...lost);
  t.is(effects.filter((effect) => effect === 'reportTwoAddresses').length, 1);
  const answered = run(wanted, opened, quiet, ...lost, { type: 'answer.opened' }, ...lost);
  t.false(answered.effects.includes('reportTwoAddresses'));
});

test('the pause of a busy server is random, and doubles up to 5 min', (t) => {
  t.is(busyPauseMs(1, 0), 0);
  t.deepEqual(
    [1, 2, 3, 4, 5, 50].map((tries) => busyPauseMs(tries, 1) / 1000),
    [30, 60, 120, 240, 300, 300],
  );
  t.is(FIRST_BUSY_PAUSE_MS, 30_000);
  t.is(MAX_BUSY_PAUSE_MS, 300_000);
});
