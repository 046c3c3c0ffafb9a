import test from 'ava';
import {
  HANDSHAKE_LIMITS,
  HandshakeBudget,
  type HandshakeLimits,
} from '../../../machines/server/handshake-budget.js';
import type { UserId } from '../../../protocol/id.js';

const alice = 'alice' as UserId;
const DAY_MS = 24 * 60 * 60_000;

/** Tries to begin and finish `count` handshakes. Returns how many were allowed to begin. */
function begin(budget: HandshakeBudget, count: number, addressOf: (index: number) => string, nowMs = 0) {
  let begun = 0;
  for (let index = 0; index < count; index++) {
    if (budget.begin(addressOf(index), nowMs) !== undefined) continue;
    begun += 1;
    budget.finish(addressOf(index));
  }
  return begun;
}

const one = () => '192.0.2.7';
const many = (index: number) => `198.51.${index >> 8}.${index & 255}`;
const budgetOf = (limits: Partial<HandshakeLimits> = {}, exemptsLoopback = true) =>
  new HandshakeBudget({ ...HANDSHAKE_LIMITS, ...limits }, exemptsLoopback);

test('a source may begin 20 handshakes in one moment, and then one each second', (t) => {
  const budget = budgetOf();
  t.is(begin(budget, 30, one), 20);
  t.is(begin(budget, 30, one, 1_000), 1);
  t.is(
    begin(budget, 30, (index) => `2001:db8::${index}`, 2_000),
    20,
  );
});

test('changed limits apply immediately', (t) => {
  const budget = budgetOf();
  t.is(begin(budget, 30, one), 20);
  budget.change({ ...HANDSHAKE_LIMITS, perAddress: { burst: 25, perSecond: 1 } });
  t.is(begin(budget, 30, one), 25);
  budget.change({ ...HANDSHAKE_LIMITS, inAll: { burst: 60, perSecond: 1 } });
  t.is(begin(budget, 300, many), 30, 'sources without a registered device may use half');
});

test('sources without a registered device may use half of the common budget', (t) => {
  const budget = budgetOf();
  t.is(begin(budget, 300, many), 100);
  t.is(begin(budget, 300, many, 1_000), 100);
});

test('for a day after a registered device connected, its source may use the whole common budget', (t) => {
  const budget = budgetOf();
  budget.recordUser('192.0.2.7', alice, 0);
  t.is(begin(budget, 300, many), 100);
  t.is(begin(budget, 10, one), 10);
  t.is(begin(budget, 300, many, DAY_MS), 100);
  t.is(begin(budget, 10, one, DAY_MS), 0);
});

test('a handshake of a registered device is refunded, at most once in five seconds for each id', (t) => {
  const budget = budgetOf();
  t.is(begin(budget, 30, one), 20);
  budget.recordUser(one(), alice, 0);
  budget.recordUser(one(), alice, 0);
  t.is(begin(budget, 30, one), 1);
  budget.recordUser(one(), 'bob' as UserId, 0);
  t.is(begin(budget, 30, one), 1);
  budget.recordUser(one(), alice, 5_000);
  t.is(begin(budget, 30, one, 5_000), 6);
});

test('a source may have 8 unfinished handshakes; all sources without a registered device, 128', (t) => {
  const budget = budgetOf({ inAll: { burst: 10_000, perSecond: 1 } });
  budget.recordUser('203.0.113.9', alice, 0);
  const tryBegin = (count: number, addressOf: (index: number) => string) => {
    let begun = 0;
    for (let index = 0; index < count; index++)
      if (budget.begin(addressOf(index), 0) === undefined) begun += 1;
    return begun;
  };
  t.is(tryBegin(20, one), 8);
  t.is(tryBegin(300, many), 120);
  t.is(
    tryBegin(20, () => '203.0.113.9'),
    8,
    'a registered device connected from this source, so the source may use the other half',
  );
  budget.finish(one());
  t.is(tryBegin(3, many), 0, 'half of the limit is still used');
});

test('sources of registered devices may have 256 unfinished handshakes together', (t) => {
  const budget = budgetOf({ inAll: { burst: 10_000, perSecond: 1 } });
  let begun = 0;
  for (let index = 0; index < 300; index++) {
    budget.recordUser(many(index), `user${index}` as UserId, 0);
    if (budget.begin(many(index), 0) === undefined) begun += 1;
  }
  t.is(begun, 256);
});

test('programs on this machine are limited only if loopback addresses are not exempt', (t) => {
  const loopback = () => '127.0.0.1';
  t.is(begin(budgetOf(), 1_000, loopback), 1_000);
  t.is(begin(budgetOf({}, false), 1_000, loopback), 20);
});
