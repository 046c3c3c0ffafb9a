import test from 'ava';
import { type CutCalls, type CutCause, withCutCall } from '../../../machines/client/cut-calls.js';
import type { DisplayText } from '../../../protocol/display-text.js';

/**
 * Counts cut calls one after the other. Returns for each call the number of unreported calls before it;
 * `undefined` if the user is not notified of the call.
 */
function notificationsOf(
  ...calls: readonly (readonly [uptimeMs: number, address?: string, cause?: CutCause])[]
) {
  let cuts: CutCalls = [];
  return calls.map(([uptimeMs, address = '192.0.2.7', cause = 'crowded']) => {
    const result = withCutCall(cuts, { address: address as DisplayText, cause, uptimeMs });
    cuts = result.cuts;
    return result.untold;
  });
}

test('one cut call a minute is reported for each address, with the number of unreported calls', (t) => {
  t.deepEqual(notificationsOf([0], [1], [2], [59_999], [60_000], [60_001], [120_000]), [
    0,
    undefined,
    undefined,
    undefined,
    3,
    undefined,
    1,
  ]);
});

test('a report about another address does not reset the number of unreported calls', (t) => {
  t.deepEqual(notificationsOf([0], [1], [2], [61_000, '192.0.2.8'], [62_000]), [
    0,
    undefined,
    undefined,
    0,
    2,
  ]);
});

test('cut calls are reported and counted separately for each address and each cause', (t) => {
  t.deepEqual(notificationsOf([0], [1, '192.0.2.8'], [2, '192.0.2.7', 'callback'], [3]), [
    0,
    0,
    0,
    undefined,
  ]);
});

test('the user is notified of at most twenty addresses in a minute', (t) => {
  const flood = Array.from({ length: 30 }, (_, index) => [index, `192.0.2.${index}`] as const);
  const all = notificationsOf(...flood, [60_000, '192.0.2.99']);
  t.is(all.filter((untold) => untold === 0).length, 21);
  t.is(all.at(-1), 0, 'the notification of the first call is already a minute old');
});
