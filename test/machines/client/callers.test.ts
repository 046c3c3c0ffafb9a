import test from 'ava';
import * as callers from '../../../machines/client/callers.js';
import type { BuddyTrusts } from '../../../machines/client/pins.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { bob, bobOnline } from '../../helpers/stepped-client.js';

const call = (uptimeMs: number, address = '192.0.2.7'): callers.Caller => ({
  caller: bob,
  address: address as DisplayText,
  atMs: 0,
  uptimeMs,
});

test('the name of a caller is its id, or its address if it gave no id', (t) => {
  t.is(callers.callerName(call(0)), 'bob' as DisplayText);
  t.is(callers.callerName({ ...call(0), caller: undefined }), '192.0.2.7' as DisplayText);
});

test('a nameless caller is shown with the buddy at its address, unless that buddy calls privately', (t) => {
  const buddies = [bobOnline];
  const named = { ...call(0), caller: undefined, hint: { buddiesThere: [bob] } };
  const nameless = { ...call(0), caller: undefined };
  const hintFor = (trust?: BuddyTrusts, caller: callers.Caller = nameless) =>
    callers.withHint(caller, 'alice' as UserId, buddies, trust);
  t.deepEqual(hintFor(undefined), named, 'the user has no key');
  t.deepEqual(hintFor(new Map([[bob, 'open']])), named, 'the server says that the buddy has no key');
  t.deepEqual(hintFor(new Map()), named, 'no key of the buddy was ever known');
  // `isPartial`: the file of pins was not read yet, or has a damaged line, which may be the line of bob.
  t.deepEqual(hintFor(Object.assign(new Map(), { isPartial: true as const })), nameless);
  for (const state of ['pinned', 'verified', 'changed', 'damaged'] as const)
    t.deepEqual(hintFor(new Map([[bob, state]])), nameless, state);
  // A call has a `protection` only if the user has a key. The trust was not reported yet.
  const inClear = { ...nameless, protection: { is: 'clear' as const } };
  t.deepEqual(hintFor(undefined, inClear), inClear);
});

test('an address is a nuisance while three of its unanswered calls are less than a minute old', (t) => {
  let unansweredCalls: callers.UnansweredCalls = [];
  for (const uptimeMs of [100_000, 110_000])
    unansweredCalls = callers.withUnansweredCall(unansweredCalls, call(uptimeMs));
  t.false(callers.isNuisance(unansweredCalls, call(111_000)));
  unansweredCalls = callers.withUnansweredCall(unansweredCalls, call(120_000));
  t.true(callers.isNuisance(unansweredCalls, call(121_000)));
  t.false(callers.isNuisance(unansweredCalls, call(121_000, '192.0.2.8')));
  t.true(callers.isNuisance(unansweredCalls, call(159_999)));
  t.false(callers.isNuisance(unansweredCalls, call(160_000)));
});

test('the latest hundred unanswered calls are kept', (t) => {
  let unansweredCalls: callers.UnansweredCalls = [];
  for (let uptimeMs = 0; uptimeMs < 130; uptimeMs++)
    unansweredCalls = callers.withUnansweredCall(unansweredCalls, call(uptimeMs));
  t.is(unansweredCalls.length, 100);
  t.is(unansweredCalls[0]?.uptimeMs, 30);
});
