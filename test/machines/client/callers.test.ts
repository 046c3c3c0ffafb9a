import test from 'ava';
import * as callers from '../../../machines/client/callers.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

const call = (uptimeMs: number, address = '192.0.2.7'): callers.Caller => ({
  caller: 'bob' as UserId,
  address: address as DisplayText,
  atMs: 0,
  uptimeMs,
});

test('a caller is named by its id, or else by its address', (t) => {
  t.is(callers.callerName(call(0)), 'bob' as DisplayText);
  t.is(callers.callerName({ ...call(0), caller: undefined }), '192.0.2.7' as DisplayText);
});

test('an address that rings in vain three times in a minute is a nuisance, for a minute', (t) => {
  let vainCalls: callers.VainCalls = [];
  for (const uptimeMs of [100_000, 110_000]) vainCalls = callers.withVainCall(vainCalls, call(uptimeMs));
  t.false(callers.isNuisance(vainCalls, call(111_000)));
  vainCalls = callers.withVainCall(vainCalls, call(120_000));
  t.true(callers.isNuisance(vainCalls, call(121_000)));
  t.false(callers.isNuisance(vainCalls, call(121_000, '192.0.2.8')));
  t.true(callers.isNuisance(vainCalls, call(159_999)));
  t.false(callers.isNuisance(vainCalls, call(160_000)));
});

test('the latest hundred calls in vain are remembered', (t) => {
  let vainCalls: callers.VainCalls = [];
  for (let uptimeMs = 0; uptimeMs < 130; uptimeMs++)
    vainCalls = callers.withVainCall(vainCalls, call(uptimeMs));
  t.is(vainCalls.length, 100);
  t.is(vainCalls[0]?.uptimeMs, 30);
});
