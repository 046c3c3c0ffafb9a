import test from 'ava';
import * as log from '../../../machines/client/call-log.js';
import type { Caller } from '../../../machines/client/callers.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const call = (uptimeMs: number): Caller => ({
  caller: 'bob' as UserId,
  address: '192.0.2.7' as DisplayText,
  atMs: uptimeMs,
  uptimeMs,
});

test('the log keeps the latest twenty missed calls', (t) => {
  let calls = log.NO_CALLS;
  for (let uptimeMs = 0; uptimeMs < 30; uptimeMs++) calls = log.withMissedCall(calls, call(uptimeMs));
  t.deepEqual(
    calls.missed.map(({ atMs }) => atMs),
    Array.from({ length: 20 }, (_, index) => index + 10),
  );
});

test('refused calls show at most three lines in 10 s; the next line counts the calls without a line', (t) => {
  let calls = log.NO_CALLS;
  for (const uptimeMs of [100_000, 101_000, 102_000]) {
    t.true(log.isBusyCallShown(calls, call(uptimeMs)));
    calls = log.withBusyCall(calls, call(uptimeMs));
  }
  t.false(log.isBusyCallShown(calls, call(109_999)));
  calls = log.withBusyCall(log.withBusyCall(calls, call(103_000)), call(109_999));
  t.is(calls.untoldCalls, 2);
  t.true(log.isBusyCallShown(calls, call(110_000)));
  t.is(log.withBusyCall(calls, call(110_000)).untoldCalls, 0);
});
