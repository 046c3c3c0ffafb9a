import test from 'ava';
import * as callers from '../../../machines/client/callers.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const call = (atMs: number, address = '192.0.2.7'): callers.Caller => ({
  caller: 'bob' as UserId,
  address: address as DisplayText,
  atMs,
});

test('a caller is named by its id, or else by its address', (t) => {
  t.is(callers.nameOf(call(0)), 'bob' as DisplayText);
  t.is(callers.nameOf({ ...call(0), caller: undefined }), '192.0.2.7' as DisplayText);
});

test('the latest twenty missed calls are kept', (t) => {
  let log = callers.NO_CALLS;
  for (let atMs = 0; atMs < 30; atMs++) log = callers.withMissed(log, call(atMs));
  t.deepEqual(
    log.missed.map(({ atMs }) => atMs),
    Array.from({ length: 20 }, (_, index) => index + 10),
  );
});

test('who hangs up three times in a minute is asked about no more, for a minute', (t) => {
  let log = callers.NO_CALLS;
  for (const atMs of [100_000, 110_000]) log = callers.withHangUp(log, call(atMs));
  t.false(callers.isNuisance(log, call(111_000)));
  log = callers.withHangUp(log, call(120_000));
  t.true(callers.isNuisance(log, call(121_000)));
  t.false(callers.isNuisance(log, call(121_000, '192.0.2.8')));
  t.true(callers.isNuisance(log, call(159_999)));
  t.false(callers.isNuisance(log, call(160_000)));
  t.is(log.missed.length, 3);
});

test('of calls refused for a busy user, three lines in ten seconds tell, and the next counts the others', (t) => {
  let log = callers.NO_CALLS;
  for (const atMs of [100_000, 101_000, 102_000]) {
    t.true(callers.isBusyTold(log, call(atMs)));
    log = callers.withBusy(log, call(atMs));
  }
  t.false(callers.isBusyTold(log, call(109_999)));
  log = callers.withBusy(callers.withBusy(log, call(103_000)), call(109_999));
  t.is(log.busyCalls, 2);
  t.true(callers.isBusyTold(log, call(110_000)));
  t.is(callers.withBusy(log, call(110_000)).busyCalls, 0);
});
